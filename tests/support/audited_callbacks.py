# SPDX-License-Identifier: EUPL-1.2
"""How the recorded effects of callbacks come about; importing it registers them with the others."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from tests.support.audited import API, CASES, Deed, Scene, case
from tests.support.personal_data import as_superuser

__all__ = ["CASES"]
_SUMMARY = {"input": {"text": "Der Antrag ist vollständig. " * 20, "length": "short"}}


async def _targets(scene: Scene) -> tuple[str, dict[str, str]]:
    """Path of the authority's targets, and one that may be made; the application is known from now on."""
    application = await scene.client("mhb-fachverfahren")
    assert (await application.get(f"{API}/me")).status_code == 200
    authority = (await scene.me("c.hoffmann"))["authority"]["id"]
    wanted = {"application": "mhb-fachverfahren", "url": f"https://fachverfahren.example/{uuid4()}"}
    return f"/authorities/{authority}/callback-targets", wanted


@case("callback_target.create", alone=True)
async def _allow_target(scene: Scene) -> Deed:
    path, wanted = await _targets(scene)
    return await scene.request("c.hoffmann", "POST", path, wanted)


@case("callback_target.delete", alone=True)
async def _remove_target(scene: Scene) -> Deed:
    path, wanted = await _targets(scene)
    made = await scene.made("c.hoffmann", path, wanted)
    return await scene.request("c.hoffmann", "DELETE", f"{path}/{made}")


@case("callback.redeliver", alone=True)
async def _redeliver(scene: Scene) -> Deed:
    """A run with a callback, ended without a modules service; its delivery fails and waits for the next attempt."""
    path, wanted = await _targets(scene)
    wanted["url"] = "http://127.0.0.1:9/"
    await scene.made("c.hoffmann", path, wanted)
    client = await scene.client("mhb-fachverfahren")
    body = {**_SUMMARY, "callback": {"url": wanted["url"]}}
    (await client.post(f"{API}/modules/summarise/runs", json=body)).raise_for_status()
    made: dict[str, Any] = {}
    while not made.get("reason"):
        await asyncio.sleep(0.05)
        (made,) = (await client.get(f"{API}/callbacks")).json()["items"]
    # Without its target it is given up at once, and stays as it is while others are tried.
    given_up = "UPDATE callback_deliveries SET state = 'dead'"
    await asyncio.to_thread(as_superuser, scene.gateway, "DELETE FROM callback_targets", given_up)
    return await scene.request("c.hoffmann", "POST", f"{path.removesuffix('-targets')}s/{made['id']}/redeliver")
