# SPDX-License-Identifier: EUPL-1.2
"""Keycloak's claim shapes, usual and hostile: what they give a caller, and that odd ones give nothing."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_gateway.auth import claims
from genius_gateway.auth.errors import AccessTokenInvalid, LogoutTokenInvalid
from genius_gateway.auth.provider import Verified

ISSUER = "https://login.example/realms/genius"
EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NO_LISTS = [None, 5, True, "betrieb", {"betrieb": 1}, {"/behoerden/a": 1}, 1.5]


def person(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {
        "iss": ISSUER,
        "typ": "Bearer",
        "aud": ["genius", "account"],
        "sub": "s",
        "azp": "web",
        "preferred_username": "a.weber",
        "iat": now - 5,
        "exp": now + 300,
    }
    return {**usual, **changes}


def judged(given_claims: dict[str, Any], **header: Any) -> claims.Caller:
    return claims.access_token(Verified(header=header, claims=given_claims), ISSUER, "genius", frozenset({"web"}))


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], {}),
        (["/behoerden/a"], {"a": set()}),
        (["/behoerden/a/u1", "/behoerden/a/u2", "/behoerden/b"], {"a": {"u1", "u2"}, "b": set()}),
        (["/behoerden/a", "/behoerden/a"], {"a": set()}),
        (["/behoerden/a/u/deeper"], {}),
        (["/behoerden/"], {}),
        (["behoerden/a"], {}),
        (["/other/a"], {}),
        (["/x/behoerden/a"], {}),
        (["/behoerden/A"], {}),
        (["/behoerden/a\n"], {}),
        (["/behoerden/a/"], {}),
        (["/behoerden/../a"], {}),
        (["/behoerden/-a"], {}),
        (["/behoerden/\u0430"], {}),
        (["/behoerden/" + "a" * 63], {"a" * 63: set()}),
        (["/behoerden/" + "a" * 64], {}),
        ([5, None, ["/behoerden/a"], {"x": 1}], {}),
    ],
)
def test_groups_become_memberships_only_in_the_exact_shape(groups: list[Any], expected: dict[str, set[str]]) -> None:
    assert judged(person(groups=groups)).memberships == expected


@pytest.mark.parametrize("shape", NO_LISTS, ids=repr)
def test_roles_and_groups_that_are_no_lists_give_nothing(shape: Any) -> None:
    caller = judged(person(realm_access={"roles": shape}, groups=shape))
    assert (caller.roles, caller.memberships) == (frozenset(), {})
    assert judged(person(realm_access=shape)).roles == frozenset()


def test_only_known_roles_count_and_an_application_has_none() -> None:
    access = {"roles": ["betrieb", "admin", "BETRIEB", "offline_access", 5, None]}
    assert judged(person(realm_access=access)).roles == {"betrieb"}
    app = person(azp="app", client_id="app", preferred_username="service-account-app", realm_access=access)
    assert judged(app).roles == frozenset()
    assert judged(person(resource_access={"genius": access})).roles == frozenset()


@pytest.mark.parametrize(
    "change",
    [
        {"iss": ISSUER + "/"},
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"aud": "account"},
        {"aud": None},
        {"aud": {"genius": 1}},
        {"aud": "genius-other"},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 256},
        {"azp": "other"},
        {"azp": ["web"]},
        {"preferred_username": "service-account-web"},
        {"client_id": "web"},
        {"sid": 5},
        {"scope": ["search"]},
        {"exp": 1},
        {"exp": True},
        {"exp": "9999999999"},
        {"exp": float("inf")},
        {"exp": 2**60},
        {"iat": -1},
        pytest.param({"iat": int(time.time()) + 3600}, id="iat in an hour"),
        pytest.param({"nbf": int(time.time()) + 3600}, id="nbf in an hour"),
    ],
    ids=repr,
)
def test_one_wrong_claim_is_enough(change: dict[str, Any]) -> None:
    judged(person())
    with pytest.raises(AccessTokenInvalid):
        judged(person(**change))


def test_a_persons_token_of_another_client_counts_only_where_exchange_is_meant() -> None:
    """AUTH-04: and then with no more scopes than an application may have."""
    foreign = Verified(header={}, claims=person(azp="fachverfahren", scope="openid search import"))
    with pytest.raises(AccessTokenInvalid):
        claims.access_token(foreign, ISSUER, "genius", frozenset({"web"}))
    caller = claims.access_token(foreign, ISSUER, "genius", frozenset({"web"}), exchanged=True)
    assert (caller.on_behalf, caller.is_application, caller.scopes) == (True, False, {"search"})
    own = claims.access_token(
        Verified(header={}, claims=person()), ISSUER, "genius", frozenset({"web"}), exchanged=True
    )
    assert (own.on_behalf, own.scopes) == (False, frozenset())


@pytest.mark.parametrize("kind", [5, None, ["JWT"], {}, "JWE", ""], ids=repr)
def test_an_odd_type_in_the_header_is_refused(kind: Any) -> None:
    with pytest.raises(AccessTokenInvalid):
        judged(person(), typ=kind)
    logout = {"iss": ISSUER, "aud": "web", "jti": "j", "events": EVENT, "sid": "s"}
    times = {"iat": int(time.time()), "exp": int(time.time()) + 60}
    assert claims.logout_token(Verified(header={}, claims=logout | times), ISSUER, "web") == ("s", None)
    with pytest.raises(LogoutTokenInvalid):
        claims.logout_token(Verified(header={"typ": kind}, claims=logout | times), ISSUER, "web")


@given(name=st.sampled_from([*person(), "groups", "realm_access", "sid", "scope", "client_id", "nbf"]), value=JSON)
def test_any_value_of_any_claim_is_judged_or_refused(name: str, value: Any) -> None:
    try:
        caller = judged(person(**{name: value}))
    except AccessTokenInvalid:
        return
    assert caller.roles == frozenset() or isinstance(value, dict)
