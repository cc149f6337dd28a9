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
from tests.support.platform import free_port
from tests.support.tables import Tables

MOMENTS = ("before", "after", "committed")
# What other parts of the shared database change meanwhile, and the trail itself.
NOT_AN_EFFECT = frozenset(
    {"audit_records", "audit_heads", "audit_checkpoints", "audit_signatures", "quota_meters", "quota_leases",
     "usage_counters", "provider_cursors", "persons", "memberships", "member_names", "keys", "sessions",
     "alembic_version"}
)  # fmt: skip


@dataclass(frozen=True)
class Audited:
    """A request with an effect and a record. `{name}` in the path comes from `prepare`."""

    action: str
    method: str
    path: str
    body: Any = None
    prepare: tuple[tuple[str, str, Any], ...] = ()


def _new(path: str, body: Any) -> tuple[tuple[str, str, Any], ...]:
    return (("made", path, body),)


_KB, _CASE, _CONV = "/api/v1/knowledge-bases", "/api/v1/cases", "/api/v1/conversations"
_CASE_BODY, _TOKEN = {"reference": "I 7-2026"}, {"name": "x", "scopes": ["search"]}
ACTIONS = (
    Audited("case.create", "POST", _CASE, _CASE_BODY),
    Audited("case.change", "PATCH", _CASE + "/{made}", {"title": "Neu"}, _new(_CASE, _CASE_BODY)),
    Audited("case.delete", "DELETE", _CASE + "/{made}", None, _new(_CASE, _CASE_BODY)),
    Audited("conversation.delete", "DELETE", _CONV + "/{made}", None, _new(_CONV, {"title": "x"})),
    Audited("knowledge_base.create", "POST", _KB, {"name": "x"}),
    Audited("knowledge_base.change", "PATCH", _KB + "/{made}", {"name": "y"}, _new(_KB, {"name": "x"})),
    Audited("api_token.create", "POST", "/api/v1/me/tokens", _TOKEN),
    Audited("api_token.revoke", "DELETE", "/api/v1/me/tokens/{made}", None, _new("/api/v1/me/tokens", _TOKEN)),
)
QUICK = {("case.create", "after"), ("case.create", "committed"), ("api_token.revoke", "before")}
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


def effects(tables: Tables) -> dict[str, list[str]]:
    return {table.name: tables.contents(table.name) for table in tables.all if table.name not in NOT_AN_EFFECT}


def records(tables: Tables, action: str) -> int:
    return int(tables.rows("SELECT count(*) FROM audit_records WHERE action = %s", action)[0][0])


@pytest.mark.parametrize(("audited", "moment"), CELLS)
async def test_an_effect_and_its_record_live_or_die_together(
    gateway: Gateway, tmp_path: Path, audited: Audited, moment: str
) -> None:
    """AUD-02: killed before the record, after it, and after the commit of both."""
    doomed = Doomed(gateway, tmp_path)
    try:
        await doomed.ready()
        async with await gateway.client("a.weber") as client:
            made = {}
            for name, path, body in audited.prepare:
                made[name] = (await client.post(path, json=body)).raise_for_status().json()["id"]
            tables = Tables(gateway.superuser_url)
            before, recorded = effects(tables), records(tables, audited.action)
            doomed.order.write_text(f"{moment} {audited.action}", encoding="utf-8")
            with pytest.raises(httpx.TransportError):
                await client.request(audited.method, doomed.url + audited.path.format(**made), json=audited.body)
        assert await doomed.died() == -signal.SIGKILL
        both = moment == "committed"
        changed = {name for name, rows in effects(tables).items() if rows != before[name]}
        assert bool(changed) == both, changed
        assert records(tables, audited.action) - recorded == both
    finally:
        if doomed.process.poll() is None:
            doomed.process.kill()
            doomed.process.wait()
