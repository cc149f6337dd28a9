# SPDX-License-Identifier: EUPL-1.2
"""One way to bring about each effect that the gateway records, and a database that refuses the record.

A case is prepared once; its deed is then tried while the record is refused, while the commit after the record fails,
while the effect fails, and freely. A deed that did nothing must be possible again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson

from genius_common.audit.chain import sign
from genius_common.audit.keys import private_key
from genius_gateway.audit.actions import EFFECTS
from genius_gateway.auth.claims import subject_key
from genius_gateway.authorities.repository import AuthorityFile
from genius_stack.samples import people
from tests.support.checked import checked_case
from tests.support.gateway import CSRF, Gateway, log_in
from tests.support.operators import Operators
from tests.support.personal_data import as_superuser, plant
from tests.support.refusing import Shown
from tests.support.tables import Owner, Tables

API = "/api/v1"
Deed = Callable[[], Awaitable[object]]


@dataclass
class Scene:
    """A gateway, people's clients that stay open, operators' commands."""

    gateway: Gateway
    asked: Operators | None
    stack: AsyncExitStack

    @property
    def operators(self) -> Operators:
        assert self.asked is not None, "the case must say that it needs a gateway alone"
        return self.asked

    async def client(self, login: str) -> httpx.AsyncClient:
        """With a token from now on: that of an earlier case may have been revoked."""
        return await self.stack.enter_async_context(await self.gateway.client(login))

    async def browser(self, login: str) -> httpx.AsyncClient:
        browser = await self.stack.enter_async_context(self.gateway.browser())
        await log_in(self.gateway, browser, login)
        return browser

    async def me(self, login: str) -> dict[str, Any]:
        found: dict[str, Any] = (await (await self.client(login)).get(f"{API}/me")).raise_for_status().json()
        return found

    async def made(self, login: str, path: str, body: Any) -> str:
        answer = (await (await self.client(login)).post(API + path, json=body)).raise_for_status()
        return str(answer.json()["id"])

    async def request(self, login: str, method: str, path: str, body: Any = None, **options: Any) -> Deed:
        client = await self.client(login)

        async def deed() -> httpx.Response:
            return (await client.request(method, API + path, json=body, **options)).raise_for_status()

        return deed


@dataclass(frozen=True)
class Case:
    """`quiet`: nobody is told of a failure. `alone`: not for a gateway that other tests go on with."""

    prepare: Callable[[Scene], Awaitable[Deed]]
    shown: Shown
    quiet: bool = False
    alone: bool = False
    tax: bool = False


CASES: dict[str, Case] = {}


def case(
    action: str, *, also: tuple[str, ...] = (), only: str | None = None, **options: bool
) -> Callable[[Callable[[Scene], Awaitable[Deed]]], Callable[[Scene], Awaitable[Deed]]]:
    """Register how `action` comes about; `options` as in `Case`."""

    def register(prepare: Callable[[Scene], Awaitable[Deed]]) -> Callable[[Scene], Awaitable[Deed]]:
        assert action in EFFECTS, action
        CASES[action] = Case(prepare, Shown(frozenset(also), only), **options)
        return prepare

    return register


def simple(action: str, login: str, method: str, path: str, body: Any, made: tuple[str, Any] | None = None) -> None:
    """A request of one person, about an object of the same one's that is made first."""

    async def prepare(scene: Scene) -> Deed:
        identifier = await scene.made(login, *made) if made else ""
        return await scene.request(login, method, path.format(made=identifier), body)

    case(action)(prepare)


