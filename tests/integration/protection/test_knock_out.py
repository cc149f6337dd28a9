# SPDX-License-Identifier: EUPL-1.2
"""TEN-15, each place alone: with one of them opened in test code, the others still let nothing above through."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from genius_common.principal import ProtectionClass
from genius_gateway.runs import references, starting
from genius_gateway.tokens.minter import TokenMinter
from genius_inference.catalogue import Model
from genius_modules import runner
from genius_modules.clients import inference as model_client
from tests.support.protection import CLASSES, HIGHEST, World, canary

from .test_property import CITED, PARAMETERS, READING, TEXTS

LOW, HIGH = ProtectionClass.INTERN, ProtectionClass.SOZIALDATEN
FILE_INPUTS = {
    "chat": {**TEXTS["chat"]},
    "ask-documents": {**TEXTS["ask-documents"]},
    "summarise": {"length": "short"},
    "draft": {**TEXTS["draft"]},
    "simplify": {"level": "leicht"},
    "extract": {"fields": "Kanarie"},
    "completeness": {**TEXTS["completeness"]},
}


def nothing(*_: Any, **__: Any) -> None:
    """A check that refuses nothing."""


@contextmanager
def open_gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The gateway judges nothing before a run; the run has its real class."""
    with monkeypatch.context() as patched:
        for name in ("require_clearance", "require_module", "require_model"):
            patched.setattr(starting, name, nothing)
        patched.setattr(references, "require_clearance", nothing)
        yield


async def outcome(world: World, module: str, **data: Any) -> tuple[str, str]:
    """The code of the refusal (or of the run's error, or `ok`), and all that was answered and reached the model."""
    async with await world.client() as client:
        body = {"input": {**FILE_INPUTS[module], **data}}
        answer = await client.post(f"/api/v1/modules/{module}/runs", json=body)
        done = answer.json()
        error = done if answer.status_code != 200 else done["error"]
        text = answer.text
        if answer.status_code == 200:
            text += (await client.get(f"/api/v1/runs/{done['id']}/events")).text
    sent = orjson.dumps([record.body for record in world.model.log()]).decode()
    return (error["code"] if error else "ok"), text + sent


@pytest.mark.parametrize("module", FILE_INPUTS)
async def test_gateway_or_modules_open(world: World, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """TEN-15: a file above what the module may see; either of the two refuses it alone."""
    world.set(module=LOW, model=HIGHEST)
    file = {"files": [world.ids["files"][HIGH]]}
    assert (await outcome(world, module, **file))[0] == "class_not_for_module"
    with open_gateway(monkeypatch):
        code, seen = await outcome(world, module, **file)
        assert (code, CITED.findall(seen)) == ("class_not_for_module", [])
    with monkeypatch.context() as patched:
        patched.setattr(runner, "check_class", nothing)
        code, seen = await outcome(world, module, **file)
        assert (code, CITED.findall(seen)) == ("class_not_for_module", [])
        # The test can see: with both open the file goes through.
        with open_gateway(monkeypatch):
            code, seen = await outcome(world, module, **file)
            assert code == "ok"
            assert canary("files", HIGH) in seen


async def test_gateway_or_inference_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """TEN-15: a file above what the model may see; gateway, modules and inference each keep it from there."""
    file = {"files": [world.ids["files"][HIGH]]}

    def prepare(needs: Any) -> None:
        world.set(model=LOW)
        chat = world.registry.get("chat")
        chat.spec = dataclasses.replace(chat.spec, needs=needs)

    def take_any(body: Any, _: ProtectionClass) -> Any:
        return first(body, LOW)

    first = model_client._first_chat_model
    prepare("generative")
    assert (await outcome(world, "chat", **file))[0] == "class_not_for_model"
    with monkeypatch.context() as patched:  # inference and modules open: the gateway refuses
        patched.setattr(Model, "require", nothing)
        patched.setattr(model_client, "_first_chat_model", take_any)
        code, _ = await outcome(world, "chat", **file)
        assert (code, world.model.log()) == ("class_not_for_model", [])
        with open_gateway(monkeypatch):  # all open: the test can see
            world.model.clear()
            code, seen = await outcome(world, "chat", **file)
            assert (code, canary("files", HIGH) in seen, len(world.model.log())) == ("ok", True, 1)
    with open_gateway(monkeypatch):
        prepare("generative")  # the module asks for no model that may not see the run's class
        await outcome(world, "chat", **file)
        assert world.model.log() == []
        with monkeypatch.context() as patched:  # modules open too: inference refuses
            patched.setattr(model_client, "_first_chat_model", take_any)
            prepare("optional")
            code, _ = await outcome(world, "chat", **file)
            assert (code, world.model.log()) == ("class_not_for_model", [])


@pytest.mark.parametrize("module", FILE_INPUTS)
async def test_the_gateway_takes_everything_for_low(world: World, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """TEN-15: as before, where the class of files and documents was forgotten: retrieval refuses the run's token."""
    world.set(model=HIGHEST)
    with open_gateway(monkeypatch), monkeypatch.context() as patched:
        patched.setattr(starting, "highest", lambda _: LOW)
        # The request's own words about its files, too: only the token counts then.
        patched.setattr(runner, "check_class", nothing)
        code, seen = await outcome(world, module, files=[world.ids["files"][HIGH]])
        assert code == "not_found"
        assert canary("files", HIGH) not in seen
        for kind in ("documents", "knowledge_bases"):
            if module in ("chat", "ask-documents"):
                code, seen = await outcome(world, module, **{kind: [world.ids[kind][HIGH]]})
                assert canary("documents", HIGH) not in seen


@pytest.mark.parametrize("person", [LOW, ProtectionClass.PERSONENBEZOGEN])
async def test_retrieval_open(world: World, person: ProtectionClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """TEN-15: retrieval sees tokens for everything; what is above the caller still comes by no route and in no run."""
    world.set(person=person, model=HIGHEST)
    minted = TokenMinter.for_inner

    def everything(self: TokenMinter, principal: Any, *values: Any, **named: Any) -> str:
        return minted(self, dataclasses.replace(principal, classification=HIGHEST), *values, **named)

    monkeypatch.setattr(TokenMinter, "for_inner", everything)
    async with await world.client() as client:
        for rule in READING:
            (parameter, *_) = re.findall(r"{(\w+)}", rule.path)
            for item in [one for one in CLASSES if not person.covers(one)] if parameter != "run" else []:
                identifier = world.ids[PARAMETERS[parameter]][item]
                path = rule.path.replace(f"{{{parameter}}}", identifier)
                answer = await client.get(re.sub(r"{(?:n|number|other)}", "1", path))
                assert answer.status_code == 404, (rule.path, item)
        found = await client.post("/api/v1/search", json={"query": "Urlaub", "limit": 50})
        assert {hit["protection_class"] for hit in found.json()["hits"]} <= set(ProtectionClass.up_to(person))
    for kind in ("files", "documents", "knowledge_bases"):
        code, seen = await outcome(world, "ask-documents", **{kind: [world.ids[kind][HIGH]]})
        assert code in {"not_found", "class_above_clearance"}
        assert not CITED.search(seen)
