# SPDX-License-Identifier: EUPL-1.2
"""The example in another language against the real gateway: registered, switched on by an administrator, used."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from genius_common.contracts.module_register import Registration
from genius_stack.modules import register
from tests.support.gateway import Gateway
from tests.support.node_example import node_example

INPUT = {"event": "2026-11-26", "length": 1, "unit": "months", "note": "Widerspruch"}


@pytest.fixture
async def registered(with_modules: Gateway) -> AsyncIterator[Gateway]:
    """The gateway with the example, as `genius modules add` enters it; gone again afterwards."""
    file = with_modules.settings.module_register_file
    assert file
    catalogue = with_modules.app.api.state.runs.catalogue
    async with node_example(f"{with_modules.internal_url}/.well-known/jwks.json") as url:
        raw = await register.fetch(url)
        register.parse(raw)
        register.add(file, Registration.of(url, raw, dt.date(2026, 11, 26)))
        catalogue._read_at = float("-inf")
        yield with_modules
    register.remove(file, "frist")
    catalogue._read_at = float("-inf")


async def test_a_module_in_another_language_works_like_a_built_in(registered: Gateway) -> None:
    """INJ-07: off until the administration of the authority switches it on; on for this authority alone."""
    runs = "/api/v1/modules/frist/runs"
    async with await registered.client("a.weber") as clerk:
        assert (await clerk.post(runs, json={"input": INPUT})).json()["code"] == "module_switched_off"
        async with await registered.client("c.hoffmann") as admin:
            authority = (await admin.get("/api/v1/me")).json()["authority"]["id"]
            switches = f"/api/v1/authorities/{authority}/modules"
            listed = {item["id"]: item for item in (await admin.get(switches)).json()["items"]}
            assert (listed["frist"]["external"], listed["frist"]["enabled"]) == (True, False)
            assert (listed["chat"]["external"], listed["chat"]["enabled"]) == (False, True)
            assert (await admin.put(f"{switches}/frist", json={"enabled": True})).json()["enabled"] is True
        run = (await clerk.post(runs, json={"input": INPUT})).json()
        assert (run["state"], run["result"]["ends_on"]) == ("succeeded", "2026-12-28")
        assert run["result"]["text"] == "Die Frist endet am 28.12.2026. Widerspruch"
        refused = await clerk.post(runs, json={"input": {**INPUT, "event": "2026-02-30"}})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/input/event")
    async with await registered.client("d.schmidt") as other:
        assert (await other.post(runs, json={"input": INPUT})).json()["code"] == "module_switched_off"
    async with await registered.client("c.hoffmann") as admin:
        await admin.put(f"{switches}/frist", json={"enabled": False})
