# SPDX-License-Identifier: EUPL-1.2
"""The whole platform with content of every protection class, and knobs for what person, module and model may see.

Gateway, modules, retrieval and inference are the real ones over loopback HTTP; only the model is the scripted one,
which tells what reached it. The knobs change what the settings and manifests say, not the code that judges by it.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from genius_common.principal import ProtectionClass
from genius_inference.app import Application as Inference
from genius_inference.app import create_app as create_inference
from genius_inference.testing import RunningServer
from genius_modules.app import create_app as create_modules
from genius_modules.registry import Registry, built_in
from tests.support.gateway import Gateway, running_gateway, serving
from tests.support.inference import Keys
from tests.support.inference import settings as inference_settings
from tests.support.modules import settings as modules_settings
from tests.support.postgres import TestPostgres

CLASSES = list(ProtectionClass)
HIGHEST = CLASSES[-1]
KINDS = ("knowledge_bases", "documents", "files")


def canary(kind: str, item: ProtectionClass) -> str:
    """The word that only this content has."""
    return f"Kanarie{kind.replace('_', '')}{item.value}"


@dataclass
class World:
    """`ids[kind][class]` are a.weber's knowledge bases, the document in each, her files, cases and conversations."""

    gateway: Gateway
    registry: Registry
    modules: Any
    inference: Inference
    model: RunningServer
    ids: dict[str, dict[ProtectionClass, str]] = field(default_factory=dict)

    def set(
        self, *, person: ProtectionClass = HIGHEST, module: ProtectionClass = HIGHEST, model: ProtectionClass
    ) -> None:
        """What each may see from now on; nothing that was believed before holds."""
        authenticator = self.gateway.state.authenticator
        authenticator._provisioning.classification = person
        authenticator._cache.clear()
        for found in self.registry:
            found.spec = dataclasses.replace(found.spec, protection_classes=ProtectionClass.up_to(module))
        catalogue = self.inference._catalogue
        assert catalogue is not None
        catalogue._highest = model
        catalogue._models = {
            name: dataclasses.replace(known, highest_class=model) for name, known in catalogue._models.items()
        }
        self.modules.state.parts.inference._catalogue.clear()
        runs = self.gateway.app.api.state.runs
        runs.catalogue._read_at = float("-inf")
        runs.runs._parts.models._until = float("-inf")
        self.model.clear()

    async def client(self) -> httpx.AsyncClient:
        return await self.gateway.client("a.weber")

    async def fill(self) -> None:
        self.set(model=HIGHEST)
        self.ids = {kind: {} for kind in (*KINDS, "cases", "conversations")}
        async with await self.client() as client:
            for item in CLASSES:
                await self._fill(client, item)
            for kind in ("documents", "files"):
                for identifier in self.ids[kind].values():
                    await wait_ready(client, f"/api/v1/{kind}/{identifier}")

    async def _fill(self, client: httpx.AsyncClient, item: ProtectionClass) -> None:
        body = {"name": f"Basis {item.label}", "purpose": "Probe", "owner": "person", "protection_class": item.value}
        made = await client.post("/api/v1/knowledge-bases", json=body)
        assert made.status_code == 201, made.text
        base = made.json()["id"]
        content = f"Der Urlaub {canary('documents', item)} dauert dreißig Tage.".encode()
        path = f"/api/v1/knowledge-bases/{base}/documents"
        document = (await client.post(path, files={"file": ("urlaub.txt", content)})).json()["id"]
        content = f"Die Reise {canary('files', item)} kostet hundert Euro.".encode()
        path = f"/api/v1/files?protection_class={item.value}"
        file = (await client.post(path, files={"file": ("reise.txt", content)})).json()["id"]
        body = {"reference": f"{canary('cases', item)}-1", "protection_class": item.value}
        case = (await client.post("/api/v1/cases", json=body)).json()["id"]
        talk = await run(client, "chat", {"message": f"Hallo {canary('talk', item)}"}, protection_class=item.value)
        for kind, made in zip(self.ids, (base, document, file, case, talk["conversation"]), strict=True):
            self.ids[kind][item] = made


async def run(client: httpx.AsyncClient, module: str, data: dict[str, Any], **body: Any) -> dict[str, Any]:
    """A run that has begun; its end is in its `state`."""
    answer = await client.post(f"/api/v1/modules/{module}/runs", json={"input": data, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def wait_ready(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(600):
        if (await client.get(path)).json()["state"] in {"ready", "failed"}:
            return
        await asyncio.sleep(0.03)
    raise AssertionError(f"{path} is not ready")


@asynccontextmanager
async def running_world(folder: Path, postgres: TestPostgres, model: RunningServer) -> AsyncIterator[World]:
    async with running_gateway(folder, postgres) as gateway:
        keys = Keys(f"{gateway.internal_url}/.well-known/jwks.json", gateway.retrieval.signer)
        upstream = {"url": model.url, "model": "echo"}
        inference = create_inference(inference_settings(keys, upstream=upstream))
        registry = built_in()
        values = modules_settings(keys, gateway.settings.inference_url, gateway.retrieval.url)
        modules = create_modules(values.model_copy(update={"gateway_url": gateway.internal_url}), registry)
        async with (
            serving(inference, httpx.URL(gateway.settings.inference_url).port or 0, "on"),
            serving(modules, httpx.URL(gateway.settings.modules_url).port or 0, "on"),
        ):
            world = World(gateway, registry, modules, inference, model)
            assert inference._catalogue is not None
            await inference._catalogue.ensure()
            await world.fill()
            yield world
