# SPDX-License-Identifier: EUPL-1.2
"""The policy table and the rules on owner and grants, as plain functions."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts import render_permissions

from genius_common.errors import Forbidden, MethodNotAllowed, NotFound
from genius_common.principal import Principal, ProtectionClass, Role
from genius_gateway.auth.transaction import safe_next
from genius_gateway.knowledge_bases.model import GrantRow, KnowledgeBase, rights
from genius_gateway.policy.evaluate import Policy, require
from genius_gateway.policy.table import RULES, UUID_PARAMETERS, Rule

A, B = UUID(int=1), UUID(int=2)


def principal(**changes: Any) -> Principal:
    values: dict[str, Any] = {"subject": UUID(int=10), "tenant": "t", "authority": A}
    return Principal(**{**values, **changes})


def base(**changes: Any) -> KnowledgeBase:
    values: dict[str, Any] = {
        "id": uuid4(),
        "authority": A,
        "owner_kind": "authority",
        "owner_person": None,
        "owner_unit": None,
        "name": "x",
        "protection_class": ProtectionClass.INTERN,
        "created_at": dt.datetime.now(dt.UTC),
    }
    return KnowledgeBase(**{**values, **changes})


def test_permissions_page_is_current() -> None:
    assert render_permissions.PAGE.read_text(encoding="utf-8") == render_permissions.page()


def test_every_rule_is_found_by_its_own_path() -> None:
    policy = Policy()
    for rule in RULES:
        path = rule.path
        for name in UUID_PARAMETERS:
            path = path.replace("{" + name + "}", str(uuid4()))
        path = path.replace("{module}", "ask-documents").replace("{n}", "1")
        assert policy.rule_for(rule.method, path) is rule
        with pytest.raises(MethodNotAllowed):
            policy.rule_for("TRACE", path)


@given(st.text(max_size=60))
def test_anything_else_is_not_found(text: str) -> None:
    """AUTH-01: default deny."""
    with pytest.raises((NotFound, MethodNotAllowed)):
        Policy().rule_for("GET", "/api/v1/x" + text)
    with pytest.raises(NotFound):
        Policy().rule_for("GET", f"/api/v1/runs/{text}\n")


def test_a_second_entry_is_refused() -> None:
    with pytest.raises(ValueError, match="two policy entries"):
        Policy(rules=(RULES[0], RULES[0]))


def test_applications_need_the_scope_and_people_a_role() -> None:
    """AUTH-13: a role in an application's token, or a scope of a person, changes nothing."""
    rule = Rule("GET", "/x", "x", frozenset({Role.SACHBEARBEITUNG}), "search", "-")
    application = principal(application=UUID(int=10), scopes=frozenset({"search"}))
    require(rule, principal(roles=frozenset({"sachbearbeitung"})))
    require(rule, application)
    refused = [
        principal(scopes=frozenset({"search"})),
        principal(application=UUID(int=10), roles=frozenset({"sachbearbeitung"})),
        replace(application, authority=None),
        principal(roles=frozenset({"admin", "SACHBEARBEITUNG"})),
    ]
    for who in refused:
        with pytest.raises(Forbidden):
            require(rule, who)
    with pytest.raises(Forbidden):
        require(replace(rule, scope=None), application)


@given(
    roles=st.frozensets(st.sampled_from([role.value for role in Role])),
    scopes=st.frozensets(st.sampled_from(["search", "modules.run", "documents.read", "documents.write"])),
    authority=st.sampled_from([A, None]),
    rule=st.sampled_from(RULES),
)
def test_acting_for_a_person_needs_the_rights_of_both(
    roles: frozenset[str], scopes: frozenset[str], authority: UUID | None, rule: Rule
) -> None:
    """AUTH-13: on behalf of a person an application may what it may itself and the person may too, nothing else."""
    both = principal(application=uuid4(), roles=roles, scopes=scopes, authority=authority)

    def may(who: Principal) -> bool:
        try:
            require(rule, who)
        except Forbidden:
            return False
        return True

    person, alone = replace(both, application=None), replace(both, application=both.subject)
    assert may(both) == (may(person) and may(alone))


def test_another_authority_has_no_right() -> None:
    """TEN-01: whatever the owner's kind and the caller's role."""
    unit = uuid4()
    owners: list[dict[str, Any]] = [
        {"owner_kind": "authority"},
        {"owner_kind": "unit", "owner_unit": unit},
        {"owner_kind": "person", "owner_person": UUID(int=10)},
    ]
    for owner in owners:
        for authority in (B, None):
            who = principal(authority=authority, roles=frozenset(Role), units=frozenset({unit}))
            assert rights(base(**owner), who) == frozenset()


def test_rights_by_owner() -> None:
    curator, clerk = frozenset({"wissenspflege"}), frozenset({"sachbearbeitung"})
    unit = uuid4()
    everything = {"read", "write", "manage"}
    assert rights(base(), principal(roles=curator)) == everything
    assert rights(base(), principal(roles=clerk)) == {"read"}
    of_unit = base(owner_kind="unit", owner_unit=unit)
    assert rights(of_unit, principal(roles=curator)) == frozenset()
    assert rights(of_unit, principal(roles=curator, units=frozenset({unit}))) == everything
    assert rights(of_unit, principal(roles=clerk, units=frozenset({unit}))) == {"read"}
    own = base(owner_kind="person", owner_person=UUID(int=10))
    assert rights(own, principal(roles=clerk)) == everything
    assert rights(own, principal(subject=uuid4(), roles=frozenset(Role))) == frozenset()
    wide = base(owner_kind="tenant", authority=None)
    assert rights(wide, principal(roles=clerk)) == {"read"}
    assert rights(wide, principal(authority=None, roles=frozenset({"betrieb"}))) == everything


def test_grants_add_no_managing() -> None:
    own = base(owner_kind="person", owner_person=uuid4())
    unit = uuid4()
    for kind, grantee in (("person", UUID(int=10)), ("unit", unit), ("authority", A)):
        who = principal(units=frozenset({unit}))
        assert rights(replace(own, grants=(GrantRow(kind, grantee, "read"),)), who) == {"read"}
        assert rights(replace(own, grants=(GrantRow(kind, grantee, "write"),)), who) == {"read", "write"}
        assert rights(replace(own, grants=(GrantRow(kind, uuid4(), "write"),)), who) == frozenset()


def test_a_higher_protection_class_hides() -> None:
    """TEN-15"""
    hidden = base(protection_class=ProtectionClass.STEUERGEHEIMNIS)
    assert rights(hidden, principal(roles=frozenset(Role))) == frozenset()


@given(st.text(max_size=40))
def test_next_is_always_a_path_of_this_site(text: str) -> None:
    for given_path in (text, "/" + text, "//" + text, "/\\" + text):
        found = safe_next(given_path)
        assert found.startswith("/")
        assert not found.startswith(("//", "/\\", "/auth/"))
        assert found.isprintable() or not any(ord(c) < 33 or ord(c) == 127 for c in found)
