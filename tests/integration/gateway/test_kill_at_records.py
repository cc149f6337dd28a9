# SPDX-License-Identifier: EUPL-1.2
"""The gateway killed at each edge between an effect and its record: never one without the other (AUD-02)."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.load.gateway_stand import gateway_environment
from tests.support.gateway import Gateway
from tests.support.ports import free_port
from tests.support.refusing import NOT_AN_EFFECT
from tests.support.tables import Tables, rows_in

MOMENTS = ("before", "after", "committed")


@dataclass(frozen=True)
class Audited:
    """A request of `by` with an effect and a record. `{made}` in path and body is what `prepare` made.

    All other actions are refused by the database at the same edges: `test_effects_and_records.py`.
    """

    action: str
    method: str
    path: str
    body: Any = None
    prepare: tuple[str, Any] | None = None
    by: str = "a.weber"


_KB, _CASE, _CONV = "/api/v1/knowledge-bases", "/api/v1/cases", "/api/v1/conversations"
_CASE_BODY, _TOKEN = {"reference": "I 7-2026"}, {"name": "x", "scopes": ["search"]}
ACTIONS = (
    Audited("case.create", "POST", _CASE, _CASE_BODY),
    Audited("case.change", "PATCH", _CASE + "/{made}", {"title": "Neu"}, (_CASE, _CASE_BODY)),
    Audited("case.delete", "DELETE", _CASE + "/{made}", None, (_CASE, _CASE_BODY)),
    Audited("conversation.delete", "DELETE", _CONV + "/{made}", None, (_CONV, {"title": "x"})),
    Audited("knowledge_base.create", "POST", _KB, {"name": "x", "purpose": "Probe"}),
    Audited("knowledge_base.change", "PATCH", _KB + "/{made}", {"name": "y"}, (_KB, {"name": "x", "purpose": "Probe"})),
    Audited("api_token.create", "POST", "/api/v1/me/tokens", _TOKEN),
    Audited("api_token.revoke", "DELETE", "/api/v1/me/tokens/{made}", None, ("/api/v1/me/tokens", _TOKEN)),
    Audited("hold.set", "POST", "/api/v1/holds", {"person": "{made}", "reason": "pruefung"}, by="r.koenig"),
)
QUICK = {("case.create", "after")}
CELLS = [
    pytest.param(
        audited, moment, id=f"{audited.action} {moment}",
        marks=() if (audited.action, moment) in QUICK else pytest.mark.faults,
    )
    for audited in ACTIONS
    for moment in MOMENTS
]  # fmt: skip


class Doomed:
    """A gateway process on the shared database that dies at its order."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self.order = folder / "order"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = gateway.settings.model_copy(
            update={"port": port, "internal_port": free_port(), "public_url": self.url}
        )
        inference = httpx.URL(settings.inference_url).port or 1
        environment = {**os.environ, **gateway_environment(settings, inference)}
        command = [sys.executable, "-m", "tests.support.killed_gateway", str(self.order)]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)

    async def ready(self) -> None:
        async with asyncio.timeout(60), httpx.AsyncClient(base_url=self.url) as client:
            while True:
                assert self.process.poll() is None
                try:
                    if (await client.get("/api/v1/health/live")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)

    async def died(self) -> int:
        return await asyncio.to_thread(self.process.wait, 30)


async def prepared(client: httpx.AsyncClient, audited: Audited) -> str:
    """The id of the object, or of the caller where there is none to make."""
    if audited.prepare is None:
        answer = await client.get("/api/v1/me")
    else:
        path, body = audited.prepare
        answer = await client.post(path, json=body)
    return str(answer.raise_for_status().json()["id"])


@pytest.mark.parametrize(("audited", "moment"), CELLS)
async def test_an_effect_and_its_record_live_or_die_together(
    gateway: Gateway, tmp_path: Path, audited: Audited, moment: str
) -> None:
    """AUD-02: killed before the record, after it, and after the commit of both."""
    doomed = Doomed(gateway, tmp_path)
    try:
        await doomed.ready()
        async with await gateway.client(audited.by) as client:
            made = await prepared(client, audited)
            tables = Tables(gateway.superuser_url)
            before, recorded = effects(tables), records(tables, audited.action)
            doomed.order.write_text(f"{moment} {audited.action}", encoding="utf-8")
            body = audited.body and {k: made if v == "{made}" else v for k, v in audited.body.items()}
            with pytest.raises(httpx.TransportError):
                await client.request(audited.method, doomed.url + audited.path.format(made=made), json=body)
        assert await doomed.died() == -signal.SIGKILL
        both = moment == "committed"
        assert (effects(tables) != before) is both
        assert (records(tables, audited.action) - recorded == 1) is both
    finally:
        if doomed.process.poll() is None:
            doomed.process.kill()
            doomed.process.wait()
        await lifted(gateway)


def effects(tables: Tables) -> list[Any]:
    return sorted(tables.rows(rows_in({table.name for table in tables.all} - NOT_AN_EFFECT)))


def records(tables: Tables, action: str) -> int:
    return int(tables.rows("SELECT count(*) FROM audit_records WHERE action = %s", action)[0][0])


async def lifted(gateway: Gateway) -> None:
    """A hold stands against the next one on the same person, and against what other tests delete."""
    async with await gateway.client("r.koenig") as auditor:
        me = (await auditor.get("/api/v1/me")).json()["id"]
        for hold in (await auditor.get("/api/v1/holds")).json()["items"]:
            if hold["person"] == me and hold["lifted_at"] is None:
                await auditor.post(f"/api/v1/holds/{hold['id']}/lift", json={"reason": "irrtum"})
