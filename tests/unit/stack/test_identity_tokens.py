# SPDX-License-Identifier: EUPL-1.2
"""The parts of the development identity provider by itself: tokens, as the gateway judges them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

from genius_common.principal import Role
from genius_gateway.auth import claims as gateway
from genius_gateway.auth.provider import Verified
from genius_stack.identity.sessions import Session
from genius_stack.identity.token_endpoint import LOCAL_CLIENT
from genius_stack.identity.tokens import KEY_FILE, TokenIssuer, load_key
from genius_stack.samples import people
from genius_stack.secrets import StackSecrets

ISSUER = "http://127.0.0.1:18084/realms/genius"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> RSAKey:
    return load_key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def issuer(key: RSAKey) -> TokenIssuer:
    return TokenIssuer(key, ISSUER)


@pytest.fixture(scope="module")
def realm() -> Any:
    return people.build_realm(StackSecrets(), ["http://127.0.0.1:8080"])


def verified(token: str, key: RSAKey) -> Verified:
    found = jwt.decode(token, key, algorithms=["RS256"])
    return Verified(dict(found.header), found.claims)


def session_of(user: UUID) -> Session:
    return Session(id=uuid4(), user=user, auth_time=1, used=1.0, cookie_hash="x")


@pytest.mark.parametrize("person", people.PEOPLE, ids=lambda person: person.username)
@pytest.mark.parametrize("client", [people.WEB_CLIENT, LOCAL_CLIENT])
def test_the_gateway_reads_every_sample_person_as_meant(
    realm: Any, issuer: TokenIssuer, key: RSAKey, person: people.Person, client: str
) -> None:
    user = realm.user(person.username)
    session = session_of(user.id) if client == people.WEB_CLIENT else None
    token = issuer.access(client, user, session, "openid profile")
    caller = gateway.access_token(verified(token, key), ISSUER, "genius", frozenset({people.WEB_CLIENT, LOCAL_CLIENT}))
    assert (caller.subject, caller.username, caller.name) == (str(user.id), person.username, person.name)
    assert caller.roles == {Role(role) for role in person.roles}
    memberships = (((person.authority, person.unit),) if person.authority else ()) + person.also
    assert caller.memberships == {slug: frozenset({unit} if unit else set()) for slug, unit in memberships}
    assert caller.session == (str(session.id) if session else None)
    assert not caller.is_application
    assert caller.scopes == frozenset()


@pytest.mark.parametrize("application", people.APPLICATIONS, ids=lambda application: application.client_id)
def test_the_gateway_reads_an_application_with_its_scopes_and_one_authority(
    realm: Any, issuer: TokenIssuer, key: RSAKey, application: people.Application
) -> None:
    client = realm.client(application.client_id)
    token = issuer.service_access(client, client.service_account)
    caller = gateway.access_token(verified(token, key), ISSUER, "genius", frozenset({people.WEB_CLIENT}))
    assert caller.is_application
    assert caller.scopes == set(people.APPLICATION_SCOPES)
    assert caller.memberships == {application.authority: frozenset()}
    assert caller.roles == frozenset(), "an application has scopes, never a person's role"
    assert caller.session is None


def test_identity_and_logout_tokens_pass_the_gateway_for_their_client_only(
    realm: Any, issuer: TokenIssuer, key: RSAKey
) -> None:
    user = realm.user("a.weber")
    session = session_of(user.id)
    identity = verified(issuer.identity("genius-web", user, session, "einmal", "zugriff"), key)
    assert gateway.identity_token(identity, ISSUER, "genius-web", "einmal")["sid"] == str(session.id)
    logout = verified(issuer.logout("genius-web", session), key)
    assert gateway.logout_token(logout, ISSUER, "genius-web") == (str(session.id), str(user.id))
    for wrong in ({"client": "andere", "nonce": "einmal"}, {"client": "genius-web", "nonce": "zweimal"}):
        with pytest.raises(gateway.AccessTokenInvalid):
            gateway.identity_token(identity, ISSUER, **wrong)
    with pytest.raises(gateway.LogoutTokenInvalid):
        gateway.logout_token(logout, ISSUER, "andere")


def test_each_kind_of_token_is_only_what_it_is(realm: Any, issuer: TokenIssuer, key: RSAKey) -> None:
    """AUTH-04: an ID token, a refresh token or a logout token is no access token, here and at the gateway."""
    user = realm.user("a.weber")
    session = session_of(user.id)
    made = {
        "Bearer": issuer.access("genius-web", user, session, "openid"),
        "ID": issuer.identity("genius-web", user, session, None, "x"),
        "Refresh": issuer.refresh("genius-web", session, "j", "openid"),
        "Logout": issuer.logout("genius-web", session),
    }
    for kind, token in made.items():
        assert [read for read in made if issuer.read(token, read) is not None] == [kind]
        if kind != "Bearer":
            with pytest.raises(gateway.AccessTokenInvalid):
                gateway.access_token(verified(token, key), ISSUER, "genius", frozenset({"genius-web"}))
    assert len({verified(token, key).claims["jti"] for token in made.values()}) == 4


def test_foreign_and_ended_tokens_are_nothing(realm: Any, issuer: TokenIssuer, key: RSAKey) -> None:
    user = realm.user("a.weber")
    session = session_of(user.id)
    other_realm = TokenIssuer(key, ISSUER + "2")
    assert issuer.read(other_realm.access("genius-web", user, session, "openid"), "Bearer") is None
    other_key = TokenIssuer(RSAKey.generate_key(2048, auto_kid=True), ISSUER)
    assert issuer.read(other_key.access("genius-web", user, session, "openid"), "Bearer") is None
    ended = issuer.access("genius-web", user, session, "openid", seconds=-1)
    assert issuer.read(ended, "Bearer") is None
    assert issuer.read(ended, "Bearer", expired=True) is not None


def test_a_token_signed_with_the_public_key_as_a_password_is_nothing(
    realm: Any, issuer: TokenIssuer, key: RSAKey
) -> None:
    """AUTH-03: confusion of RS256 and HS256."""
    token = issuer.access("genius-web", realm.user("a.weber"), None, "openid")
    payload = jws.extract_compact(token.encode()).payload
    public = OctKey.import_key(orjson.dumps(key.as_dict(private=False)))
    for header in ({"alg": "HS256", "kid": key.kid}, {"alg": "HS256", "typ": "JWT"}):
        forged = jws.serialize_compact(header, payload, public, algorithms=["HS256"])
        assert issuer.read(forged, "Bearer") is None


@given(st.data())
def test_a_changed_token_is_nothing_and_never_an_exception(
    issuer: TokenIssuer, realm: Any, data: st.DataObject
) -> None:
    token = issuer.access("genius-web", realm.user("a.weber"), None, "openid")
    place = data.draw(st.integers(0, len(token) - 20))  # the last characters have bits that mean nothing
    piece = data.draw(st.text(min_size=1, max_size=4))
    changed = token[:place] + piece + token[place + len(piece) :]
    assert (issuer.read(changed, "Bearer") is not None) == (changed == token)


@given(st.text(max_size=80) | st.lists(st.text("eyJ0-_=", max_size=9), max_size=5).map(".".join))
def test_any_text_is_no_token(issuer: TokenIssuer, text: str) -> None:
    assert issuer.read(text, "Bearer") is None


def test_the_signing_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = load_key(tmp_path)
    assert load_key(tmp_path).thumbprint() == first.thumbprint()
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
