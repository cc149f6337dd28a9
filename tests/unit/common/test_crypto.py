# SPDX-License-Identifier: EUPL-1.2
"""Content at rest opens with its key, at its place, unchanged, and in no other way."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.crypto import ContentKey, Undecryptable, key_id_of, new_secret, term_id, unwrap, wrap

KEY = ContentKey(uuid.uuid4(), new_secret())
PLACE = "messages/text/1"


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_what_was_sealed_opens_at_its_place(plain: bytes, place: str) -> None:
    sealed = KEY.seal(plain, place)
    assert KEY.open(sealed, place) == plain
    assert key_id_of(sealed) == KEY.id
    assert len(plain) < 8 or plain not in sealed


def test_a_moved_ciphertext_does_not_open() -> None:
    with pytest.raises(Undecryptable):
        KEY.open(KEY.seal(b"text", PLACE), "messages/text/2")


def test_a_foreign_key_does_not_open() -> None:
    """Also not one that claims the same id."""
    sealed = KEY.seal(b"text", PLACE)
    for other in (ContentKey(uuid.uuid4(), KEY.secret), ContentKey(KEY.id, new_secret())):
        with pytest.raises(Undecryptable):
            other.open(sealed, PLACE)


@given(st.integers(0, 200), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, change: int) -> None:
    sealed = bytearray(KEY.seal("Der Bescheid vom 3. März".encode(), PLACE))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(Undecryptable):
        KEY.open(bytes(sealed), PLACE)


@pytest.mark.parametrize("length", range(40))
def test_a_cut_ciphertext_is_refused(length: int) -> None:
    with pytest.raises(Undecryptable):
        KEY.open(KEY.seal(b"Bescheid", PLACE)[:length], PLACE)


def test_equal_texts_do_not_look_equal() -> None:
    assert KEY.seal(b"text", PLACE) != KEY.seal(b"text", PLACE)


def test_a_wrapped_key_opens_under_its_kek_and_id_only() -> None:
    kek, secret, key = new_secret(), new_secret(), uuid.uuid4()
    wrapped = wrap(kek, secret, key)
    assert unwrap(kek, wrapped, key) == secret
    for wrong in ((new_secret(), key), (kek, uuid.uuid4())):
        with pytest.raises(Undecryptable):
            unwrap(wrong[0], wrapped, wrong[1])


def test_search_terms_mean_nothing_under_another_key() -> None:
    words = ["wohngeld", "bewilligung", "antrag", "bescheid"]
    first, second = new_secret(), new_secret()
    assert [term_id(first, w) for w in words] == [term_id(first, w) for w in words]
    assert not {term_id(first, w) for w in words} & {term_id(second, w) for w in words}
    assert all(0 <= term_id(first, w) < 2**32 for w in words)
