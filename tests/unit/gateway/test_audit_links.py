# SPDX-License-Identifier: EUPL-1.2
"""What a link of the audit trail is made of; whole logs: tests/unit/common/test_audit_verify.py."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from genius_common.audit.chain import GENESIS, digest
from genius_gateway.audit.chain import AuditRecord, content_of

AUTHORITY = UUID(int=7)
COUNT = 3
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
