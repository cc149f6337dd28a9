# SPDX-License-Identifier: EUPL-1.2
"""A login on its way: state, nonce and PKCE verifier in one sealed cookie of ten minutes, bound to this browser."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from dataclasses import asdict, dataclass

import orjson

from genius_common.crypto import ContentKey, Undecryptable
from genius_gateway.auth.errors import LoginFailed

LIFETIME_S = 600
_PLACE = "login transaction"
# A path on this site: one slash, then anything but a second slash or backslash; no control characters.
_SAFE_NEXT = re.compile(r"/(?:[^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*)?")


@dataclass(frozen=True, slots=True)
class LoginTransaction:
    state: str
    nonce: str
    verifier: str
    next: str
    ends: int

    @classmethod
    def begin(cls, next_path: str | None) -> LoginTransaction:
        return cls(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            next=safe_next(next_path),
            ends=int(time.time()) + LIFETIME_S,
        )

    def seal(self, key: ContentKey) -> str:
        return base64.urlsafe_b64encode(key.seal(orjson.dumps(asdict(self)), _PLACE)).decode()


def open_transaction(cookie: str | None, key: ContentKey) -> LoginTransaction:
    """Raises: LoginFailed (missing, forged or too old)."""
    try:
        sealed = base64.b64decode((cookie or "").encode("ascii"), altchars=b"-_", validate=True)
        found = LoginTransaction(**orjson.loads(key.open(sealed, _PLACE)))
    except (Undecryptable, UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError, TypeError) as error:
        raise LoginFailed from error
    if found.ends < time.time():
        raise LoginFailed
    return found


def safe_next(given: str | None) -> str:
    """`given` if it is a path on this site and not one of the login's own, else the start page."""
    if given is None or len(given) > 2000 or not _SAFE_NEXT.fullmatch(given) or given.startswith("/auth/"):
        return "/"
    return given
