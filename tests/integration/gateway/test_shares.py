# SPDX-License-Identifier: EUPL-1.2
"""A knowledge base shared with another authority: offered, accepted, searched and cited, ended; and nothing besides."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from genius_common.database import RowScope
from genius_gateway.knowledge_bases import service
from genius_gateway.policy import access
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.pdf import build, text_page

SHARED, PRIVATE = "Eisvogel-7741", "Haubentaucher-7742"
EVERYTHING = frozenset({"read", "write", "manage"})
API = "/api/v1"


@dataclass
class Sides:
    """`owner` manages the knowledge base; `curator`, `clerk` and `administrator` are of the other authority."""

    owner: httpx.AsyncClient
    curator: httpx.AsyncClient
    clerk: httpx.AsyncClient
    administrator: httpx.AsyncClient
    kb: str
    document: str
    private: str
    other: str

    async def offer(self) -> str:
        answer = await self.owner.post(f"{API}/knowledge-bases/{self.kb}/shares", json={"authority": self.other})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def share(self) -> str:
        made = await self.offer()
        assert (await self.curator.post(f"{API}/shares/{made}/accept")).status_code == 204
        return made

    async def end_all(self) -> None:
        for share in (await self.owner.get(f"{API}/knowledge-bases/{self.kb}/shares")).json()["items"]:
            assert (await self.owner.delete(f"{API}/shares/{share['id']}")).status_code == 204


async def _filled(client: httpx.AsyncClient, word: str) -> tuple[str, str]:
    kb = (
        await client.post(f"{API}/knowledge-bases", json={"name": word, "purpose": "Probe", "owner": "authority"})
    ).json()["id"]
    file = {"file": (f"{word}.pdf", build(text_page(f"Der {word} brütet im Aktenschrank."), title=word))}
    document = (await client.post(f"{API}/knowledge-bases/{kb}/documents", files=file)).json()["id"]
    for _ in range(300):
        if (await client.get(f"{API}/documents/{document}")).json()["state"] in {"ready", "failed"}:
            break
        await asyncio.sleep(0.1)
    return kb, document


@pytest.fixture(scope="module")
async def made(gateway: Gateway) -> AsyncIterator[Sides]:
    names = ("a.weber", "d.schmidt", "e.nowak", "f.becker")
    owner, curator, clerk, administrator = [await gateway.client(name) for name in names]
    kb, document = await _filled(owner, SHARED)
    private, _ = await _filled(owner, PRIVATE)
    other = (await curator.get(f"{API}/me")).json()["authority"]["id"]
    yield Sides(owner, curator, clerk, administrator, kb, document, private, other)
    for client in (owner, curator, clerk, administrator):
        await client.aclose()


@pytest.fixture
async def sides(made: Sides) -> AsyncIterator[Sides]:
    """Nothing is shared before and after."""
    await made.end_all()
    yield made
    await made.end_all()


def ways(sides: Sides) -> list[tuple[str, str, Any]]:
    """Every way to read something of the knowledge base."""
    kb, document = f"/knowledge-bases/{sides.kb}", f"/documents/{sides.document}"
    return [
        ("GET", "/knowledge-bases", None),
        ("GET", kb, None),
        ("GET", f"{kb}/documents", None),
        ("GET", document, None),
        ("GET", f"{document}/content", None),
        ("GET", f"{document}/text", None),
        ("GET", f"{document}/text?part_at=0", None),
        ("GET", f"{document}/pages/1/text", None),
        ("POST", f"{kb}/search", {"query": SHARED}),
        ("POST", "/search", {"query": SHARED}),
    ]


async def seen(client: httpx.AsyncClient, sides: Sides) -> list[str]:
    """The ways on which the canary shows."""
    found = []
    for method, path, body in ways(sides):
        answer = await client.request(method, API + path, json=body)
        if SHARED in answer.text:
            found.append(path)
        assert PRIVATE not in answer.text, path
    return found


async def incoming(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get(f"{API}/shares")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_an_offer_shows_nobody_anything_before_it_is_accepted(sides: Sides) -> None:
    """TEN-01, TEN-06: pending, the other side's staff sees nothing; its curation name, class and from whom."""
    share = await sides.offer()
    for client in (sides.curator, sides.clerk, sides.administrator):
        assert await seen(client, sides) == []
    assert (await sides.clerk.get(f"{API}/shares")).status_code == 403
    for client in (sides.curator, sides.administrator):
        (offer,) = await incoming(client)
        assert (offer["id"], offer["state"], offer["name"], offer["knowledge_base"]) == (share, "offered", SHARED, None)
        assert (offer["authority"]["short"], offer["protection_class"]) == ("mhb", "intern")
    assert (await sides.offer()) == share, "an offer that stands is not made twice"


