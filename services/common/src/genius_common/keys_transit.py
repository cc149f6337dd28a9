# SPDX-License-Identifier: EUPL-1.2
"""The key-encryption key in the transit engine of HashiCorp Vault, or of a server that speaks its HTTP interface.

The key never leaves Vault; we send 48 bytes (id of the wrapped key, secret) and keep `vault:vN:…`. The id inside binds
a wrapped secret to its row: transit's own associated data is not known to every key type, nor to `rewrap`. The token's
policy needs `encrypt`, `decrypt`, `rewrap` and `read` of this one key; rotating it and raising `min_decryption_version`
is the act of whoever administers Vault.
"""

from __future__ import annotations

import base64
import hashlib
import re
import ssl
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
import orjson
from pydantic import Base64Bytes, BaseModel, Field, field_validator

from genius_common.crypto import KEY_BYTES, Undecryptable
from genius_common.keys_encryption import FileKeys, KeyEncryption, KeyServiceUnavailable, Wrapped
from genius_common.settings import Section

_FORM = re.compile(rb"vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/=]+")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
_ANSWER_BYTES = 64 * 1024
_A = TypeVar("_A", bound=BaseModel)


class TransitSettings(Section):
    """Where the key lies. The token is read anew for each call, so that an agent may renew it."""

    url: str = Field(description="address of Vault, https (http on this machine alone), without path")
    key: str = Field(pattern=_NAME, description="name of the transit key")
    mount: str = Field(default="transit", pattern=_NAME, description="path of the transit engine")
    token_file: Path = Field(description="mounted file with the token")
    ca_file: Path | None = Field(default=None, description="own certificate authorities (PEM)")
    timeout_s: float = Field(default=3.0, gt=0, le=30, description="longest time of one call")

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.path not in {"", "/"} or parts.query or not parts.hostname:
            raise ValueError("scheme, host and port only")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("https, except on this machine")
        return url.rstrip("/")


class _Key(BaseModel):
    latest_version: int = Field(strict=True, ge=1)


class _Ciphertext(BaseModel):
    ciphertext: str = Field(strict=True)


class _Plaintext(BaseModel):
    plaintext: Base64Bytes


class TransitKeys:
    """`KeyEncryption` over HTTP."""

    def __init__(self, settings: TransitSettings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._session = session
        context = ssl.create_default_context(cafile=str(settings.ca_file)) if settings.ca_file else None
        self._tls: ssl.SSLContext | bool = context or True
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_s)

    async def current(self) -> UUID:
        return self._id((await self._call("GET", "keys", _Key)).latest_version)

    async def wrap(self, secret: bytes, key: UUID) -> Wrapped:
        plain = base64.b64encode(key.bytes + secret).decode()
        found = await self._call("POST", "encrypt", _Ciphertext, {"plaintext": plain})
        return self._wrapped(found.ciphertext)

    async def unwrap(self, wrapped: bytes, by: UUID, key: UUID) -> bytes:
        if self._wrapped(wrapped.decode("ascii", "replace"), Undecryptable).by != by:
            raise Undecryptable
        plain = (await self._call("POST", "decrypt", _Plaintext, {"ciphertext": wrapped.decode()})).plaintext
        if len(plain) != 16 + KEY_BYTES or plain[:16] != key.bytes:
            raise Undecryptable
        return plain[16:]

    async def rewrap(self, wrapped: bytes, by: UUID, key: UUID) -> Wrapped:
        await self.unwrap(wrapped, by, key)  # what does not open is not carried on as if it did
        found = await self._call("POST", "rewrap", _Ciphertext, {"ciphertext": wrapped.decode()})
        return self._wrapped(found.ciphertext)

    def _wrapped(self, value: str, refusal: type[Exception] = KeyServiceUnavailable) -> Wrapped:
        form = _FORM.fullmatch(value.encode())
        if form is None:
            raise refusal
        return Wrapped(value.encode(), self._id(int(form[1])))

    def _id(self, version: int) -> UUID:
        name = f"{self._settings.mount}/{self._settings.key}/{version}"
        return UUID(bytes=hashlib.sha256(b"genius transit id" + name.encode()).digest()[:16])

    async def _call(self, method: str, operation: str, form: type[_A], body: dict[str, str] | None = None) -> _A:
        """The member `data` of the answer; one of another form is the other side's fault."""
        settings = self._settings
        url = f"{settings.url}/v1/{settings.mount}/{operation}/{settings.key}"
        try:
            headers = {"x-vault-token": settings.token_file.read_text(encoding="ascii").strip()}
            async with self._session.request(
                method, url, data=orjson.dumps(body) if body else None, headers=headers, timeout=self._timeout,
                ssl=self._tls, allow_redirects=False,
            ) as answer:  # fmt: skip
                content = await answer.content.read(_ANSWER_BYTES)
                if answer.status == 400 and operation != "encrypt":
                    # Vault's answer to a damaged ciphertext and to a version below `min_decryption_version`.
                    raise Undecryptable
                if answer.status != 200:
                    raise KeyServiceUnavailable(retry_after=5)
            return form.model_validate(orjson.loads(content)["data"])
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError):
            # Without its cause, which may show what was sent or answered.
            raise KeyServiceUnavailable(retry_after=5) from None


def key_source_error(kek_file: Path | None, transit: TransitSettings | None) -> str | None:
    """Why these two settings of a service don't fit, for its validator: exactly one says where the key is."""
    if (kek_file is None) == (transit is None):
        return "exactly one of kek_file and transit says where the key-encryption key is"
    return None


def open_key_encryption(
    kek_file: Path | None, transit: TransitSettings | None, session: aiohttp.ClientSession
) -> KeyEncryption:
    """What the settings name. Raises: OSError, ValueError where the file is not one."""
    if transit is not None:
        return TransitKeys(transit, session)
    assert kek_file is not None, "the settings were validated"
    return FileKeys(kek_file)
