# SPDX-License-Identifier: EUPL-1.2
"""Who may do what with a shared case or snapshot, as plain functions: owner, grants, clearance; never a role."""

from types import SimpleNamespace
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from genius_common.principal import Principal, ProtectionClass, Role
from genius_gateway.cases.model import rights
from genius_gateway.policy.access import LoadedSnapshot
from genius_gateway.sharing.grants import Shared

OWNER, READER, UNIT, ELSEWHERE = (UUID(int=number) for number in range(1, 5))
CLASSES = st.sampled_from(ProtectionClass)
GRANTEES = st.sampled_from(
    [("person", READER), ("person", ELSEWHERE), ("unit", UNIT), ("unit", READER), ("person", UNIT)]
)
GRANTS = st.lists(st.tuples(GRANTEES, st.sampled_from(["read", "write"])), max_size=4)


def shared(grants: list[tuple[tuple[str, UUID], str]]) -> list[Shared]:
    rows = ({"grantee_kind": kind, "grantee": grantee, "access": access} for (kind, grantee), access in grants)
    return [Shared(SimpleNamespace(**row)) for row in rows]


def reader(clearance: ProtectionClass, units: set[UUID], subject: UUID = READER) -> Principal:
    """With every role that there is."""
    values = {"tenant": "test", "authority": uuid4(), "roles": frozenset(Role)}
    return Principal(subject=subject, units=frozenset(units), classification=clearance, **values)  # type: ignore[arg-type]


@given(grants=GRANTS, content=CLASSES, clearance=CLASSES, units=st.sets(st.sampled_from([UNIT, ELSEWHERE])))
def test_grants_reach_whom_they_name_and_who_is_cleared(
    grants: list[tuple[tuple[str, UUID], str]], content: ProtectionClass, clearance: ProtectionClass, units: set[UUID]
) -> None:
    """TEN-01, TEN-14, TEN-15: no role opens anything, a grant never manages, a class above hides the object."""
    reaching = {
        access
        for (kind, grantee), access in grants
        if (kind, grantee) == ("person", READER) or (kind == "unit" and grantee in units)
    }
    expected: set[str] = set()
    if content.rank <= clearance.rank and reaching:
        expected = {"read", "write"} if "write" in reaching else {"read"}
    principal = reader(clearance, units)
    assert rights(OWNER, content.value, shared(grants), principal) == expected
    row = SimpleNamespace(owner=OWNER, protection_class=content.value)
    found = LoadedSnapshot.of(row, shared(grants), principal)
    assert (found is not None) == bool(expected)
    assert found is None or not found.own


@given(content=CLASSES, clearance=CLASSES)
def test_the_owner_keeps_what_is_theirs(content: ProtectionClass, clearance: ProtectionClass) -> None:
    """TEN-01, TEN-15: without any grant; a case above the own clearance is hidden, a snapshot can still be ended."""
    principal = reader(clearance, set(), OWNER)
    expected = {"read", "write", "manage"} if clearance.covers(content) else set()
    assert rights(OWNER, content.value, [], principal) == expected
    found = LoadedSnapshot.of(SimpleNamespace(owner=OWNER, protection_class=content.value), [], principal)
    assert found is not None
    assert found.own
