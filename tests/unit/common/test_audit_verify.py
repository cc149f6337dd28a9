# SPDX-License-Identifier: EUPL-1.2
"""Two independent verifiers of the audit trail: what they find, and that they agree."""

import base64
import os
import random
from collections.abc import Callable, Sequence

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from genius_common.audit.chain import DOMAIN, canonical, checkpoint_hash
from genius_common.audit.verify import verify
from tests.support import audit_log
from tests.support.audit_log import MANIPULATIONS, Log, log_of

OPERATOR, WITNESS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
SMALL = log_of(200, 50, OPERATOR, WITNESS)
SMALLEST = log_of(60, 15, OPERATOR, WITNESS)
"""What a manipulation of a log costs to find grows with its length, so that each position costs its square."""
SECOND = audit_log.independent_verifier()
Manipulation = Callable[[Sequence[bytes], int], list[bytes]]


def first_finds(lines: Sequence[bytes], kept: bytes | None = None) -> bool:
    return not verify(lines, [OPERATOR.public_key()], [WITNESS.public_key()], kept).holds


def second_finds(lines: Sequence[bytes], kept: bytes | None = None, sign: bool = True) -> bool:
    name = checkpoint_hash(orjson.loads(kept)["checkpoint"]) if kept else None
    keys = ([audit_log.raw_public(OPERATOR)], [audit_log.raw_public(WITNESS)]) if sign else ((), ())
    return bool(SECOND.findings_of(lines, *keys, name)[0])


def test_an_untouched_log_holds() -> None:
    """AUD-06: for both verifiers."""
    report = verify(SMALL.lines, [OPERATOR.public_key()], [WITNESS.public_key()], SMALL.checkpoints[1])
    assert report.holds
    assert (report.records, report.chains, report.checkpoints, report.unwitnessed) == (200, 1, 4, 0)
    assert not second_finds(SMALL.lines, SMALL.checkpoints[1])


@pytest.mark.parametrize("manipulation", MANIPULATIONS, ids=lambda found: str(found.__name__))
def test_every_change_at_every_position_is_found_by_both(manipulation: Manipulation) -> None:
    """AUD-04, AUD-06: flip, forge, insert, delete, swap, truncate, behead, fork at each of 60 records."""
    unseen = []
    for at in range(60):
        lines = [*SMALLEST.checkpoints, *manipulation(SMALLEST.records, at)]
        # Signatures are not what changes here, and the second verifier's are slow by intent.
        unseen += [(at, 1)] * (not first_finds(lines)) + [(at, 2)] * (not second_finds(lines, sign=False))
    assert unseen == []


@pytest.mark.thorough
def test_random_positions_of_a_long_log() -> None:
    """AUD-04: 10,000 records; each kind of change somewhere (`AUDIT_POSITIONS=200` tries 200 positions of each)."""
    positions = int(os.environ.get("AUDIT_POSITIONS", "1"))
    log = log_of(10_000, 2_500, OPERATOR, WITNESS)
    chance = random.Random(1)
    for manipulation in MANIPULATIONS:
        for at in chance.sample(range(10_000), positions):
            lines = [*log.checkpoints, *manipulation(log.records, at)]
            assert first_finds(lines), (manipulation, at)
            assert second_finds(lines, sign=False), (manipulation, at)


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("manipulation", [audit_log.deleted, audit_log.repeated, audit_log.swapped])
def test_checkpoints_are_chained_too(manipulation: Manipulation, at: int) -> None:
    """AUD-04: rolling back to an earlier checkpoint, or leaving one out."""
    lines = [*manipulation(SMALL.checkpoints, at), *SMALL.records]
    if (manipulation, at) == (audit_log.deleted, 3):
        # Without its last checkpoint a log says less, but nothing wrong; who keeps that checkpoint finds it missing.
        assert first_finds(lines, SMALL.checkpoints[3])
        assert second_finds(lines, SMALL.checkpoints[3])
    else:
        assert first_finds(lines)
        assert second_finds(lines)


@pytest.mark.parametrize("changed_from", [1, 90, 150])
def test_the_operator_alone_cannot_rewrite(changed_from: int) -> None:
    """AUD-05: a whole new history with all keys of the operator is found against the witness's key and checkpoint."""
    history = log_of(200, 50, OPERATOR, None, changed_from)
    assert first_finds(history.lines)
    assert second_finds(history.lines)
    mixed = Log([*SMALL.checkpoints[:1], *history.checkpoints[1:]], history.records)
    kept = SMALL.checkpoints[2]
    assert first_finds(mixed.lines, kept)
    assert second_finds(mixed.lines, kept)


def test_a_rewritten_tail_shows_as_not_witnessed() -> None:
    """AUD-05: what no witness has signed yet is counted, so that it is not taken for proven."""
    signed = log_of(100, 50, OPERATOR, WITNESS)
    later = log_of(200, 50, OPERATOR, None)
    report = verify([*signed.checkpoints, *later.checkpoints[2:], *later.records], [], [WITNESS.public_key()])
    assert report.holds
    assert report.unwitnessed == 100


def test_a_foreign_or_damaged_signature_is_none() -> None:
    """AUD-05"""
    body = orjson.loads(SMALL.checkpoints[0])["checkpoint"]
    good = base64.b64encode(OPERATOR.sign(DOMAIN + canonical(body))).decode()
    bad = ["", "x", good[:-4], base64.b64encode(bytes(64)).decode(), base64.b64encode(WITNESS.sign(b"x")).decode()]
    public = audit_log.raw_public(OPERATOR)
    assert SECOND.signed(public, body, {"signature": good})
    for signature in bad:
        assert not SECOND.signed(public, body, {"signature": signature})
        line = orjson.dumps({"checkpoint": body, "signatures": [{"key": "", "signature": signature}]})
        assert not verify([line, *SMALL.records], [OPERATOR.public_key()]).holds


@settings(max_examples=30)
@given(
    st.binary(min_size=32, max_size=32), st.dictionaries(st.text(max_size=5), st.integers(0, 9) | st.text(max_size=9))
)
def test_both_check_signatures_alike(seed: bytes, body: dict[str, int | str]) -> None:
    """AUD-06: the second verifier's own Ed25519 against the library's, with any text in the body."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    entry = {"signature": base64.b64encode(private.sign(DOMAIN + canonical(body))).decode()}
    assert SECOND.compact(body) == canonical(body)
    assert SECOND.signed(audit_log.raw_public(private), body, entry)
    assert not SECOND.signed(audit_log.raw_public(private), {**body, "x": 1, "number": 2}, entry)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_any_bytes_are_a_finding_and_no_crash(lines: list[bytes]) -> None:
    """AUD-04"""
    wanted = any(line.strip() for line in lines)
    assert verify(lines).holds is not wanted
    assert bool(SECOND.findings_of(lines)[0]) is wanted