_OWNER = "a.weber"
_CASE, _KB = (
    ("/cases", {"reference": "I 7-2026"}),
    ("/knowledge-bases", {"name": "x", "purpose": "Probe", "owner": "authority"}),
)
_TOKEN, _TALK = ("/me/tokens", {"name": "x", "scopes": ["search"]}), ("/conversations", {"title": "x"})
_GRANT = {"items": [{"username": "b.yilmaz", "access": "read"}]}
simple("api_token.create", _OWNER, "POST", *_TOKEN)
simple("api_token.revoke", _OWNER, "DELETE", "/me/tokens/{made}", None, _TOKEN)
simple("case.create", _OWNER, "POST", *_CASE)
simple("case.change", _OWNER, "PATCH", "/cases/{made}", {"title": "Neu"}, _CASE)
simple("case.delete", _OWNER, "DELETE", "/cases/{made}", None, _CASE)
simple("conversation.create", _OWNER, "POST", *_TALK)
simple("conversation.change", _OWNER, "PATCH", "/conversations/{made}", {"pinned": True}, _TALK)
simple("conversation.delete", _OWNER, "DELETE", "/conversations/{made}", None, _TALK)
simple("knowledge_base.create", _OWNER, "POST", *_KB)
simple("knowledge_base.change", _OWNER, "PATCH", "/knowledge-bases/{made}", {"name": "y"}, _KB)
simple("knowledge_base.purpose", _OWNER, "PATCH", "/knowledge-bases/{made}", {"purpose": "y", "uses": ["search"]}, _KB)
simple("knowledge_base.move", _OWNER, "PUT", "/knowledge-bases/{made}/owner", {"owner": "authority"},
       ("/knowledge-bases", {"name": "x", "purpose": "Probe"}))  # fmt: skip
simple("knowledge_base.delete", _OWNER, "DELETE", "/knowledge-bases/{made}", None, _KB)


@case("api_token.revoke_other")
async def _revoke_other(scene: Scene) -> Deed:
    return await scene.request("c.hoffmann", "DELETE", f"/api-tokens/{await scene.made(_OWNER, *_TOKEN)}")


@case("audit.cosign", also=("audit_signatures",))
async def _cosign(scene: Scene) -> Deed:
    number = await scene.gateway.state.checkpoints.make()
    query = "SELECT body FROM audit_checkpoints WHERE number = :n"
    ((body,),) = await asyncio.to_thread(as_superuser, scene.gateway, query, n=number)
    file = scene.gateway.settings.audit.witness_keys_file
    assert file is not None
    key = private_key((file.parent / "witness-key.pem").read_bytes())
    signature = sign(key, orjson.loads(body))["signature"]
    return await scene.request("r.koenig", "POST", f"/audit/checkpoints/{number}/signatures", {"signature": signature})


@case("authority.apply", alone=True)
async def _apply(scene: Scene) -> Deed:
    entry = {"short": f"amt-{uuid4().hex[:6]}", "name": "Amt", "kind": "agency"}
    wanted = AuthorityFile.model_validate({"authorities": [entry]})
    return lambda: scene.gateway.state.authorities.apply(wanted)


async def _removal(scene: Scene) -> Deed:
    short = f"amt-{uuid4().hex[:6]}"
    await scene.operators.command("authorities", "add", short, "--name", "Amt", "--kind", "agency")
    asked = await scene.operators.command("authorities", "remove", short, "--ask")
    file = scene.operators.signed(asked["request"], "Leitung", "Betrieb")
    return lambda: scene.operators.command("authorities", "remove", short, "--request", str(file))


case("authority.close", alone=True, only="SELECT authority::text FROM authority_removals")(_removal)
case("authority.remove", alone=True, only="SELECT id::text FROM deletion_receipts")(_removal)


@case("keys.destroy", alone=True, also=("keys",))
async def _destroy(scene: Scene) -> Deed:
    planted = await plant(scene.gateway, "b.yilmaz")
    asked = await scene.operators.command("keys", "destroy", "mhb", "--person", str(planted.person), "--ask")
    file = scene.operators.signed(asked["request"], "Leitung", "Betrieb")
    return lambda: scene.operators.command("keys", "destroy", "mhb", "--request", str(file))


_MONTH = "SELECT tokens::text FROM quota_meters WHERE scope = 'authority' AND period = 'month'"


@case("budget.warning", also=("quota_meters",), only=_MONTH, quiet=True, alone=True)
async def _budget(scene: Scene) -> Deed:
    ledger, authority = scene.gateway.state.ledger, (await scene.me("e.nowak"))["authority"]["id"]
    limits = await scene.request("o.petrova", "PUT", f"/authorities/{authority}/limits",
                                 {"authority": {"tokens_per_month": 1000}})  # fmt: skip
    await limits()
    token = f"Bearer {await scene.gateway.token('e.nowak')}"
    principal = (await scene.gateway.state.authenticator.identify(token, None)).principal
    await ledger.book(UUID(authority))
    ledger.settle(await ledger.reserve(principal, "model", 900), input_tokens=850)

    async def deed() -> None:
        await ledger.flush_one(UUID(authority), give_back=True)

    return deed


