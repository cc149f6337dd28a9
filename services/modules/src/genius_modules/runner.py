# SPDX-License-Identifier: EUPL-1.2
"""Runs of this process: started, timed, cancelled, and turned into a byte stream with exactly one final event."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from genius_common.contracts.modules import Limits, ModuleRunRequest
from genius_common.errors import FieldError, Forbidden, InvalidInput, PlatformError
from genius_common.events import Cancelled, Done, ErrorEvent, Event, dump_event, is_final
from genius_common.principal import Principal, ProtectionClass
from genius_common.sse import encode
from genius_common.web import field_errors
from genius_modules.base import AnyModule, ModuleInput
from genius_modules.context import RunContext
from genius_modules.errors import (
    ClassAboveToken,
    ClassNotForModule,
    DeadlineReached,
    InputTooLarge,
    ModuleVersionMismatch,
    RunActive,
    TooManyRuns,
)
from genius_modules.metrics import Metrics

log = structlog.get_logger(__name__)
_QUEUE = 256
_CANCEL_WAIT_S = 2.0


def check_request(module: AnyModule, request: ModuleRunRequest, principal: Principal, size: int) -> ModuleInput:
    """Everything that can be refused before a run starts; return the typed input."""
    spec = module.spec
    if principal.run != request.run:
        raise Forbidden("Dieses Token gehört zu einem anderen Lauf.")
    if request.version != spec.version:
        raise ModuleVersionMismatch(f"„{spec.title.de}“ gibt es hier in der Fassung {spec.version}.")
    check_class(module, request, principal)
    allowed = min(request.limits.bytes, spec.limits.bytes)
    if size > allowed:
        raise InputTooLarge(f"Die Eingabe hat {size} Byte; erlaubt sind {allowed} Byte.")
    try:
        data: ModuleInput = spec.input_model.model_validate(request.input)
    except ValidationError as error:
        found = field_errors(error.errors(include_input=False, include_url=False, include_context=False))
        raise _refused(found) from None
    if wrong := data.refusals(request.history):
        raise _refused(wrong)
    return data


def check_class(module: AnyModule, request: ModuleRunRequest, principal: Principal) -> None:
    """Judge by the token, what the request says of itself and each of its files: the highest counts (TEN-15)."""
    spec, files = module.spec, [file.protection_class for file in request.files]
    stated = ProtectionClass.highest([request.protection_class, *files])
    if not principal.classification.covers(stated):
        raise ClassAboveToken
    highest = ProtectionClass.highest([principal.classification, stated])
    if spec.highest_class is None or not spec.highest_class.covers(highest):
        raise ClassNotForModule(f"„{spec.title.de}“ ist für die Schutzklasse „{highest.label}“ nicht zugelassen.")


def _refused(found: Iterable[FieldError]) -> InvalidInput:
    errors = [FieldError("/input" + item.pointer, item.detail) for item in found]
    # A run has room for one text: what is wrong must not be lost there.
    told = " ".join(dict.fromkeys(item.detail for item in errors))
    return InvalidInput(f"Die Eingabe ist ungültig. {told}", errors=errors)


def deadline_of(request: ModuleRunRequest, limits: Limits) -> float:
    """Seconds from now until the run must end."""
    seconds = float(min(limits.seconds, request.limits.seconds))
    if request.deadline is not None:
        asked = request.deadline if request.deadline.tzinfo else request.deadline.replace(tzinfo=dt.UTC)
        seconds = min(seconds, asked.timestamp() - time.time())
    return max(seconds, 0.0)


class ActiveRun:
    """One started run: `task` puts events, somebody takes them; a slow taker slows the run down."""

    def __init__(self, run: UUID) -> None:
        self.run = run
        self.task: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        # None only wakes the taker up.
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(_QUEUE)
        self._final: Event | None = None

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()

    async def put(self, event: Event) -> None:
        await self._events.put(event)

    def end(self, final: Event) -> None:
        """Set the final event; it comes after everything that was put, also if nobody takes anything any more."""
        self._final = final
        self.ended.set()
        if not self._events.full():
            self._events.put_nowait(None)

    async def take(self) -> list[Event]:
        """All events that are ready, at least one; empty after the final one."""
        first = None if self.ended.is_set() and self._events.empty() else await self._events.get()
        found = [first] if first else []
        while not self._events.empty():
            if event := self._events.get_nowait():
                found.append(event)
        if self._final is not None:
            found.append(self._final)
            self._final = None
        return found


class Runner:
    """The active runs. One per process."""

    def __init__(self, metrics: Metrics, max_active: int) -> None:
        self._active: dict[UUID, ActiveRun] = {}
        self._metrics = metrics
        self._max_active = max_active

    @property
    def active(self) -> int:
        return len(self._active)

    def start(self, module: AnyModule, ctx: RunContext, data: ModuleInput) -> ActiveRun:
        """Start the run in a task of its own; refused where it runs already or too many do."""
        if ctx.run in self._active:
            raise RunActive
        if len(self._active) >= self._max_active:
            raise TooManyRuns(retry_after=30)
        active = ActiveRun(ctx.run)
        self._active[ctx.run] = active
        active.task = asyncio.create_task(self._drive(module, ctx, data, active))
        active.task.add_done_callback(lambda _: self._forget(active))
        return active

    def _forget(self, active: ActiveRun) -> None:
        # A task that is cancelled before its first step never comes to its own `finally`.
        self._active.pop(active.run, None)
        if not active.ended.is_set():
            active.end(Cancelled())

    async def cancel(self, run: UUID) -> None:
        """Cancel an active run and wait until it has ended (2 s at most); an ended or unknown one is no error."""
        active = self._active.get(run)
        if active is None:
            return
        active.cancel()
        try:
            async with asyncio.timeout(_CANCEL_WAIT_S):
                await active.ended.wait()
        except TimeoutError:
            log.warning("a run did not end in time after its cancellation")

    async def close(self) -> None:
        """Cancel everything and wait for it, at shutdown."""
        runs = list(self._active.values())
        for active in runs:
            active.cancel()
        await asyncio.gather(*(active.task for active in runs if active.task), return_exceptions=True)

    async def _drive(self, module: AnyModule, ctx: RunContext, data: ModuleInput, active: ActiveRun) -> None:
        started = time.monotonic()
        final: Event = Cancelled()
        try:
            final = await self._events(module, ctx, data, active)
        except asyncio.CancelledError:
            # DELETE, or the client is gone; in the first case somebody still listens. Nobody awaits this task.
            log.info("a run was cancelled", module=module.spec.id)
        finally:
            active.end(final)
            self._metrics.ended(module.spec.id, final.type, time.monotonic() - started)

    async def _events(self, module: AnyModule, ctx: RunContext, data: ModuleInput, active: ActiveRun) -> Event:
        """Pass the module's events on; return the final one."""
        try:
            async with asyncio.timeout(ctx.deadline), aclosing(module.run(ctx, data)) as events:
                async for event in events:
                    if is_final(event):
                        return self._final(module, ctx, event)
                    await active.put(event)
            log.error("a module ended without a final event", module=module.spec.id)
            return _error(PlatformError())
        except PlatformError as error:
            return _error(error)
        except TimeoutError:
            return _error(DeadlineReached())
        except Exception as error:  # noqa: BLE001
            # A bug in a module must end its run with an event, not break the stream off.
            log.error("a module failed", module=module.spec.id, error=type(error).__name__, where=_where(error))
            return _error(PlatformError())

    @staticmethod
    def _final(module: AnyModule, ctx: RunContext, event: Event) -> Event:
        if not isinstance(event, Done):
            return event
        module.spec.result_model.model_validate(event.result)
        return Done(result=event.result, usage=ctx.usage.totals())


def _error(error: PlatformError) -> ErrorEvent:
    return ErrorEvent(code=error.code, detail=error.detail, retryable=error.retryable)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


def frame(event: Event) -> bytes:
    """One event as an SSE frame; the gateway adds ids, `run` and `seq`."""
    data: dict[str, Any] = dump_event(event)
    return encode(event.type, data)
