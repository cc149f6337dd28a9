# SPDX-License-Identifier: EUPL-1.2
"""An application that acts for a person: tokens as Keycloak's exchange makes them, signed by the realm's own key."""

import httpx
import pytest

from genius_stack.identity.realm import load_realm
from genius_stack.identity.tokens import TokenIssuer, load_key
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient

APPLICATION = "mhb-fachverfahren"


def exchanged(gateway: Gateway, username: str, client: str = APPLICATION, scope: str = "search modules.run") -> str:
    user = load_realm(gateway.realm_dir).user(username)
    assert user
    return TokenIssuer(load_key(gateway.realm_dir), gateway.issuer).access(client, user, None, f"openid {scope}")


async def ask(gateway: Gateway, token: str, method: str = "GET", path: str = "/api/v1/me") -> httpx.Response:
    async with AsyncClient(base_url=gateway.url) as client:
        return await client.request(method, path, headers={"authorization": f"Bearer {token}"})


@pytest.fixture
async def known(gateway: Gateway) -> None:
    """The application has called for itself before."""
    assert (await ask(gateway, await gateway.token(APPLICATION))).status_code == 200


@pytest.mark.usefixtures("known")
async def test_it_is_the_person_in_the_applications_authority(gateway: Gateway) -> None:
    """AUTH-13: the person's objects and roles, the token's scopes, and the rights that both have."""
    me = (await ask(gateway, exchanged(gateway, "a.weber"))).json()
    own = (await ask(gateway, await gateway.token("a.weber"))).json()
    assert (me["id"], me["authority"], me["roles"]) == (own["id"], own["authority"], own["roles"])
    assert (me["kind"], own["kind"]) == ("application", "bearer")
    assert set(me["scopes"]) == {"search", "modules.run", "files.read", "files.write"}
    assert set(me["rights"]) < set(own["rights"])
    assert "knowledge_base.create" in own["rights"]
    assert "document.read" not in me["rights"]


@pytest.mark.usefixtures("known")
async def test_it_can_do_nothing_that_the_person_may_not(gateway: Gateway) -> None:
    """AUTH-13: an administrator starts no runs, so no application does it for her."""
    token = exchanged(gateway, "c.hoffmann")
    assert (await ask(gateway, token, "POST", "/api/v1/modules/chat/runs")).status_code == 403
    assert (await ask(gateway, token)).status_code == 200


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("username", "client"),
    [
        ("d.schmidt", APPLICATION),
        ("o.petrova", APPLICATION),
        ("r.koenig", APPLICATION),
        ("a.weber", "musterstadt-fachverfahren"),
        ("a.weber", "unbekannt"),
        ("a.weber", ""),
    ],
)
async def test_anybody_else_is_refused(gateway: Gateway, username: str, client: str) -> None:
    """AUTH-04, TEN-01: a person of another authority or of the whole tenant, an unknown client."""
    await ask(gateway, await gateway.token("musterstadt-fachverfahren"))
    assert (await ask(gateway, exchanged(gateway, username, client))).status_code == 401


@pytest.mark.usefixtures("known")
async def test_such_a_token_opens_no_session_and_brings_no_scope_of_its_own(gateway: Gateway) -> None:
    """AUTH-14: a scope that applications never have gives nothing, and a token is no cookie."""
    token = exchanged(gateway, "b.yilmaz", scope="import knowledge-bases.manage")
    assert (await ask(gateway, token)).status_code == 403
    async with AsyncClient(base_url=gateway.url) as client:
        assert (await client.get("/api/v1/me", cookies={"genius-session": token})).status_code == 401
