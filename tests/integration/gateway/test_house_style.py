# SPDX-License-Identifier: EUPL-1.2
"""The house style of an authority, over HTTP: kept in versions, used by drafts of its people and of nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from genius_common.database import RowScope
from tests.support.gateway import Gateway
from tests.support.personal_data import as_superuser

CANARY = f"Hausstil{uuid4().hex[:8]}"
STYLE: dict[str, Any] = {
    "number": 0,
    "department": f"Amt für Erprobung {CANARY}",
    "address": "Probeweg 1\n40999 Musterstadt",
    "closing": "Beste Grüße aus dem Rathaus",
    "words": [{"instead_of": "Antragsteller", "say": "antragstellende Person"}],
    "templates": {
        "brief": "{{dienststelle}}\n{{anschrift}}\n\nKassenzeichen: {{kassenzeichen}}\n\n{{inhalt}}\n\n{{grussformel}}"
    },
}  # fmt: skip
NOTES = {"kind": "brief", "notes": "Kassenzeichen: 4711\nDer Antragsteller bekommt eine Kopie."}


@pytest.fixture
async def admin(with_modules: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """The administration of the Ministerium; its house style is gone afterwards."""
    async with await with_modules.client("c.hoffmann") as client:
        authority = (await client.get("/api/v1/me")).json()["authority"]["id"]
        client.headers["x-test-path"] = f"/api/v1/authorities/{authority}/house-style"
        yield client
        await asyncio.to_thread(as_superuser, with_modules, "DELETE FROM house_styles")


def where(client: httpx.AsyncClient) -> str:
    return str(client.headers["x-test-path"])


async def drafted(gateway: Gateway, login: str, data: dict[str, Any] = NOTES) -> dict[str, Any]:
    async with await gateway.client(login) as client:
        answer = await client.post("/api/v1/modules/draft/runs", json={"input": data})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["result"]
        return found


async def test_before_anything_is_saved_the_platform_s_templates_hold(
    with_modules: Gateway, admin: httpx.AsyncClient
) -> None:
    found = (await admin.get(where(admin))).json()
    assert (found["style"]["number"], found["style"]["templates"], found["versions"]) == (0, {}, [])
    result = await drafted(with_modules, "a.weber")
    assert result["house_style"] is None
    assert "Mit freundlichen Grüßen\n\nIm Auftrag" in result["text"]


async def test_drafts_of_the_authority_use_what_was_saved(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    saved = await admin.put(where(admin), json=STYLE)
    assert saved.status_code == 200, saved.text
    assert saved.json()["style"] == {**STYLE, "number": 1, "contact": "", "salutation": ""}
    result = await drafted(with_modules, "a.weber")
    assert result["text"].startswith(
        f"Amt für Erprobung {CANARY}\nProbeweg 1\n40999 Musterstadt\n\nKassenzeichen: 4711"
    )
    assert result["text"].endswith("Beste Grüße aus dem Rathaus")
    assert (result["house_style"], result["gaps"]) == (1, [])
    (wording,) = result["wordings"]
    assert (wording["written"], wording["say"]) == ("Antragsteller", "antragstellende Person")
    assert result["text"][wording["char_from"] : wording["char_to"]] == "Antragsteller"


async def test_a_missing_fact_is_a_gap_with_the_name_of_its_place(
    with_modules: Gateway, admin: httpx.AsyncClient
) -> None:
    await admin.put(where(admin), json=STYLE)
    result = await drafted(with_modules, "a.weber", {**NOTES, "notes": "Nur ein Satz."})
    assert "Kassenzeichen: [Bitte ergänzen: Kassenzeichen]" in result["text"]
    assert result["gaps"] == ["Kassenzeichen"]


async def test_nobody_of_another_authority_gets_or_sees_it(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """TEN-02, TEN-14: neither by the page nor by a draft; a foreign authority answers like an unknown one."""
    await admin.put(where(admin), json=STYLE)
    result = await drafted(with_modules, "d.schmidt")
    assert result["house_style"] is None
    assert CANARY not in result["text"]
    async with await with_modules.client("f.becker") as other:
        for path in (where(admin), f"{where(admin)}/1"):
            foreign = await other.get(path)
            unknown = await other.get(path.replace(where(admin).split("/")[4], str(uuid4())))
            assert (foreign.status_code, unknown.status_code) == (404, 404)
            assert CANARY not in foreign.text
        assert (await other.put(where(admin), json={"number": 1})).status_code == 404
        authority = (await other.get("/api/v1/me")).json()["authority"]["id"]
        own = (await other.get(f"/api/v1/authorities/{authority}/house-style")).json()
    assert own["style"]["number"] == 0
    async with await with_modules.client("a.weber") as clerk:
        assert (await clerk.get(where(admin))).status_code == 403
        assert (await clerk.put(where(admin), json=STYLE)).status_code == 403


async def test_the_rows_are_the_authority_s_and_sealed(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """TEN-03, KEY-01: another scope sees no row, and a row shows nothing."""
    await admin.put(where(admin), json=STYLE)
    rows = await asyncio.to_thread(as_superuser, with_modules, "SELECT style FROM house_styles")
    assert len(rows) == 1
    assert CANARY.encode() not in bytes(rows[0].style)
    for scope in (RowScope(authority=uuid4()), RowScope(tenant_wide=True)):
        async with with_modules.state.database.transaction(scope) as connection:
            count = await connection.execute(sa.text("SELECT count(*) FROM house_styles"))
            assert count.scalar_one() == 0


async def test_every_version_is_kept_and_recorded(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """AUD-01: who saved which version is in the trail, not what it says."""
    await admin.put(where(admin), json=STYLE)
    second = await admin.put(where(admin), json={**STYLE, "number": 1, "closing": "Freundliche Grüße"})
    assert [one["number"] for one in second.json()["versions"]] == [2, 1]
    assert (await admin.get(f"{where(admin)}/1")).json()["closing"] == STYLE["closing"]
    assert (await admin.get(f"{where(admin)}/3")).status_code == 404
    query = "SELECT facts FROM audit_records WHERE action = 'house_style.change' ORDER BY at DESC LIMIT 2"
    records = await asyncio.to_thread(as_superuser, with_modules, query)
    assert [record.facts for record in records] == [{"version": 2}, {"version": 1}]
    assert (await drafted(with_modules, "a.weber"))["house_style"] == 2


async def test_what_another_one_saved_meanwhile_is_not_overwritten(
    with_modules: Gateway, admin: httpx.AsyncClient
) -> None:
    await admin.put(where(admin), json=STYLE)
    late = await admin.put(where(admin), json={"number": 0, "closing": "Zu spät"})
    assert (late.status_code, late.json()["code"]) == (409, "house_style_changed")
    both = await asyncio.gather(*(admin.put(where(admin), json={"number": 1, "closing": text}) for text in "ab"))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert [one["number"] for one in (await admin.get(where(admin))).json()["versions"]] == [2, 1]


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"templates": {"brief": "Guten Tag"}}, "/templates/brief", "{{inhalt}}"),
        ({"templates": {"brief": "{{?inhalt}}"}}, "/templates/brief", "{{inhalt}}"),
        ({"templates": {"vermerk": "{{inhalt}}"}}, "/templates/vermerk", "{{sachverhalt}}"),
        ({"templates": {"email": "{{inhalt}} {{Datum}}"}}, "/templates/email", "{{Datum}}"),
        ({"templates": {"rede": "{{inhalt}} {{offen"}}, "/templates/rede", "{{offen"),
        ({"templates": {"rede": "  "}}, "/templates/rede", "leer"),
        ({"words": [{"instead_of": "Amt", "say": "amt"}]}, "/words/0/say", "dasselbe"),
        (
            {"words": [{"instead_of": "Amt", "say": "Büro"}, {"instead_of": "AMT", "say": "Stelle"}]},
            "/words/1/instead_of",
            "zweimal",
        ),
    ],
)
async def test_a_style_that_would_lose_something_is_refused_at_its_place(
    admin: httpx.AsyncClient, change: dict[str, Any], pointer: str, words: str
) -> None:
    refused = await admin.put(where(admin), json={"number": 0, **change})
    assert (refused.status_code, refused.json()["code"]) == (400, "house_style_invalid")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
    assert (await admin.get(where(admin))).json()["versions"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"department": "x" * 201},
        {"templates": {"gedicht": "{{inhalt}}"}},
        {"words": [{"instead_of": "a", "say": "b"}]},
        {"words": [{"instead_of": "Wort", "say": "b"}] * 101},
        {"number": -1},
        {"logo": "x"},
    ],
)
async def test_what_the_schema_does_not_know_is_refused(admin: httpx.AsyncClient, change: dict[str, Any]) -> None:
    assert (await admin.put(where(admin), json={"number": 0, **change})).status_code == 400


async def test_each_input_of_a_batch_uses_it(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    await admin.put(where(admin), json=STYLE)
    async with await with_modules.client("a.weber") as client:
        inputs = [NOTES, {**NOTES, "kind": "email"}]
        started = await client.post(
            "/api/v1/modules/draft/runs", json={"inputs": inputs}, headers={"prefer": "respond-async"}
        )
        assert started.status_code == 202, started.text
        path = started.json()["url"] if "url" in started.json() else f"/api/v1/runs/{started.json()['id']}"
        for _ in range(200):
            run = (await client.get(path)).json()
            if run["finished_at"]:
                break
            await asyncio.sleep(0.05)
    texts = [item["value"]["text"] for item in run["result"]["items"]]
    assert all("Beste Grüße aus dem Rathaus" in text for text in texts)


async def test_other_modules_are_not_given_it(with_modules: Gateway, admin: httpx.AsyncClient) -> None:
    """Minimisation: only drafts need a letterhead."""
    await admin.put(where(admin), json=STYLE)
    async with await with_modules.client("a.weber") as client:
        body = {"input": {"text": "Der Bescheid gilt ein Jahr. Er endet im Mai. " * 5, "length": "short"}}
        answer = await client.post("/api/v1/modules/summarise/runs", json=body)
    assert answer.status_code == 200
    assert CANARY not in answer.text