@case("case.file_add")
async def _file_add(scene: Scene) -> Deed:
    made, file = await scene.made(_OWNER, *_CASE), await _file(scene)
    return await scene.request(_OWNER, "POST", f"/cases/{made}/files", {"file": file})


@case("case.file_remove")
async def _file_remove(scene: Scene) -> Deed:
    made, file = await scene.made(_OWNER, *_CASE), await _file(scene)
    await (await scene.request(_OWNER, "POST", f"/cases/{made}/files", {"file": file}))()
    return await scene.request(_OWNER, "DELETE", f"/cases/{made}/files/{file}")


async def _file(scene: Scene) -> str:
    client = await scene.client(_OWNER)
    made = await client.post(f"{API}/files", files={"file": ("a.txt", f"Text {uuid4()}".encode())})
    return str(made.raise_for_status().json()["id"])


@case("case.version")
async def _version(scene: Scene) -> Deed:
    made, run = await checked_case(scene.gateway, _OWNER)
    return await scene.request(_OWNER, "POST", f"/cases/{made}/versions", {"run": run})


@case("case.sign_off")
async def _sign_off(scene: Scene) -> Deed:
    made, run = await checked_case(scene.gateway, _OWNER)
    added = await (await scene.client(_OWNER)).post(f"{API}/cases/{made}/versions", json={"run": run})
    seen = added.raise_for_status().json()
    deadline = (dt.datetime.now(dt.UTC) + dt.timedelta(days=21)).date().isoformat()
    body = {"version": seen["version"], "sha256": seen["sha256"], "deadline": deadline}
    return await scene.request(_OWNER, "POST", f"/cases/{made}/sign-off", body)


@case("case.grants")
async def _case_grants(scene: Scene) -> Deed:
    await scene.me("b.yilmaz")
    return await scene.request(_OWNER, "PUT", f"/cases/{await scene.made(_OWNER, *_CASE)}/grants", _GRANT)


@case("case.hand_over")
async def _hand_over(scene: Scene) -> Deed:
    await scene.me("b.yilmaz")
    made = await scene.made(_OWNER, *_CASE)
    return await scene.request(_OWNER, "POST", f"/cases/{made}/owner", {"username": "b.yilmaz"})


@case("grant.change")
async def _grant(scene: Scene) -> Deed:
    unit = (await scene.me(_OWNER))["units"][0]["id"]
    made = await scene.made(_OWNER, "/knowledge-bases", {"name": "x", "purpose": "Probe"})
    body = {"items": [{"grantee_kind": "unit", "grantee": unit}]}
    return await scene.request(_OWNER, "PUT", f"/knowledge-bases/{made}/grants", body)


@case("hold.set", alone=True)
async def _hold(scene: Scene) -> Deed:
    person = (await scene.me("c.hoffmann"))["id"]
    return await scene.request("r.koenig", "POST", "/holds", {"person": person, "reason": "pruefung"})


@case("hold.lift", alone=True)
async def _lift(scene: Scene) -> Deed:
    person = (await scene.me("o.petrova"))["id"]
    hold = await scene.made("r.koenig", "/holds", {"person": person, "reason": "pruefung"})
    return await scene.request("r.koenig", "POST", f"/holds/{hold}/lift", {"reason": "erledigt"})


async def _of_authority(scene: Scene, login: str, path: str, body: Any) -> Deed:
    authority = (await scene.me("c.hoffmann"))["authority"]["id"]
    return await scene.request(login, "PUT", f"/authorities/{authority}/{path}", body)


@case("limits.change", alone=True)
async def _limits(scene: Scene) -> Deed:
    return await _of_authority(scene, "o.petrova", "limits", {"person": {"requests_per_day": 9_000}})


@case("limits.tighten", alone=True)
async def _tighten(scene: Scene) -> Deed:
    return await _of_authority(scene, "c.hoffmann", "limits/tighter", {"person": {"requests_per_day": 8_000}})


_STOP = ("/operation/model-stops", {"model": "gibt-es-nicht", "authority": None, "reason": "wartung"})
simple("model.stop", "o.petrova", "POST", *_STOP)
simple("model.release", "o.petrova", "DELETE", "/operation/model-stops/{made}", None,
       (_STOP[0], {**_STOP[1], "model": "gibt-es-auch-nicht"}))  # fmt: skip


