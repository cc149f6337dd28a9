# SPDX-License-Identifier: EUPL-1.2
"""What administrators and operators see and decide, over HTTP: their own authority, no content, nothing of persons."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from genius_common.database import RowScope
from genius_common.principal import Role
from genius_gateway.policy.table import RULES
from genius_gateway.runs.requests import RunBody
from genius_gateway.runs.starting import Call
from genius_gateway.scopes import row_scope
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.matrix import Passport
from tests.support.personal_data import as_superuser, plant

BODIES: dict[str, dict[str, Any]] = {
    "house_style.change": {"number": 0},
    "module.switch": {"enabled": False},
    "callback_target.create": {"application": "niemand", "url": "https://fachverfahren.example/"},
    "retention.change": {"days": {"runs": 1}},
    "limits.tighten": {"person": {"requests_per_day": 1}},
}
ROUTES = [rule for rule in RULES if "{authority}" in rule.path and rule.objects == "authority"]


@pytest.fixture
async def admin(with_modules: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """The administration of the Ministerium; what it changed is undone afterwards."""
    async with await with_modules.client("c.hoffmann") as client:
        client.headers["x-test-authority"] = await own_authority(client)
        yield client
        base = path(client)
        await client.put(f"{base}/modules/summarise", json={"enabled": True})
        await client.put(f"{base}/retention", json={"days": {}})
        await client.put(f"{base}/limits/tighter", json={})


async def own_authority(client: httpx.AsyncClient) -> str:
    return str((await client.get("/api/v1/me")).json()["authority"]["id"])


def path(client: httpx.AsyncClient) -> str:
    return f"/api/v1/authorities/{client.headers['x-test-authority']}"


def at(route: str, authority: str) -> str:
    """The route as a path of one authority."""
    return route.replace("{authority}", authority).replace("{module}", "summarise").replace("{number}", "1")


async def last_record(gateway: Gateway, action: str) -> Any:
    query = "SELECT chain, actor, facts FROM audit_records WHERE action = :action ORDER BY at DESC LIMIT 1"
    return (await asyncio.to_thread(as_superuser, gateway, query, action=action))[0]


async def test_another_authority_is_unknown(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """TEN-14, TEN-02: generated over all routes of an authority; a foreign id answers like one that nobody has."""
    async with await with_modules.client("f.becker") as other:
        foreign = await own_authority(other)
    assert len(ROUTES) >= 8
    for rule in ROUTES:
        answers = []
        for identifier in (foreign, str(uuid4())):
            where = at(rule.path, identifier)
            answer = await admin.request(rule.method, where, json=BODIES.get(rule.action))
            answers.append((answer.status_code, {k: v for k, v in answer.json().items() if k != "request_id"}))
        # Who may not call the route at all is told so; the answer is the same for every id.
        assert answers[0] == answers[1], rule.path
        assert answers[0][0] == (403 if "behoerdenadministration" not in rule.roles else 404), rule.path


async def test_who_belongs_to_no_authority_administers_none(with_modules: Gateway) -> None:
    """TEN-14: an operator who was given the administrator's role as well gets no authority by that."""
    authority = (await with_modules.state.authorities.ids())[0]
    passport = Passport(with_modules)
    roles = {"roles": [Role.BETRIEB, Role.BEHOERDENADMINISTRATION]}
    token = passport.token("o.petrova", None, Role.BETRIEB, realm_access=roles)
    async with AsyncClient(base_url=with_modules.url, headers={"authorization": f"Bearer {token}"}) as client:
        assert (await client.get(f"/api/v1/authorities/{authority}/limits")).status_code == 200
        for rule in ROUTES:
            if Role.BETRIEB not in rule.roles:
                where = at(rule.path, str(authority))
                answer = await client.request(rule.method, where, json=BODIES.get(rule.action))
                assert answer.status_code == 404, rule.path


async def test_members_by_name_and_nothing_else(gateway: Gateway, admin: httpx.AsyncClient) -> None:
    """PER-01: who belongs to the authority, as the provider said; no pseudonym, no time, no number."""
    async with await gateway.client("b.yilmaz") as client, await gateway.client("d.schmidt") as foreign:
        pseudonym = (await client.get("/api/v1/me")).json()["id"]
        await foreign.get("/api/v1/me")
    answer = await admin.get(f"{path(admin)}/members")
    found = {member["username"]: member for member in answer.json()["items"]}
    assert found["b.yilmaz"] == {
        "name": "Burak Yılmaz",
        "username": "b.yilmaz",
        "units": ["Referat 402 Bauordnung"],
        "roles": ["sachbearbeitung"],
    }
    assert "d.schmidt" not in found
    assert pseudonym not in answer.text


async def started(client: httpx.AsyncClient) -> httpx.Response:
    body = {"input": {"text": "Der Bescheid gilt ein Jahr. Er endet im Mai. " * 5, "length": "short"}}
    return await client.post("/api/v1/modules/summarise/runs", json=body)


