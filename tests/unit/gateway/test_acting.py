# SPDX-License-Identifier: EUPL-1.2
"""For which authority a caller acts: every kind of credential, any number of memberships, any header."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.errors import PlatformError
from genius_common.principal import Principal
from genius_gateway.auth.acting import acting
from genius_gateway.auth.errors import AuthorityChanged, AuthorityNeeded, AuthorityNotYours
from genius_gateway.auth.identity import Identity, Kind, Membership, SessionEnds, from_json

SHORTS = ("mhb", "stk", "im", "jm")
HERE = {
    short: Membership(UUID(int=n), short, short.upper(), ((UUID(int=100 + n), "Referat"),))
    for n, short in enumerate(SHORTS, 1)
}


def identity(kind: str, shorts: list[str], active: int) -> Identity:
    memberships = tuple(HERE[short] for short in shorts)
    authority = memberships[active % len(memberships)] if memberships else None
    principal = Principal(
        subject=UUID(int=7),
        tenant="test",
        authority=authority.id if authority else None,
        units=frozenset(unit for unit, _ in authority.units) if authority else frozenset(),
    )
    return Identity(principal, cast("Kind", kind), "", "", authority, memberships)


def expected_refusal(known: Identity, several: bool, wanted: str | None) -> type[PlatformError] | None:
    """The rules, written down a second time."""
    if wanted is None:
        return AuthorityNeeded if several else None
    if wanted not in {item.short for item in known.memberships}:
        return AuthorityNotYours
    stated = known.authority is not None and known.authority.short == wanted
    return None if several or stated else AuthorityChanged


@given(
    kind=st.sampled_from(["session", "bearer", "application", "api_token"]),
    shorts=st.lists(st.sampled_from(SHORTS), unique=True, max_size=3),
    active=st.integers(0, 2),
    wanted=st.none() | st.sampled_from((*SHORTS, "", "MHB", "mhb, stk")),
)
def test_nobody_acts_where_the_credential_does_not_say_so(
    kind: str, shorts: list[str], active: int, wanted: str | None
) -> None:
    """TEN-01, AUTH-13: the result is an own membership with its units alone, and the one that was stated."""
    known = identity(kind, shorts, active)
    several = kind == "bearer" and len(shorts) > 1
    refusal = expected_refusal(known, several, wanted)
    if refusal is not None:
        with pytest.raises(refusal):
            acting(known, wanted)
        return
    found = acting(known, wanted)
    assert wanted is not None or not several
    assert found.principal.authority == (found.authority.id if found.authority else None)
    assert wanted is None or (found.authority is not None and found.authority.short == wanted)
    assert found.authority is None or found.authority in known.memberships
    assert found.principal.units == frozenset(unit for unit, _ in (found.authority.units if found.authority else ()))
    assert (found.principal.subject, found.principal.roles) == (known.principal.subject, known.principal.roles)


def test_a_session_of_an_authority_that_is_no_membership_is_none() -> None:
    """TEN-01: it must not turn into a session without any authority, which operators have."""
    stored: dict[str, Any] = {
        "subject": str(UUID(int=7)),
        "roles": [],
        "scopes": [],
        "classification": "intern",
        "memberships": [],
    }
    ends = SessionEnds(datetime.now(UTC), datetime.now(UTC))
    values: dict[str, Any] = {"tenant": "t", "name": "", "username": "", "session": "s", "ends": ends}
    assert from_json(stored, active=UUID(int=1), **values) is None
    operator = from_json(stored, active=None, **values)
    assert operator is not None
    assert operator.principal.authority is None
