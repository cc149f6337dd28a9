# SPDX-License-Identifier: EUPL-1.2
"""Callbacks are believed only if they are the platform's, whole and new."""

from __future__ import annotations

import base64
import json
import time
from uuid import UUID, uuid4

import pytest

from genius_client import InvalidCallback, verify_callback
from genius_gateway.callbacks.signing import TargetKeys

from .samples import RUN, run

KEYS, OTHER = TargetKeys.new(), TargetKeys.new()
BODY = json.dumps(run()).encode()
ID = uuid4()


def signed(keys: TargetKeys = KEYS, identifier: UUID = ID, at: float = 0, body: bytes = BODY) -> dict[str, str]:
    """Headers as the platform's own signing makes them; `at` seconds from now."""
    return keys.headers(identifier, int(time.time() + at), body)


@pytest.mark.parametrize("key", [KEYS.secret, KEYS.public_key], ids=["hmac", "ed25519"])
def test_a_genuine_call_is_its_run(key: str) -> None:
    found = verify_callback(signed(), BODY, key)
    assert (found.id, found.run.id, found.run.require()) == (str(ID), RUN, {"text": "kurz"})
    assert abs(found.sent_at.timestamp() - time.time()) < 60


@pytest.mark.parametrize("key", [KEYS.secret, KEYS.public_key], ids=["hmac", "ed25519"])
@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_nothing_signed_may_be_missing_or_changed(key: str, name: str) -> None:
    headers = signed()
    with pytest.raises(InvalidCallback):
        verify_callback({one: value for one, value in headers.items() if one != name}, BODY, key)
    changed = {
        "webhook-id": str(uuid4()),
        "webhook-timestamp": str(int(time.time()) + 1),
        "webhook-signature": "v1,AAAA",
    }
    with pytest.raises(InvalidCallback):
        verify_callback({**headers, name: changed[name]}, BODY, key)


@pytest.mark.parametrize("key", [KEYS.secret, KEYS.public_key], ids=["hmac", "ed25519"])
def test_a_changed_body_is_refused_before_it_is_read(key: str) -> None:
    for body in (BODY + b" ", BODY[:-1], b"", b"not json"):
        with pytest.raises(InvalidCallback):
            verify_callback(signed(), body, key)


@pytest.mark.parametrize("key", [OTHER.secret, OTHER.public_key], ids=["hmac", "ed25519"])
def test_another_targets_key_does_not_fit(key: str) -> None:
    with pytest.raises(InvalidCallback):
        verify_callback(signed(), BODY, key)


@pytest.mark.parametrize(("at", "fits"), [(-290, True), (290, True), (-310, False), (310, False), (-86400, False)])
def test_what_is_old_or_of_tomorrow_is_refused(at: float, fits: bool) -> None:
    """A recorded call can't be played again later; within the window its id tells (the how-to says so)."""
    if fits:
        verify_callback(signed(at=at), BODY, KEYS.secret)
        return
    with pytest.raises(InvalidCallback, match="zu alt"):
        verify_callback(signed(at=at), BODY, KEYS.secret)
    verify_callback(signed(at=at), BODY, KEYS.secret, tolerance_s=90_000)


def test_two_keys_while_one_replaces_the_other() -> None:
    assert verify_callback(signed(), BODY, [OTHER.secret, KEYS.secret]).id == str(ID)
    assert verify_callback(signed(), BODY, [OTHER.secret, KEYS.public_key]).id == str(ID)


def test_names_of_headers_in_any_case() -> None:
    titled = {name.title(): value for name, value in signed().items()}
    assert verify_callback(titled, BODY, KEYS.secret).id == str(ID)


def test_a_secret_is_not_taken_for_a_public_key() -> None:
    """The Ed25519 part must not be checked as HMAC with what everybody may know."""
    public = KEYS.public_key.removeprefix("whpk_")
    forger = TargetKeys(base64.b64decode(public), OTHER.private)
    with pytest.raises(InvalidCallback):
        verify_callback(signed(forger), BODY, KEYS.public_key)


@pytest.mark.parametrize("key", [KEYS.secret, KEYS.public_key], ids=["hmac", "ed25519"])
def test_a_signature_counts_only_as_what_it_says_it_is(key: str) -> None:
    """A later version of signatures may mean other bytes; what is not known here is not taken for one that is."""
    headers = signed()
    symmetric, asymmetric = (part.split(",")[1] for part in headers["webhook-signature"].split(" "))
    for relabelled in (f"v2,{symmetric} v2a,{asymmetric}", f"v1a,{symmetric} v1,{asymmetric}"):
        with pytest.raises(InvalidCallback):
            verify_callback({**headers, "webhook-signature": relabelled}, BODY, key)


@pytest.mark.parametrize("at", ["", "-5", "1e3", "²", "9" * 13, "9" * 40, " 5"])
def test_strange_times_are_refused(at: str) -> None:
    with pytest.raises(InvalidCallback):
        verify_callback({**signed(), "webhook-timestamp": at}, BODY, KEYS.secret)


@pytest.mark.parametrize("signature", ["", " ", "v1", "v1,", "v1,%%%", "v2,AAAA", "v1a,AAAA", "v1,ä"])
def test_strange_signatures_are_refused(signature: str) -> None:
    for key in (KEYS.secret, KEYS.public_key):
        with pytest.raises(InvalidCallback):
            verify_callback({**signed(), "webhook-signature": signature}, BODY, key)


@pytest.mark.parametrize("key", ["", "geheim", "whsec_%%%", []])
def test_a_malformed_key_is_the_applications_own_mistake(key: str | list[str]) -> None:
    """Not to be taken for a forged call: nothing would ever arrive, and nobody would know why."""
    with pytest.raises(ValueError):
        verify_callback(signed(), BODY, key)
