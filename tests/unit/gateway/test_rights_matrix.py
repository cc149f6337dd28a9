# SPDX-License-Identifier: EUPL-1.2
"""Rights on knowledge bases as a whole table, and grants that come and go as a state machine."""

import datetime as dt
from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from genius_common.principal import Principal, ProtectionClass, Role
from genius_gateway.knowledge_bases.model import GrantRow, KnowledgeBase, rights

OWN, OTHER, UNIT, ME, SOMEBODY = (UUID(int=n) for n in range(1, 6))
ALL = frozenset({"read", "write", "manage"})
READ, WRITE, NOTHING = frozenset({"read"}), frozenset({"read", "write"}), frozenset()

OWNERS = {
    "own person": {"owner_kind": "person", "owner_person": ME},
    "other person": {"owner_kind": "person", "owner_person": SOMEBODY},
    "unit": {"owner_kind": "unit", "owner_unit": UNIT},
    "authority": {"owner_kind": "authority"},
    "tenant": {"owner_kind": "tenant", "authority": None},
}
# By owner kind: (everybody of the authority, curators besides, operators besides), for members of the unit.
PLAIN = {
    "own person": (ALL, ALL),
    "other person": (NOTHING, NOTHING),
    "unit": (READ, ALL),
    "authority": (READ, ALL),
}
GRANTS = {
    "none": (),
    "me reads": (GrantRow("person", ME, "read"),),
    "me writes": (GrantRow("person", ME, "write"),),
    "unit reads": (GrantRow("unit", UNIT, "read"),),
    "unit writes": (GrantRow("unit", UNIT, "write"),),
    "authority reads": (GrantRow("authority", OWN, "read"),),
    "authority writes": (GrantRow("authority", OWN, "write"),),
    "me as a unit": (GrantRow("unit", ME, "write"), GrantRow("authority", ME, "write")),
    "somebody": (GrantRow("person", SOMEBODY, "write"), GrantRow("authority", OTHER, "write")),
}
ROLES = [frozenset(), *(frozenset({role}) for role in Role), frozenset(Role)]


def base(owner: str, grants: tuple[GrantRow, ...] = ()) -> KnowledgeBase:
    values = {"authority": OWN, "owner_person": None, "owner_unit": None, **OWNERS[owner]}
    return KnowledgeBase(
        id=UUID(int=9),
        name="x",
        protection_class=ProtectionClass.INTERN,
        created_at=dt.datetime.now(dt.UTC),
        grants=grants,
        **values,  # type: ignore[arg-type]
    )


def person(authority: UUID | None, units: frozenset[UUID], roles: frozenset[Role]) -> Principal:
    return Principal(subject=ME, tenant="t", authority=authority, units=units, roles=frozenset(roles))


def granted(grants: tuple[GrantRow, ...], who: Principal) -> frozenset[str]:
    reached = {("person", ME), ("authority", who.authority), *(("unit", unit) for unit in who.units)}
    given = {grant.access for grant in grants if (grant.grantee_kind, grant.grantee) in reached}
    return WRITE if "write" in given else READ if "read" in given else NOTHING


def expected(owner: str, grants: tuple[GrantRow, ...], who: Principal) -> frozenset[str]:
    if owner == "tenant":
        return ALL if Role.BETRIEB in who.roles else READ
    if who.authority is None:
        return NOTHING
    found: frozenset[str] = NOTHING
    if who.authority == OWN and (owner != "unit" or UNIT in who.units):
        found = PLAIN[owner][Role.WISSENSPFLEGE in who.roles]
    return found | granted(grants, who)


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("grant", GRANTS)
def test_the_whole_matrix(owner: str, grant: str) -> None:
    """TEN-01, TEN-14: owner kinds x grants x authorities x units x roles x protection classes."""
    made = base(owner, GRANTS[grant])
    for authority, units, roles in product((OWN, OTHER, None), (frozenset(), frozenset({UNIT})), ROLES):
        who = person(authority, units, roles)
        assert rights(made, who) == expected(owner, GRANTS[grant], who), who
        hidden = replace(made, protection_class=ProtectionClass.STEUERGEHEIMNIS)
        assert rights(hidden, replace(who, classification=ProtectionClass.INTERN)) == NOTHING


GRANT = st.builds(
    GrantRow,
    st.sampled_from(["person", "unit", "authority"]),
    st.sampled_from([ME, SOMEBODY, UNIT, OWN, OTHER]),
    st.sampled_from(["read", "write"]),
)


class Grants(RuleBasedStateMachine):
    """Somebody else's knowledge base, shared and taken back in any order, while I join and leave units."""

    def __init__(self) -> None:
        super().__init__()
        self.grants: dict[tuple[str, UUID], GrantRow] = {}
        self.units: frozenset[UUID] = frozenset()
        self.authority: UUID | None = OWN

    @rule(grant=GRANT)
    def share(self, grant: GrantRow) -> None:
        before = self.now()
        known = (grant.grantee_kind, grant.grantee) in self.grants
        self.grants[grant.grantee_kind, grant.grantee] = grant
        assert known or before <= self.now()

    @rule(grant=GRANT)
    def take_back(self, grant: GrantRow) -> None:
        before = self.now()
        self.grants.pop((grant.grantee_kind, grant.grantee), None)
        assert self.now() <= before

    @rule(member=st.booleans())
    def change_unit(self, member: bool) -> None:
        self.units = frozenset({UNIT}) if member else frozenset()

    @rule(authority=st.sampled_from([OWN, OTHER, None]))
    def change_authority(self, authority: UUID | None) -> None:
        self.authority = authority

    def now(self) -> frozenset[str]:
        shared = base("other person", tuple(self.grants.values()))
        return frozenset(rights(shared, person(self.authority, self.units, frozenset(Role))))

    @invariant()
    def only_grants_that_reach_me_count(self) -> None:
        who = person(self.authority, self.units, frozenset(Role))
        allowed = granted(tuple(self.grants.values()), who) if self.authority else NOTHING
        assert self.now() == allowed
        assert "manage" not in self.now()
        assert "write" not in self.now() or "read" in self.now()


TestGrants = Grants.TestCase
TestGrants.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