async def test_what_both_sides_accept_is_searched_and_cited(sides: Sides) -> None:
    """TEN-04: from acceptance on every way of reading works for the whole staff, with the name that was offered."""
    await sides.share()
    for client in (sides.curator, sides.clerk):
        assert set(await seen(client, sides)) == {path for _, path, _ in ways(sides)}
    view = (await sides.clerk.get(f"{API}/knowledge-bases/{sides.kb}")).json()
    assert (view["name"], view["rights"], view["shared_by"]["short"]) == (SHARED, ["read"], "mhb")
    assert (view["owner"], view["unit"], view["documents"], view["ready"]) == ("authority", None, 1, 1)
    hit = (await sides.clerk.post(f"{API}/search", json={"query": SHARED})).json()["hits"][0]
    assert hit["document"] == sides.document
    cited = await sides.clerk.get(f"{API}/documents/{sides.document}/pages/{hit['page']}?highlight=0-5")
    assert (cited.status_code, cited.headers["content-type"]) == (200, "image/png")
    assert (await sides.owner.patch(f"{API}/knowledge-bases/{sides.kb}", json={"name": f"{SHARED} neu"})).is_success
    listed = (await sides.clerk.get(f"{API}/knowledge-bases")).json()["items"]
    assert f"{SHARED} neu" in {item["name"] for item in listed}
    assert (await sides.owner.patch(f"{API}/knowledge-bases/{sides.kb}", json={"name": SHARED})).is_success


async def test_questions_are_answered_from_it_as_long_as_it_is_shared(with_modules: Gateway, sides: Sides) -> None:
    """TEN-04, TEN-06: a run of ask-documents cites it between acceptance and end, with its id and without."""
    assert with_modules.url == str(sides.clerk.base_url).rstrip("/")
    question = {"question": f"Wo brütet der {SHARED}?"}
    run = f"{API}/modules/ask-documents/runs"

    async def cited(**more: Any) -> set[str]:
        answer = await sides.clerk.post(run, json={"input": {**question, **more}})
        assert answer.status_code == 200, answer.text
        assert PRIVATE not in answer.text
        result = answer.json()["result"]
        return {item["document"] for item in result["citations"]}

    await sides.offer()
    assert sides.document not in await cited()
    refused = await sides.clerk.post(run, json={"input": {**question, "knowledge_bases": [sides.kb]}})
    assert refused.status_code == 404
    share = await sides.share()
    assert await cited() == await cited(knowledge_bases=[sides.kb]) == {sides.document}
    assert (await sides.curator.delete(f"{API}/shares/{share}")).status_code == 204
    assert sides.document not in await cited()


async def test_sharing_is_for_reading_alone(sides: Sides) -> None:
    """TEN-10: no upload, change, deletion, grant or offer by the other side; no other knowledge base of the owner's."""
    await sides.share()
    kb = f"{API}/knowledge-bases/{sides.kb}"
    changes = [
        await sides.curator.post(f"{kb}/documents", files={"file": ("a.txt", b"x")}),
        await sides.curator.patch(kb, json={"name": "Meins"}),
        await sides.curator.delete(kb),
        await sides.curator.get(f"{kb}/grants"),
        await sides.curator.get(f"{kb}/shares"),
        await sides.curator.put(f"{kb}/owner", json={"owner": "authority"}),
        await sides.curator.delete(f"{API}/documents/{sides.document}"),
    ]
    assert [answer.status_code for answer in changes] == [403] * len(changes)
    assert (await sides.curator.get(f"{API}/knowledge-bases/{sides.private}")).status_code == 404
    found = await sides.curator.post(f"{API}/search", json={"query": PRIVATE})
    assert PRIVATE not in found.text


@pytest.mark.parametrize("by", ["owner", "curator", "administrator"])
async def test_either_side_ends_it_at_once(sides: Sides, by: str) -> None:
    """TEN-04: at the next request nothing is left, neither in the gateway nor in retrieval."""
    share = await sides.share()
    assert (await getattr(sides, by).delete(f"{API}/shares/{share}")).status_code == 204
    assert await seen(sides.curator, sides) == []
    assert await incoming(sides.curator) == []
    assert (await sides.owner.get(f"{API}/knowledge-bases/{sides.kb}/shares")).json()["items"] == []
    assert (await sides.curator.post(f"{API}/shares/{share}/accept")).status_code == 404


async def test_a_declined_offer_is_gone(sides: Sides) -> None:
    share = await sides.offer()
    assert (await sides.administrator.delete(f"{API}/shares/{share}")).status_code == 204
    assert await incoming(sides.curator) == []
    again = await sides.offer()
    assert again != share


