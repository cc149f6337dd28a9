# SPDX-License-Identifier: EUPL-1.2
"""The form of API tokens: what a scanner finds, and what is refused before anybody is asked."""

from __future__ import annotations

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from genius_gateway.api_tokens import secret

SCANNED = re.compile(r"genius_[0-9A-Za-z]{49}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_tokens_are_random_and_of_the_form_that_scanners_know() -> None:
    """AUTH-14: 256 random bits behind a prefix; no two are alike, and every random character varies."""
    made = [secret.new() for _ in range(2_000)]
    assert len(set(made)) == len(made)
    assert all(SCANNED.fullmatch(token) and secret.is_well_formed(token) for token in made)
    body = [token.removeprefix(secret.PREFIX) for token in made]
    # 62^43 is a little more than 2^256, so the first character has few values.
    assert all(len({token[place] for token in body}) > 50 for place in range(2, 43))


@given(place=st.integers(0, 55), other=st.sampled_from(_ALPHABET))
def test_one_wrong_character_is_seen_without_asking_anybody(place: int, other: str) -> None:
    """AUTH-14: CRC-32 finds every change of a single character."""
    token = secret.new()
    changed = token[:place] + other + token[place + 1 :]
    assert secret.is_well_formed(changed) == (changed == token)


@given(st.text(max_size=80))
def test_other_words_are_no_tokens(word: str) -> None:
    """AUTH-14: whatever is sent, the check ends with an answer."""
    assert not secret.is_well_formed(word)
    assert not secret.is_well_formed(secret.PREFIX + word)


def test_what_is_stored_is_the_hash_alone() -> None:
    """AUTH-14: SHA-256 of the whole token."""
    token = secret.new()
    assert secret.hash_of(token) == hashlib.sha256(token.encode()).hexdigest()
