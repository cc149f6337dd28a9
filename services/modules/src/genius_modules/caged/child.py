# SPDX-License-Identifier: EUPL-1.2
"""What runs in the cage: one module, one task. Started by `process` only, as `python -m genius_modules.caged`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from importlib.metadata import entry_points
from typing import Any, cast
from uuid import UUID

import aiohttp
import orjson

from genius_common import cage
from genius_common.contracts.modules import ModuleRunRequest
from genius_common.errors import PlatformError
from genius_common.events import dump_event, is_final
from genius_common.http import ServiceClient
from genius_common.principal import Principal, ProtectionClass
from genius_modules.base import AnyModule, ModuleInput
from genius_modules.caged.pipe import Pipe, PipeSession
from genius_modules.clients.inference import InferenceClient
from genius_modules.clients.retrieval import RetrievalClient
from genius_modules.context import RunContext, RunToken, UsageMeter
from genius_modules.runner import check_request, deadline_of

GROUP = "genius.modules"
_SILENCE_S = 120.0
_FILE_WAIT_S = 240.0


def main() -> None:
    # Before the first filter: the loop makes a pair of sockets for itself, which it then never uses.
    loop = asyncio.new_event_loop()
    task = orjson.loads(sys.stdin.buffer.readline())
    limits = cage.Limits(**task["cage"])
    # The package's own code runs from its import on: no network, no program, no byte into a file from here.
    cage.restrain(limits)
    module = load(task["name"], task.get("folder"))
    manifest = module.spec.manifest(model_available=False).model_dump(mode="json")
    caged = cage.enter(limits)
    loop.run_until_complete(_work(task, module, {"kind": "ready", "caged": caged, "manifest": manifest}))


def load(name: str, folder: str | None) -> AnyModule:
    """The module of the entry point `name`, of a package installed in `folder` or beside this one."""
    if folder:
        sys.path.append(folder)
    (found,) = entry_points(group=GROUP, name=name)
    made: AnyModule = found.load()()
    return made


async def _work(task: dict[str, Any], module: AnyModule, ready: dict[str, Any]) -> None:
    pipe = Pipe()
    pipe.send(ready)
    if task["do"] != "run":
        return
    await pipe.open()
    request = ModuleRunRequest.model_validate(task["request"])
    principal = _principal(task["principal"], request)
    try:
        data = check_request(module, request, principal, task["size"])
    except PlatformError as error:
        problem = error.as_problem()
        pipe.send({"kind": "refused", "status": error.status, "problem": problem})
        return
    pipe.send({"kind": "started"})
    await _run(pipe, module, _context(pipe, module, request, principal), data)


def _principal(told: dict[str, Any], request: ModuleRunRequest) -> Principal:
    """Who the run is for, without saying who: the class and the scopes are all that a module may know."""
    return Principal(
        subject=UUID(int=0),
        tenant=told["tenant"],
        authority=None,
        run=request.run,
        scopes=frozenset(told["scopes"]),
        classification=ProtectionClass(told["classification"]),
        files=frozenset(file.id for file in request.files),
        expires_at=sys.maxsize,
    )


def _context(pipe: Pipe, module: AnyModule, request: ModuleRunRequest, principal: Principal) -> RunContext:
    session = cast("aiohttp.ClientSession", PipeSession(pipe))
    return RunContext(
        run=request.run,
        principal=principal,
        token=RunToken("", principal, ServiceClient(session, "gateway:", "Gateway")),
        inference=InferenceClient(session, "inference:", _SILENCE_S),
        retrieval=RetrievalClient(session, "retrieval:"),
        locale=request.locale,
        deadline=deadline_of(request, module.spec.limits),
        limits=request.limits,
        files=tuple(request.files),
        history=tuple(request.history),
        file_wait_s=_FILE_WAIT_S,
        usage=UsageMeter(min(request.limits.tokens, module.spec.limits.tokens)),
    )


async def _run(pipe: Pipe, module: AnyModule, ctx: RunContext, data: ModuleInput) -> None:
    try:
        async with aclosing(module.run(ctx, data)) as events:
            async for event in events:
                pipe.send({"kind": "event", "event": dump_event(event)})
                if is_final(event):
                    return
    except PlatformError as error:
        final = {"type": "error", "code": error.code, "detail": error.detail, "retryable": error.retryable}
        pipe.send({"kind": "event", "event": final})