async def test_who_has_no_part_in_a_share_does_not_know_it(gateway: Gateway, sides: Sides) -> None:
    """TEN-02, TEN-13: a foreign share is like an unknown one; a clerk neither accepts nor ends."""
    share = await sides.offer()
    async with await gateway.client("c.hoffmann") as administrator, await gateway.client("b.yilmaz") as colleague:
        for client, status in ((administrator, 404), (sides.owner, 404), (colleague, 403), (sides.clerk, 403)):
            assert (await client.post(f"{API}/shares/{share}/accept")).status_code == status
        # The owner's authority has no part in it by role: it is the manager's of the knowledge base.
        assert (await administrator.delete(f"{API}/shares/{share}")).status_code == 403
        assert (await sides.clerk.delete(f"{API}/shares/{share}")).status_code == 404
        assert (await sides.curator.delete(f"{API}/shares/{uuid4()}")).status_code == 404
    unknown = [str(uuid4()), (await sides.owner.get(f"{API}/me")).json()["authority"]["id"]]
    for authority in unknown:
        refused = await sides.owner.post(f"{API}/knowledge-bases/{sides.kb}/shares", json={"authority": authority})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/authority")


async def test_both_acts_are_recorded_on_their_own_side(gateway: Gateway, sides: Sides) -> None:
    """AUD-01: who offers stands in one chain, who accepts and ends in the other's, with ids and no name."""
    share = await sides.share()
    await sides.curator.delete(f"{API}/shares/{share}")
    query = sa.text(
        "SELECT action, authority, facts FROM audit_records WHERE object = :kb AND action LIKE 'share.%'"
        " ORDER BY at DESC LIMIT 3"
    )
    async with gateway.state.database.transaction(RowScope(tenant_wide=True)) as connection:
        rows = (await connection.execute(query, {"kb": UUID(sides.kb)})).all()
    assert [row.action for row in rows] == ["share.end", "share.accept", "share.offer"]
    assert [str(row.authority) == sides.other for row in rows] == [True, True, False]
    assert all(set(row.facts) == {"other"} for row in rows)


