# SPDX-License-Identifier: EUPL-1.2
"""TEN-15 at the platform's edges: requests of applications to models, downloads, the own copy of one's data."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from typing import Any

import httpx
import pytest

from genius_common.principal import ProtectionClass
from genius_gateway.persons.leaving import WITHHELD
from tests.support.protection import CLASSES, HIGHEST, World, canary
from tests.support.protection import run as _run

HEADER = "x-genius-protection-class"
UPTO = ProtectionClass.PERSONENBEZOGEN


async def _ask(client: httpx.AsyncClient, stated: str | None, **values: Any) -> httpx.Response:
    body = {"model": "echo", "messages": [{"role": "user", "content": "Guten Tag"}], **values}
    return await client.post("/v1/chat/completions", json=body, headers={HEADER: stated} if stated else {})


@pytest.mark.parametrize("caller", ["a.weber", "mhb-fachverfahren"])
async def test_a_model_request_states_its_class(world: World, caller: str) -> None:
    """TEN-15: person and application; stated × model × own clearance; the refusal has OpenAI's form."""
    for person, model in itertools.product((ProtectionClass.INTERN, ProtectionClass.SOZIALDATEN, HIGHEST), CLASSES):
        world.set(person=person, model=model)
        async with await world.gateway.client(caller) as client:
            for stated in (None, *CLASSES):
                world.model.clear()
                actual = stated or ProtectionClass.INTERN
                answer = await _ask(client, stated, stream=bool(CLASSES.index(actual) % 2))
                if not person.covers(actual):
                    param, code = "X-Genius-Protection-Class", "class_above_clearance"
                elif not model.covers(actual):
                    param, code = "model", "class_not_for_model"
                else:
                    assert (answer.status_code, answer.headers[HEADER]) == (200, actual)
                    continue
                error = answer.json()["error"]
                assert (answer.status_code, error["param"], error["code"]) == (403, param, code)
                assert error["type"] == "permission_error"
                assert world.model.log() == []


async def test_two_classes_are_none(world: World) -> None:
    """TEN-15: a second header does not hide behind the first, in neither order."""
    world.set(model=HIGHEST)
    async with await world.client() as client:
        for pair in (("offen", "sozialdaten"), ("sozialdaten", "offen")):
            request = client.build_request("GET", "/v1/models", headers=[(HEADER, value) for value in pair])
            assert (await client.send(request)).json()["error"]["code"] == "protection_class_unknown"


async def test_what_may_be_downloaded(world: World) -> None:
    """TEN-15: originals up to the class of the settings; above they can be read, not taken along."""
    world.set(model=HIGHEST)
    async with await world.client() as client:
        for kind, item in itertools.product(("documents", "files"), CLASSES):
            path = f"/api/v1/{kind}/{world.ids[kind][item]}"
            answer = await client.get(f"{path}/content")
            assert canary(kind, item) in (await client.get(f"{path}/text")).text
            if UPTO.covers(item):
                assert canary(kind, item) in answer.text
            else:
                assert (answer.status_code, answer.json()["code"]) == (403, "class_may_not_leave")
                assert f"„{item.label}“" in answer.json()["detail"]


async def test_the_own_copy_leaves_inside_what_may_not_leave(world: World) -> None:
    """TEN-15, DSG-04: nothing above is in any file of it; what is missing is named with the reason."""
    world.set(model=HIGHEST)
    async with await world.client() as client:
        archive = zipfile.ZipFile(io.BytesIO((await client.get("/api/v1/me/data")).content))
    members = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    everything = "\n".join([*members, *members.values()])
    for item in CLASSES:
        for kind in ("documents", "files", "cases", "talk"):
            assert (canary(kind, item) in everything) is UPTO.covers(item), (kind, item)
    for table in ("runs", "run_events", "messages", "conversations", "cases"):
        rows = [json.loads(line) for line in members[f"daten/mhb/{table}.ndjson"].splitlines()]
        assert any(WITHHELD in row for row in rows)
        assert any(WITHHELD not in row for row in rows)
    for kind, folder in (("files", "dateien/mhb"), ("documents", "wissensbasen/mhb/{}")):
        for item in CLASSES:
            place = f"{folder.format(world.ids['knowledge_bases'][item])}/{world.ids[kind][item]}"
            state = json.loads(members[f"{place}.json"])
            assert (WITHHELD in state) is not UPTO.covers(item)
            assert any(name.startswith(f"{place}/") for name in members) is UPTO.covers(item)
    talks = [text for name, text in members.items() if name.startswith("gespraeche/")]
    assert any("Schutzklasse: Steuergeheimnis" in text and "Nicht enthalten" in text for text in talks)


async def test_a_case_above_every_model_is_answered_without_one_and_says_why(world: World) -> None:
    """TEN-15: a new case begins with the person's highest class; where no model may see it nothing is refused."""
    low = ProtectionClass.SOZIALDATEN
    world.set(model=low)
    async with await world.client() as client:
        case = world.ids["cases"][HIGHEST]
        for module, data in (
            ("chat", {"message": "Wie lange dauert der Urlaub?"}),
            ("draft", {"kind": "vermerk", "notes": "Frist 14 Tage"}),
        ):
            run = await _run(client, module, data, case=case)
            assert (run["state"], run["protection_class"]) == ("succeeded", HIGHEST)
            assert run["mode"] != "generative"
            (said,) = [one["detail"] for one in run["warnings"] if one["code"] == "class_not_for_model"]
            assert all(part in said for part in (f"„{HIGHEST.label}“", f"„{low.label}“", "ohne Sprachmodell"))
        assert world.model.log() == []
        run = await _run(client, "chat", {"message": "Wie lange dauert der Urlaub?"}, case=world.ids["cases"][low])
        assert (run["mode"], [one["code"] for one in run["warnings"]]) == ("generative", [])
