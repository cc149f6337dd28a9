# SPDX-License-Identifier: EUPL-1.2
"""Keycloak's administration events: which people's account, groups or roles changed since a moment.

Keycloak's admin REST API with a service account that may view events and users, nothing else.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_PAGE = 1_000
_SPARE_S = 10
_RIGHTS = frozenset({"GROUP_MEMBERSHIP", "REALM_ROLE_MAPPING", "CLIENT_ROLE_MAPPING"})


@dataclass(frozen=True, slots=True)
class Account:
    """A person whose account was touched: `enabled` now, and whether groups or roles are among the changes."""

    subject: str
    enabled: bool
    rights: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """`position` is the time of the newest event in milliseconds, where the next look begins.

    Several events share a millisecond, so the next look gets those of `position` again: `seen` tells them apart.
    """

    accounts: list[Account]
    position: int
    seen: frozenset[str]


class KeycloakEvents:
    def __init__(self, http: aiohttp.ClientSession, issuer: str, client_id: str, client_secret: SecretStr) -> None:
        self._http = http
        self._token_url = f"{issuer}/protocol/openid-connect/token"
        self._admin = issuer.replace("/realms/", "/admin/realms/", 1)
        self._credentials = {"client_id": client_id, "client_secret": client_secret.get_secret_value()}
        self._token, self._expires = "", 0.0

    async def since(self, position: int, seen: frozenset[str] = frozenset()) -> Changes:
        """What happened at or after `position` and is not among `seen`.

        Raises: aiohttp.ClientError, TimeoutError, KeyError, ValueError, TypeError.
        """
        touched: dict[str, bool] = {}
        keys: dict[str, int] = dict.fromkeys(seen, position)
        first = 0
        while True:
            query = {"dateFrom": str(position), "first": str(first), "max": str(_PAGE), "resourcePath": "users/*"}
            events = await self._get("/admin-events", query)
            for event in events:
                key, at = _key(event), int(event["time"])
                if key in seen:
                    continue
                keys[key] = at
                subject = event["resourcePath"].split("/")[1]
                touched[subject] = touched.get(subject, False) or event["resourceType"] in _RIGHTS
            if len(events) < _PAGE:
                break
            first += _PAGE
        accounts = [Account(subject, await self._enabled(subject), rights) for subject, rights in touched.items()]
        newest = max(keys.values(), default=position)
        return Changes(accounts, newest, frozenset(key for key, at in keys.items() if at == newest))

    async def _enabled(self, subject: str) -> bool:
        """Whether the account is open; one that was deleted is not."""
        try:
            user = await self._get(f"/users/{subject}", {})
        except aiohttp.ClientResponseError as error:
            if error.status == 404:
                return False
            raise
        return user["enabled"] is True

    async def _get(self, path: str, query: dict[str, str]) -> Any:
        headers = {"authorization": f"Bearer {await self._access()}"}
        async with self._http.get(
            self._admin + path, params=query, headers=headers, timeout=_TIMEOUT, raise_for_status=True
        ) as response:
            return await response.json()

    async def _access(self) -> str:
        if time.monotonic() < self._expires:
            return self._token
        form = {"grant_type": "client_credentials", **self._credentials}
        async with self._http.post(self._token_url, data=form, timeout=_TIMEOUT, raise_for_status=True) as response:
            answer = await response.json()
        self._token = str(answer["access_token"])
        self._expires = time.monotonic() + int(answer["expires_in"]) - _SPARE_S
        return self._token


def _key(event: dict[str, Any]) -> str:
    return f"{event['time']} {event['operationType']} {event['resourceType']} {event['resourcePath']}"