@case("house_style.change", alone=True)
async def _house_style(scene: Scene) -> Deed:
    return await _of_authority(scene, "c.hoffmann", "house-style", {"number": 0, "closing": "Mit besten Grüßen"})


@case("module.switch", alone=True)
async def _switch_module(scene: Scene) -> Deed:
    return await _of_authority(scene, "c.hoffmann", "modules/draft", {"enabled": False})


@case("retention.change", alone=True)
async def _retention(scene: Scene) -> Deed:
    return await _of_authority(scene, "c.hoffmann", "retention", {"days": {"runs": 20}})


@case("retention.delete", alone=True, quiet=True)
async def _delete_old(scene: Scene) -> Deed:
    await scene.made("d.schmidt", *_TALK)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=500)

    async def deed() -> None:
        await scene.gateway.state.protection.retention.run(later)

    return deed


def _subject(login: str) -> str:
    return str(people.sample_id(login))


@case("person.disable", alone=True, also=("persons",))
async def _disable(scene: Scene) -> Deed:
    await scene.me("e.nowak")
    await scene.gateway.state.people.enable(_subject("e.nowak"))
    return lambda: scene.gateway.state.people.disable(_subject("e.nowak"))


@case("person.enable", alone=True, also=("persons",))
async def _enable(scene: Scene) -> Deed:
    await scene.gateway.state.people.disable(_subject("e.nowak"))
    return lambda: scene.gateway.state.people.enable(_subject("e.nowak"))


@case("person.rights_changed", alone=True, also=("memberships",))
async def _rights(scene: Scene) -> Deed:
    await scene.me("e.nowak")
    return lambda: scene.gateway.state.people.rights_changed(_subject("e.nowak"))


@case("person.erase", alone=True, also=("keys",))
async def _erase(scene: Scene) -> Deed:
    await plant(scene.gateway, "e.nowak")
    offer = (await (await scene.client("e.nowak")).get(f"{API}/me/data/overview")).raise_for_status().json()
    headers = {"x-confirmation": offer["confirmation"]["token"]}
    return await scene.request("e.nowak", "DELETE", "/me/data", headers=headers)


@case("person.erase_late", alone=True)
async def _erase_late(scene: Scene) -> Deed:
    """What a request wrote while the deletion was under way: the row is put there, the late look is the real one."""
    authority, tables = UUID((await scene.me("d.schmidt"))["authority"]["id"]), Tables(scene.gateway.superuser_url)
    owner = Owner(authority)
    tables.fill(next(table for table in tables.all if table.name == "persons"), owner)
    accepted = "INSERT INTO terms_acceptances (person, version) VALUES (:p, 'spät')"
    await asyncio.to_thread(as_superuser, scene.gateway, accepted, p=owner.person)
    return lambda: scene.gateway.state.protection.erasure._late(owner.person, [authority], None, uuid4())


@case("session.begin", also=("sessions",))
async def _begin(scene: Scene) -> Deed:
    async def deed() -> None:
        async with scene.gateway.browser() as browser:
            back = await log_in(scene.gateway, browser, "d.schmidt")
            if back.is_error:
                back.raise_for_status()

    return deed


@case("session.end", also=("sessions",))
async def _end(scene: Scene) -> Deed:
    browser = await scene.browser("d.schmidt")

    async def deed() -> object:
        return (await browser.post("/auth/logout", headers=CSRF)).raise_for_status()

    return deed


@case("session.end_by_provider", also=("sessions",))
async def _end_by_provider(scene: Scene) -> Deed:
    await scene.browser("d.schmidt")
    key = subject_key(scene.gateway.issuer, _subject("d.schmidt"))
    return lambda: scene.gateway.state.sessions.end_of_provider(sid_key=None, subject_key=key)


@case("session.switch", also=("sessions",))
async def _switch(scene: Scene) -> Deed:
    browser = await scene.browser("g.arslan")
    me = (await browser.get(f"{API}/me")).json()
    other = next(item["id"] for item in me["authorities"] if item["id"] != me["authority"]["id"])

    async def deed() -> object:
        return (await browser.put(f"{API}/me/authority", json={"authority": other}, headers=CSRF)).raise_for_status()

    return deed