async def test_retrieval_asks_for_the_consent_by_itself(
    gateway: Gateway, sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEN-07: with the gateway's policy open a pending offer opens nothing: retrieval's rows need the acceptance."""
    await sides.offer()
    for module in (access, service):
        monkeypatch.setattr(module, "rights", lambda *_: EVERYTHING)
    assert await seen(sides.curator, sides) == []
    token = gateway.state.minter.for_inner(
        (await gateway.state.authenticator.identify(f"Bearer {await gateway.token('d.schmidt')}", None)).principal,
        "retrieval",
        ("search", "documents.read"),
        knowledge_bases=(UUID(sides.kb),),
    )
    body = {"query": SHARED, "limit": 5, "knowledge_bases": [sides.kb]}
    async with AsyncClient(base_url=gateway.retrieval.url, headers={"authorization": f"Bearer {token}"}) as client:
        assert (await client.post("/search", json=body)).status_code == 404
        assert (await client.get(f"/documents/{sides.document}")).status_code == 404


_ROW = (
    "INSERT INTO grants (id, object_kind, object, authority, grantee_kind, grantee, grantee_authority, access,"
    " accepted_by_owner, accepted_by_grantee) VALUES (gen_random_uuid(), 'knowledge_base', :kb, :own, 'authority',"
    " :grantee, :grantee, 'read', :by, :by)"
)


async def test_nobody_consents_for_the_other_side(gateway: Gateway, sides: Sides) -> None:
    """TEN-10: neither by making an accepted grant nor by accepting the own offer, in any scope of the own side."""
    share = UUID(await sides.offer())
    own = UUID((await sides.owner.get(f"{API}/me")).json()["authority"]["id"])
    values = {"kb": UUID(sides.private), "own": own, "grantee": UUID(sides.other), "by": uuid4(), "share": share}
    accept = "UPDATE grants SET accepted_by_grantee = :by WHERE id = :share"
    for curation in (False, True):
        for statement in (_ROW, accept):
            with pytest.raises(DBAPIError, match="only the other authority accepts"):
                async with gateway.state.database.transaction(RowScope(authority=own, curation=curation)) as connection:
                    await connection.execute(sa.text(statement), values)


async def test_an_offer_is_a_row_of_the_curation_alone(gateway: Gateway, sides: Sides) -> None:
    """TEN-08: in any other scope of the other authority the database shows it to nobody before it is accepted."""
    share, count = UUID(await sides.offer()), sa.text("SELECT count(*) FROM grants WHERE id = :share")

    async def rows(**scope: bool) -> int:
        other = RowScope(authority=UUID(sides.other), person=uuid4(), **scope)
        async with gateway.state.database.transaction(other) as connection:
            return int((await connection.execute(count, {"share": share})).scalar_one())

    assert (await rows(), await rows(tenant_wide=True), await rows(curation=True)) == (0, 0, 1)
    assert (await sides.curator.post(f"{API}/shares/{share}/accept")).status_code == 204
    assert await rows() == 1


async def test_a_grant_counts_for_objects_of_its_own_authority_alone(gateway: Gateway, sides: Sides) -> None:
    """TEN-10: who writes a grant for itself on a foreign knowledge base sees nothing of it."""
    foreign = UUID(sides.other)
    values = {"kb": UUID(sides.private), "own": foreign, "grantee": foreign, "by": uuid4()}
    scope = RowScope(authority=foreign)
    async with gateway.state.database.transaction(scope) as connection:
        await connection.execute(sa.text(_ROW), values)
        count = sa.text("SELECT count(*) FROM knowledge_bases WHERE id = :kb")
        assert (await connection.execute(count, values)).scalar_one() == 0
        await connection.execute(sa.text("DELETE FROM grants WHERE object = :kb"), values)


async def test_objects_stay_with_the_authority(gateway: Gateway) -> None:
    """TEN-01: what a person of two authorities makes in one is not there in the other, nor for colleagues there."""
    async with await gateway.client("g.arslan") as client, await gateway.client("d.schmidt") as colleague:
        home, away = {"x-authority": "mhb"}, {"x-authority": "musterstadt"}
        made = await client.post(f"{API}/knowledge-bases", json={"name": "Nebenakte", "purpose": "Probe"}, headers=home)
        kb = f"{API}/knowledge-bases/{made.json()['id']}"
        assert (await client.get(kb, headers=home)).status_code == 200
        assert (await client.get(kb, headers=away)).status_code == 404
        assert (await colleague.get(kb)).status_code == 404
        assert "Nebenakte" not in (await client.get(f"{API}/knowledge-bases", headers=away)).text


async def test_grants_name_colleagues_by_user_name_and_show_names(gateway: Gateway, sides: Sides) -> None:
    """TEN-03: a colleague by name, units and the own authority to choose from; nobody of another authority."""
    async with await gateway.client("b.yilmaz") as other:
        me = (await other.get(f"{API}/me")).json()
    path = f"{API}/knowledge-bases/{sides.private}/grants"
    items = [
        {"grantee_kind": "person", "username": "B.Yilmaz", "access": "write"},
        {"grantee_kind": "unit", "grantee": me["units"][0]["id"]},
    ]
    found = (await sides.owner.put(path, json={"items": items})).json()
    assert {(item["grantee"], item["access"], item["name"]) for item in found["items"]} == {
        (me["id"], "write", "Burak Yılmaz (b.yilmaz)"),
        (me["units"][0]["id"], "read", "Referat 402 Bauordnung"),
    }
    assert {unit["name"] for unit in found["units"]} >= {"Referat 401 Wohngeld", "Referat 402 Bauordnung"}
    for username in ("d.schmidt", "niemand"):
        wrong = {"items": [{"grantee_kind": "person", "username": username}]}
        refused = await sides.owner.put(path, json=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/items/0/username")
    assert (await sides.owner.put(path, json={"items": []})).json()["items"] == []


async def test_an_owner_gives_a_knowledge_base_to_the_unit(gateway: Gateway) -> None:
    """TEN-03, TEN-14: with its grants, to an own unit or the authority, never back; a clerk may not."""
    async with await gateway.client("a.weber") as owner, await gateway.client("b.yilmaz") as clerk:
        unit = (await owner.get(f"{API}/me")).json()["units"][0]["id"]
        foreign = (await clerk.get(f"{API}/me")).json()["units"][0]["id"]
        made = (await owner.post(f"{API}/knowledge-bases", json={"name": "Wird gemeinsam", "purpose": "Probe"})).json()[
            "id"
        ]
        kb = f"{API}/knowledge-bases/{made}"
        grant = {"grantee_kind": "person", "username": "b.yilmaz"}
        assert (await owner.put(f"{kb}/grants", json={"items": [grant]})).is_success
        refused = await owner.put(f"{kb}/owner", json={"owner": "unit", "unit": foreign})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/unit")
        moved = (await owner.put(f"{kb}/owner", json={"owner": "unit"})).json()
        assert (moved["owner"], moved["unit"], moved["rights"]) == ("unit", unit, ["read", "write", "manage"])
        assert (await clerk.get(kb)).json()["rights"] == ["read"]
        back = await owner.put(f"{kb}/owner", json={"owner": "person"})
        assert (back.status_code, back.json()["code"]) == (422, "owner_kept")
        assert (await owner.put(f"{kb}/owner", json={"owner": "authority"})).json()["owner"] == "authority"
        own = (await clerk.post(f"{API}/knowledge-bases", json={"name": "Meine", "purpose": "Probe"})).json()["id"]
        denied = await clerk.put(f"{API}/knowledge-bases/{own}/owner", json={"owner": "unit"})
        assert (denied.status_code, denied.json()["code"]) == (403, "owner_not_allowed")
