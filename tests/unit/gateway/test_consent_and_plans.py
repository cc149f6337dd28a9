# SPDX-License-Identifier: EUPL-1.2
"""What may be planned for an authority that leaves, and which files name key holders or carry their consent."""

import datetime as dt
import itertools
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from genius_common.audit.chain import APPROVAL_DOMAIN, DOMAIN, sign
from genius_gateway.authorities.handover import successor_id
from genius_gateway.authorities.plan import RemovalPlan
from genius_gateway.keys.errors import ApprovalsMissing, RequestInvalid
from genius_gateway.keys.holders import KeyHolders, KeyHolderSettings, KeyRequest
from tests.support.audit_log import public_pem

DISPOSALS = ("hand_over", "archive", "destroy")
KEYS = {name: Ed25519PrivateKey.generate() for name in ("a", "b", "c")}


def test_every_plan_names_receivers_exactly_where_something_is_handed_over() -> None:
    """DSG-02: holders sign the plan, so it must say all of it."""
    people: tuple[UUID | None, ...] = (None, uuid4())
    for knowledge, cases, personal, to, receiver in itertools.product(DISPOSALS, DISPOSALS, DISPOSALS, people, people):
        handed = "hand_over" in (knowledge, cases)
        fits = personal != "hand_over" and handed == bool(to) and (cases == "hand_over") == bool(receiver)
        values: dict[str, Any] = {"knowledge": knowledge, "cases": cases, "personal": personal}
        values |= {"to": to, "receiver": receiver}
        if fits:
            assert RemovalPlan(**values).archives == ("archive" in (knowledge, cases, personal))
        else:
            with pytest.raises(ValidationError):
                RemovalPlan(**values)


@given(st.uuids(), st.uuids(), st.uuids(), st.uuids())
def test_copies_have_ids_of_their_own_and_always_the_same(one: UUID, other: UUID, to: UUID, elsewhere: UUID) -> None:
    """A second hand-over finds what the first made; two sources or receivers never meet in one id."""
    assert successor_id(one, to) == successor_id(one, to) not in {one, to}
    assert (successor_id(one, to) == successor_id(other, to)) == (one == other)
    assert (successor_id(one, to) == successor_id(one, elsewhere)) == (to == elsewhere)


def holders(folder: Path, names: str = "abc") -> KeyHolders:
    file = folder / "holders.json"
    listed = [{"name": name, "public_key": public_pem(KEYS[name]).decode()} for name in names]
    file.write_text(json.dumps({"holders": listed}))
    return KeyHolders(KeyHolderSettings(file=file), "test")


@pytest.mark.parametrize("names", ["a", "aab", ""])
def test_a_file_that_names_too_few_ends_the_command(names: str, tmp_path: Path) -> None:
    """DSG-03: m below n, or one holder twice, would weaken what n of m promises."""
    if not names:
        (tmp_path / "holders.json").write_text("{}")
        with pytest.raises(ValidationError):
            KeyHolders(KeyHolderSettings(file=tmp_path / "holders.json"), "test")
        return
    with pytest.raises(ValueError, match="holders"):
        holders(tmp_path, names)


def request(known: KeyHolders) -> dict[str, Any]:
    asked: KeyRequest = known.ask("keys.destroy", uuid4(), "amt", {"gateway": {"keys": 1}})
    return asked.model_dump(mode="json")


def test_consent_of_two_counts_for_exactly_this(tmp_path: Path) -> None:
    """DSG-03: another tenant's, another kind of signature, a changed member, or one gone: refused."""
    known = holders(tmp_path)
    asked = request(known)
    both = [sign(KEYS[name], asked, APPROVAL_DOMAIN) for name in "ab"]

    def content(body: dict[str, Any], signatures: list[Any]) -> bytes:
        return json.dumps({"request": body, "signatures": signatures}).encode()

    assert known.require(content(asked, both), "keys.destroy").holders == ("a", "b")
    assert known.require(content(asked, [*both, 1, {}, {"signature": "x"}]), "keys.destroy").holders == ("a", "b")
    as_checkpoint = [sign(KEYS[name], asked, DOMAIN) for name in "ab"]
    for body, signatures, refusal in (
        (asked, as_checkpoint, ApprovalsMissing),
        ({**asked, "authority": str(uuid4())}, both, ApprovalsMissing),
        ({**asked, "tenant": "andere"}, both, RequestInvalid),
        ({**asked, "more": 1}, both, RequestInvalid),
        ({name: value for name, value in asked.items() if name != "scope"}, both, RequestInvalid),
    ):
        with pytest.raises(refusal):
            known.require(content(body, signatures), "keys.destroy")
    late = asked | {"expires_at": (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)).isoformat()}
    signed = [sign(KEYS[name], late, APPROVAL_DOMAIN) for name in "ab"]
    with pytest.raises(RequestInvalid):
        known.require(content(late, signed), "keys.destroy")
    assert known.require(content(late, signed), "keys.destroy", begun=True), "what was begun is brought to its end"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
    lambda value: json.dumps({"request": value, "signatures": value}).encode()
))  # fmt: skip
def test_any_other_file_is_a_refusal(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RequestInvalid):
        holders(tmp_path).require(content, "keys.destroy")
