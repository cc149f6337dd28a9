# SPDX-License-Identifier: EUPL-1.2
"""The proof of origin of changing requests, and the sealed cookie of a login on its way."""

import base64
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.crypto import ContentKey
from genius_gateway.auth.csrf import require_same_origin
from genius_gateway.auth.errors import CsrfRefused, LoginFailed
from genius_gateway.auth.transaction import LIFETIME_S, LoginTransaction, open_transaction

OWN = "https://genius.example.de"
KEY = ContentKey(UUID(int=1), b"k" * 32)
ORIGINS = [
    None,
    OWN,
    "null",
    "",
    "https://evil.example",
    OWN + ".evil.example",
    OWN + ":443",
    "http://genius.example.de",
]
SITES = [None, "same-origin", "same-site", "cross-site", "none", "SAME-ORIGIN", ""]


@pytest.mark.parametrize("proof", [None, "1", "", "0", "true", "1, 1"])
@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("origin", ORIGINS)
def test_every_combination_of_marks(origin: str | None, site: str | None, proof: str | None) -> None:
    """AUTH-11: the header, and each mark of the browser that is there fits, and one is there; nothing else passes."""
    given_headers = {"origin": origin, "sec-fetch-site": site, "x-csrf": proof}
    headers = {name: value for name, value in given_headers.items() if value is not None}
    marks_fit = origin in {None, OWN} and site in {None, "same-origin"} and (origin, site) != (None, None)
    if proof == "1" and marks_fit:
        require_same_origin(headers, frozenset({OWN}))
    else:
        with pytest.raises(CsrfRefused):
            require_same_origin(headers, frozenset({OWN}))


def test_a_login_comes_back_as_it_was() -> None:
    begun = LoginTransaction.begin("/chat/1")
    assert open_transaction(begun.seal(KEY), KEY) == begun
    assert begun.next == "/chat/1"


def test_logins_share_no_secret() -> None:
    """AUTH-09: state, nonce and verifier are fresh and long each time, and different from each other."""
    begun = [LoginTransaction.begin("/") for _ in range(200)]
    values = [value for one in begun for value in (one.state, one.nonce, one.verifier)]
    assert len(set(values)) == 600
    assert min(map(len, values)) >= 43


@pytest.mark.parametrize("cookie", [None, "", "x", "=", "ä", "A" * 5000, "....", "\x00"])
def test_no_cookie_of_ours_is_no_login(cookie: str | None) -> None:
    with pytest.raises(LoginFailed):
        open_transaction(cookie, KEY)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_voids_the_cookie(place: int, change: int) -> None:
    """AUTH-10: the cookie is sealed, so the browser can't choose state, target or end."""
    raw = bytearray(base64.urlsafe_b64decode(LoginTransaction.begin("/").seal(KEY)))
    raw[place % len(raw)] ^= change
    with pytest.raises(LoginFailed):
        open_transaction(base64.urlsafe_b64encode(raw).decode(), KEY)


def test_another_key_and_an_old_login_are_refused() -> None:
    begun = LoginTransaction.begin("/")
    with pytest.raises(LoginFailed):
        open_transaction(begun.seal(ContentKey(UUID(int=1), b"x" * 32)), KEY)
    with pytest.raises(LoginFailed):
        open_transaction(replace(begun, ends=begun.ends - LIFETIME_S - 1).seal(KEY), KEY)
    foreign = base64.urlsafe_b64encode(KEY.seal(b'{"state": "x"}', "login transaction")).decode()
    with pytest.raises(LoginFailed):
        open_transaction(foreign, KEY)