async def test_a_function_is_off_on_every_channel(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """TEN-14: off for people and applications of the authority at once, on for others; recorded; on again."""
    logins = ("a.weber", "mhb-fachverfahren")
    answer = await admin.put(f"{path(admin)}/modules/summarise", json={"enabled": False})
    assert answer.json()["enabled"] is False
    record = await last_record(with_modules, "module.switch")
    assert (record.chain, record.facts) == (
        admin.headers["x-test-authority"],
        {"module": "summarise", "enabled": False},
    )
    for login in logins:
        async with await with_modules.client(login) as client:
            refused = await started(client)
            assert (refused.status_code, refused.json()["code"]) == (403, "module_switched_off")
            assert (await client.get("/api/v1/modules/summarise")).status_code == 403
            assert "summarise" not in (await client.get("/api/v1/modules")).text
    async with await with_modules.client("d.schmidt") as other:
        assert (await started(other)).status_code == 200
    listed = (await admin.get(f"{path(admin)}/modules")).json()["items"]
    assert {item["id"]: item["enabled"] for item in listed}["summarise"] is False
    assert (await admin.put(f"{path(admin)}/modules/unbekannt", json={"enabled": True})).status_code == 404
    await admin.put(f"{path(admin)}/modules/summarise", json={"enabled": True})
    async with await with_modules.client("a.weber") as client:
        assert (await started(client)).status_code == 200


async def test_a_waiting_run_ends_with_the_reason(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """TEN-14: a run that was stored before the switch is not carried out after it."""
    state, system = with_modules.state, with_modules.app.api.state.runs
    token = await with_modules.token("a.weber")
    principal = (await state.authenticator.identify(f"Bearer {token}", None)).principal
    body = RunBody(input={"text": "Der Bescheid gilt ein Jahr. " * 5, "length": "short"})
    call = Call(module="summarise", body=body, idempotency_key=None, detached=True)
    run_id = (await system.runs._starter.store(principal, call)).run
    await admin.put(f"{path(admin)}/modules/summarise", json={"enabled": False})
    async with state.database.transaction(row_scope(principal)) as connection:
        late = sa.text("UPDATE runs SET lease_until = now() - interval '1 hour' WHERE id = :id")
        await connection.execute(late, {"id": run_id})
    await system.runs._recovery.sweep()
    async with await with_modules.client("a.weber") as client:
        for _ in range(100):
            run = (await client.get(f"/api/v1/runs/{run_id}")).json()
            if run["finished_at"]:
                break
            await asyncio.sleep(0.05)
    assert run["error"]["code"] == "module_switched_off"


async def test_retention_may_only_be_shorter(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """DSG-05: bounds are the tenant's; what is set holds for the job, the person's page and each conversation."""
    longer = await admin.put(f"{path(admin)}/retention", json={"days": {"conversations": 181}})
    assert (longer.status_code, longer.json()["errors"][0]["pointer"]) == (400, "/days/conversations")
    for wrong in ({"audit": 3}, {"conversations": 0}):
        assert (await admin.put(f"{path(admin)}/retention", json={"days": wrong})).status_code == 400
    set_ = await admin.put(f"{path(admin)}/retention", json={"days": {"conversations": 30}})
    line = next(item for item in set_.json()["items"] if item["kind"] == "conversations")
    assert (line["bound"], line["own"], line["days"]) == (180, 30, 30)
    assert (await last_record(with_modules, "retention.change")).facts == {"days_conversations": 30}
    planted = await plant(with_modules, "a.weber")
    async with await with_modules.client("a.weber") as client:
        found = (await client.get(f"/api/v1/conversations/{planted.conversation}")).json()
        kept = dt.datetime.fromisoformat(found["retention_until"]) - dt.datetime.fromisoformat(found["updated_at"])
        assert kept == dt.timedelta(days=30)
        shown = (await client.get("/api/v1/me/data/overview")).json()["items"]
        assert {item["kind"]: item["days"] for item in shown}["conversations"] == 30
    async with await with_modules.client("d.schmidt") as other:
        shown = (await other.get("/api/v1/me/data/overview")).json()["items"]
        assert {item["kind"]: item["days"] for item in shown}["conversations"] == 180
    periods = with_modules.state.protection.periods
    assert (await periods.schedule(planted.authority)).days("conversations") == 30


async def test_limits_may_only_be_tighter(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """QUO-01: the smaller of both holds, also when the operator lowers his later; above his it is refused by name."""
    where = f"{path(admin)}/limits"
    bounds = (await admin.get(where)).json()["bounds"]["person"]
    above = await admin.put(f"{where}/tighter", json={"person": {"requests_per_day": bounds["requests_per_day"] + 1}})
    assert (above.status_code, above.json()["errors"][0]["pointer"]) == (400, "/person/requests_per_day")
    view = (await admin.put(f"{where}/tighter", json={"person": {"requests_per_day": 0}})).json()
    assert view["effective"]["person"]["requests_per_day"] == 0
    assert {row["scope"] for row in view["used"]["month"]} == {"authority"}
    async with await with_modules.client("a.weber") as client:
        await with_modules.state.ledger.flush(give_back=True)
        with_modules.state.ledger._books.clear()
        with_modules.state.ledger._accounts.clear()
        refused = await client.post("/api/v1/search", json={"query": "Wohngeld"})
    assert (refused.status_code, refused.json()["quota"]["scope"]) == (429, "person")
    assert (await admin.put(where, json={})).status_code == 403
    async with await with_modules.client("o.petrova") as operator:
        assert (await operator.put(f"{where}/tighter", json={})).status_code == 403
    await admin.put(f"{where}/tighter", json={})
    with_modules.state.ledger._books.clear()
    with_modules.state.ledger._accounts.clear()


async def test_stock_names_no_content_and_no_person(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """TEN-14: common knowledge bases with sums; a person's own is not there, nor can one be opened."""
    planted = await plant(with_modules, "a.weber")
    async with await with_modules.client("a.weber") as client:
        body = {"name": "Bauordnung im Ministerium", "purpose": "Probe", "owner": "authority"}
        base = (await client.post("/api/v1/knowledge-bases", json=body)).json()["id"]
        file = {"file": ("geheimer-titel.txt", b"Kanarienvogel im Bestand.")}
        document = (await client.post(f"/api/v1/knowledge-bases/{base}/documents", files=file)).json()["id"]
        for _ in range(200):
            if (await client.get(f"/api/v1/documents/{document}")).json()["state"] in {"ready", "failed"}:
                break
            await asyncio.sleep(0.05)
    answer = await admin.get(f"{path(admin)}/knowledge-bases")
    line = next(item for item in answer.json()["items"] if item["id"] == base)
    assert (line["name"], line["owner"], line["documents"], line["bytes"]) == (body["name"], "authority", 1, 25)
    assert line["changed_at"]
    assert (line["purpose"], line["uses"]) == (body["purpose"], None)  # DSG-06
    assert not {planted.canary, str(planted.knowledge_base), "geheimer", "Kanarienvogel"} & set(answer.text.split('"'))
    assert planted.canary not in answer.text
    assert "geheimer" not in answer.text
    async with await with_modules.client("a.weber") as client:
        await client.delete(f"/api/v1/knowledge-bases/{base}")


async def test_operators_see_authorities_not_persons(with_modules: Gateway) -> None:
    """TEN-14, PER-01: kind, parent, state, sums; auditors see them too, nobody else does."""
    async with await with_modules.client("o.petrova") as operator:
        items = (await operator.get("/api/v1/authorities")).json()["items"]
        models = await operator.get("/api/v1/operation/models")
        # No inference beside this gateway: said, not an empty list.
        assert models.status_code in {200, 502, 503}
        checkpoints = await operator.get("/api/v1/audit/checkpoints")
        assert checkpoints.status_code == 200
    assert {item["short"] for item in items} >= {"mhb", "musterstadt"}
    assert all(item["tokens_per_month"] > 0 and item["knowledge_bases"] >= 0 for item in items)
    for login, status in (("r.koenig", 200), ("c.hoffmann", 403), ("a.weber", 403)):
        async with await with_modules.client(login) as client:
            assert (await client.get("/api/v1/authorities")).status_code == status


async def test_terms_are_accepted_once_a_version_by_each_person(with_modules: Gateway) -> None:
    """PER-02: nothing by default; the version that was shown; in the copy of one's data, gone with the person."""
    state = with_modules.state
    async with await with_modules.client("e.nowak") as client:
        before = (await client.get("/api/v1/me")).json()["terms"]
        assert before["accepted_at"] is None
        refused = await client.post("/api/v1/me/terms", json={"version": "0.9"})
        assert (refused.status_code, refused.json()["code"]) == (409, "terms_changed")
        assert (await client.post("/api/v1/me/terms", json={})).status_code == 400
        done = await client.post("/api/v1/me/terms", json={"version": before["version"]})
        again = await client.post("/api/v1/me/terms", json={"version": before["version"]})
        assert done.json() == again.json()
        me = (await client.get("/api/v1/me")).json()
        assert me["terms"]["accepted_at"]
        copy = await client.get("/api/v1/me/data")
        assert b"terms_acceptances.ndjson" in copy.content
    async with await with_modules.client("d.schmidt") as other:
        assert (await other.get("/api/v1/me")).json()["terms"]["accepted_at"] is None
    record = await last_record(with_modules, "terms.accept")
    assert (str(record.actor), record.facts) == (me["id"], {"version": before["version"]})
    async with state.database.transaction(RowScope()) as connection:
        assert (await connection.execute(sa.text("SELECT count(*) FROM terms_acceptances"))).scalar_one() == 0
