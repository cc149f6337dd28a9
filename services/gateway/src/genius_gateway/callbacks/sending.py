# SPDX-License-Identifier: EUPL-1.2
"""One attempt to deliver a callback: a POST to the pinned address, no redirect, nothing of the answer is read."""

from __future__ import annotations

import asyncio
import ssl
import time
from uuid import UUID

import aiohttp
from yarl import URL

from genius_gateway.callbacks.addresses import AddressRefused, pinned
from genius_gateway.callbacks.deliveries import Ended
from genius_gateway.callbacks.options import CallbackOptions
from genius_gateway.callbacks.targets import OpenTarget

_GONE = 410
_CONNECT_S = 5.0


class CallbackClient:
    """`local`: loopback without TLS will do. `close` at the end."""

    def __init__(self, options: CallbackOptions, *, local: bool) -> None:
        self._options = options
        self._local = local
        self._tls = ssl.create_default_context(cafile=str(options.ca_file) if options.ca_file else None)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, target: OpenTarget, identifier: UUID, body: bytes) -> Ended:
        """How it ended; `pause_s` is left to the caller. Whatever the target does is an end, not an exception."""
        url = URL(target.url)
        try:
            async with asyncio.timeout(self._options.timeout_s):
                address = await pinned(url, self._options.networks, local=self._local)
                status = await self._post(
                    url, str(address), target.keys.headers(identifier, int(time.time()), body), body
                )
        except AddressRefused:
            return Ended(reason="address_refused")
        except TimeoutError:
            return Ended(reason="timeout")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError):
            return Ended(reason="tls")
        except (aiohttp.ClientError, OSError):
            return Ended(reason="connection")
        if 200 <= status < 300:
            return Ended(delivered=True, status=status)
        reason = "redirect" if 300 <= status < 400 else "gone" if status == _GONE else "status"
        return Ended(status=status, reason=reason)

    async def _post(self, url: URL, address: str, signed: dict[str, str], body: bytes) -> int:
        """The connection goes to `address`, whatever the name stands for by now; TLS is checked for the name."""
        host = url.host or ""
        default = url.is_default_port()
        named = f"[{host}]" if ":" in host else host
        headers = {
            **signed,
            "host": named if default else f"{named}:{url.port}",
            "content-type": "application/json",
            "user-agent": "Genius",
        }
        async with self._open().post(
            url.with_host(address),
            data=body,
            headers=headers,
            allow_redirects=False,
            server_hostname=host if url.scheme == "https" else None,
            ssl=self._tls if url.scheme == "https" else True,
        ) as response:
            return response.status

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, limit=self._options.max_active),
                timeout=aiohttp.ClientTimeout(total=self._options.timeout_s, sock_connect=_CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