async def _base_and_reader(scene: Scene) -> tuple[str, str]:
    base = await scene.made(_OWNER, *_KB)
    # The other authority's list of offers is looked at by other tests.
    scene.stack.push_async_callback((await scene.client(_OWNER)).delete, f"{API}/knowledge-bases/{base}")
    return base, (await scene.me("d.schmidt"))["authority"]["id"]


@case("share.offer")
async def _offer(scene: Scene) -> Deed:
    base, reader = await _base_and_reader(scene)
    return await scene.request(_OWNER, "POST", f"/knowledge-bases/{base}/shares", {"authority": reader})


@case("share.accept")
async def _accept(scene: Scene) -> Deed:
    base, reader = await _base_and_reader(scene)
    share = await scene.made(_OWNER, f"/knowledge-bases/{base}/shares", {"authority": reader})
    return await scene.request("d.schmidt", "POST", f"/shares/{share}/accept")


@case("share.end")
async def _end_share(scene: Scene) -> Deed:
    base, reader = await _base_and_reader(scene)
    share = await scene.made(_OWNER, f"/knowledge-bases/{base}/shares", {"authority": reader})
    return await scene.request("d.schmidt", "DELETE", f"/shares/{share}")


@case("snapshot.create")
async def _snapshot(scene: Scene) -> Deed:
    planted, unit = await plant(scene.gateway, _OWNER), (await scene.me(_OWNER))["units"][0]["id"]
    path = f"/conversations/{planted.conversation}/snapshots"
    return await scene.request(_OWNER, "POST", path, {"recipients": [{"unit": unit}]})


@case("snapshot.end")
async def _end_snapshot(scene: Scene) -> Deed:
    planted, unit = await plant(scene.gateway, _OWNER), (await scene.me(_OWNER))["units"][0]["id"]
    path = f"/conversations/{planted.conversation}/snapshots"
    made = await scene.made(_OWNER, path, {"recipients": [{"unit": unit}]})
    return await scene.request(_OWNER, "DELETE", f"/snapshots/{made}")


@case("terms.accept")
async def _terms(scene: Scene) -> Deed:
    return await scene.request(
        "d.schmidt", "POST", "/me/terms", {"version": (await scene.me("d.schmidt"))["terms"]["version"]}
    )


_SUMMARY = {"input": {"text": "Der Antrag ist vollständig. " * 20, "length": "short"}}


@case("run.start")
async def _run(scene: Scene) -> Deed:
    return await scene.request(_OWNER, "POST", "/modules/summarise/runs", _SUMMARY)


@case("run.end", only="SELECT id::text FROM runs WHERE state = 'succeeded'", quiet=True)
async def _run_ends(scene: Scene) -> Deed:
    start = await scene.request(
        _OWNER, "POST", "/modules/summarise/runs", _SUMMARY, headers={"prefer": "respond-async"}
    )

    async def deed() -> None:
        await start()
        await asyncio.sleep(0.5)  # to where it would have ended

    return deed


async def _draw(scene: Scene) -> dict[str, Any]:
    async with await scene.gateway.client(_OWNER) as client:
        await client.post(f"{API}/search", json={"query": "x"})  # refused and logged: no case was named
    period = {"period_from": "2020-01-01T00:00:00Z", "period_until": "2100-01-01T00:00:00Z", "size": 1}
    answer = await (await scene.client("v.lindner")).post(f"{API}/retrieval-checks", json=period)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


@case("retrieval_check.create", tax=True)
async def _check(scene: Scene) -> Deed:
    await _draw(scene)
    body = {"period_from": "2020-01-01T00:00:00Z", "period_until": "2100-01-01T00:00:00Z", "size": 1}
    return await scene.request("v.lindner", "POST", "/retrieval-checks", body)


@case("retrieval_check.decide", tax=True)
async def _decide(scene: Scene) -> Deed:
    check = await _draw(scene)
    path = f"/retrieval-checks/{check['id']}/items/{check['items'][0]['retrieval']}"
    return await scene.request("v.lindner", "PUT", path, {"decision": "zulaessig"})


@case("retrieval_check.close", tax=True)
async def _close(scene: Scene) -> Deed:
    check = await _draw(scene)
    return await scene.request("v.lindner", "POST", f"/retrieval-checks/{check['id']}/close", {"open": True})
