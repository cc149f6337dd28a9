# SPDX-License-Identifier: EUPL-1.2
"""The hash chain of the audit trail: each change at each position of a few hundred records is found."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from genius_gateway.audit.chain import GENESIS, AuditRecord, content_of, digest

AUTHORITY = UUID(int=7)
COUNT = 300
Link = tuple[dict[str, Any], bytes]


def chain() -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for seq in range(1, COUNT + 1):
        record = AuditRecord(action=f"a{seq % 5}", authority=AUTHORITY, actor=UUID(int=seq), facts={"n": seq})
        content = content_of(str(AUTHORITY), seq, dt.datetime(2026, 11, 25, 8, 0, seq % 60, tzinfo=dt.UTC), record)
        previous = digest(previous, content)
        links.append((content, previous))
    return links


LINKS = chain()
HEAD = (COUNT, LINKS[-1][1])


def holds(links: list[Link], head: tuple[int, bytes] = HEAD) -> bool:
    """An offline check: every hash over the one before, no gap, and the end is the known head."""
    previous = GENESIS
    for seq, (content, link) in enumerate(links, 1):
        if content["seq"] != seq or digest(previous, content) != link:
            return False
        previous = link
    return (len(links), previous) == head


def flipped(links: list[Link], at: int) -> list[Link]:
    content, link = links[at]
    return [*links[:at], ({**content, "outcome": "denied"}, link), *links[at + 1 :]]


def hash_flipped(links: list[Link], at: int) -> list[Link]:
    content, link = links[at]
    return [*links[:at], (content, bytes([link[0] ^ 1]) + link[1:]), *links[at + 1 :]]


def forged(links: list[Link], at: int) -> list[Link]:
    """A changed record whose own hash is made to fit."""
    previous = links[at - 1][1] if at else GENESIS
    content = {**links[at][0], "actor": str(UUID(int=0))}
    return [*links[:at], (content, digest(previous, content)), *links[at + 1 :]]


def deleted(links: list[Link], at: int) -> list[Link]:
    return [*links[:at], *links[at + 1 :]]


def inserted(links: list[Link], at: int) -> list[Link]:
    return [*links[:at], links[at], *links[at:]]


def swapped(links: list[Link], at: int) -> list[Link]:
    other = (at + 1) % len(links)
    changed = list(links)
    changed[at], changed[other] = changed[other], changed[at]
    return changed


def truncated(links: list[Link], at: int) -> list[Link]:
    return links[:at]


@pytest.mark.parametrize(
    "change", [flipped, hash_flipped, forged, deleted, inserted, swapped, truncated], ids=lambda f: str(f.__name__)
)
def test_each_change_at_each_position_is_found(change: Callable[[list[Link], int], list[Link]]) -> None:
    """AUD-04"""
    assert holds(LINKS)
    assert [at for at in range(COUNT) if holds(change(LINKS, at))] == []


@pytest.mark.parametrize("member", list(LINKS[0][0]))
def test_every_member_is_hashed(member: str) -> None:
    """AUD-04: no field of a record can be changed or dropped without notice."""
    content, link = LINKS[0]
    assert digest(GENESIS, {**content, member: "x"}) != link
    assert digest(GENESIS, {name: value for name, value in content.items() if name != member}) != link


def test_the_order_of_members_does_not_matter_and_times_are_utc() -> None:
    content, link = LINKS[0]
    assert digest(GENESIS, dict(reversed(content.items()))) == link
    berlin = dt.timezone(dt.timedelta(hours=1))
    record = AuditRecord(action="a1", authority=AUTHORITY, actor=UUID(int=1), facts={"n": 1})
    again = content_of(str(AUTHORITY), 1, dt.datetime(2026, 11, 25, 9, 0, 1, tzinfo=berlin), record)
    assert again == content


@pytest.mark.parametrize("outcome", ["ok", "denied", "failed"])
def test_the_outcome_is_recorded_as_given(outcome: str) -> None:
    """AUD-04: a refusal is chained as a refusal, not as a success."""
    record = AuditRecord(action="a1", authority=AUTHORITY, outcome=outcome)
    assert content_of(str(AUTHORITY), 1, dt.datetime(2026, 11, 25, tzinfo=dt.UTC), record)["outcome"] == outcome
