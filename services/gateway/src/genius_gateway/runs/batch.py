# SPDX-License-Identifier: EUPL-1.2
"""A batch: a run with several inputs. Each ends by itself; what is finished is saved, and never done again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

import orjson

from genius_common.contracts.modules import ModuleRunRequest
from genius_common.events import Done, ErrorEvent, Event, Item, Usage, UsageTotals, WarningEvent, is_final
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.modules.errors import ModuleOutputTooLarge
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.ending import checked, error_event, final_event
from genius_gateway.runs.errors import ModuleStreamCut, RunTokensSpent
from genius_gateway.runs.incoming import Incoming
from genius_gateway.runs.job import Job
from genius_gateway.runs.journal import Journal
from genius_gateway.runs.metering import closed
from genius_gateway.runs.notes import purposes_left_out
from genius_gateway.runs.ports import RunToken
from genius_gateway.runs.sources import searches_everything, without_sources

_PASSING = frozenset({"module_unavailable", "module_stream_cut", "too_many_runs", "run_active"})
"""The module is being restarted, or has its hands full: worth another try before the input counts as failed."""
_PAUSES_S = (1.0, 4.0, 15.0)


class Batch:
    """Carries out the inputs of one claimed run that are not finished yet, some at a time."""

    def __init__(self, job: Job, journal: Journal, parts: RunParts, offered: OfferedModule) -> None:
        self._job = job
        self._journal = journal
        self._parts = parts
        self._offered = offered
        self._bytes = sum(_size(item) for item in journal.draft.items.values())

    async def carry_out(self) -> Event:
        """The final event. Raises what ends the whole run: QuotaReached, ModuleOutputTooLarge, LostRun."""
        left = iter([index for index in range(len(self._job.items)) if index not in self._journal.draft.items])
        workers = [asyncio.create_task(self._work(left)) for _ in range(self._parts.options.batch_parallel)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        draft = self._journal.draft
        usage = UsageTotals(input_tokens=draft.input_tokens, output_tokens=draft.output_tokens)
        return Done(result=draft.batch_result(), usage=usage)

    async def _work(self, left: Iterator[int]) -> None:
        for index in left:
            await self._item(index)

    async def _item(self, index: int) -> None:
        usage = _Tally()
        for pause in (*_PAUSES_S, None):
            final = await self._try(index, usage)
            if pause is None or not (isinstance(final, ErrorEvent) and final.code in _PASSING):
                break
            await asyncio.sleep(pause)
        if isinstance(final, Done):
            item = Item(index=index, state="succeeded", value=final.result)
        else:
            error = final if isinstance(final, ErrorEvent) else error_event(ModuleStreamCut())
            told = {"code": error.code, "detail": error.detail, "retryable": error.retryable}
            item = Item(index=index, state="failed", error=told)
        self._bytes += _size({"value": item.value})
        if self._bytes > self._parts.options.batch_bytes:
            raise ModuleOutputTooLarge
        events: list[Event] = [item]
        if usage.totals != UsageTotals():
            events.insert(0, Usage(**usage.totals.model_dump()))
        await self._journal.add_saved(events)

    async def _try(self, index: int, usage: _Tally) -> Event:
        """One attempt; what it uses is set aside before and counted after, also where it fails."""
        job, quota, limits = self._job, self._parts.quota, self._offered.manifest.limits
        identifier, used = job.item_id(index), _Tally()
        await quota.reserve(job.principal, identifier, job.module, limits.tokens)
        try:
            access = await self._access(index, identifier)
            if access.left_out and not self._journal.draft.warned("knowledge_bases_left_out_by_purpose"):
                await self._journal.add_saved([purposes_left_out(access.left_out, self._offered.manifest.title.de)])
            request = job.item_request(index, self._parts.services, limits)
            seconds = min(job.seconds_left, float(limits.seconds))
            final = await final_event(self._consume(request, access.token, used), seconds, job.module)
            if self._offered.external:
                final = await self._metered(identifier, final, used)
            if isinstance(final, Done):
                used.model = final.result.get("model")
                used.totals = final.usage
        finally:
            usage.add(used.totals)
            await self._settle(identifier, used)
        return final

    async def _metered(self, identifier: UUID, final: Event, used: _Tally) -> Event:
        """What inference has counted for the input takes the place of what the module said."""
        meter = await closed(self._journal.stored, self._job.run, identifier)
        used.totals = meter.used
        if meter.over(self._offered.manifest.limits.tokens):
            return error_event(RunTokensSpent())
        return Done(result=final.result, usage=meter.used) if isinstance(final, Done) else final

    async def _settle(self, identifier: UUID, used: _Tally) -> None:
        job = self._job
        model = used.model if isinstance(used.model, str) and used.model.isprintable() else None
        totals = used.totals
        await self._parts.quota.settle(
            job.principal, identifier, job.module, model, totals.input_tokens, totals.output_tokens
        )

    async def _access(self, index: int, identifier: UUID) -> RunToken:
        """A token of its own for each input, of the rights as they are now."""
        job, manifest, item = self._job, self._offered.manifest, self._job.items[index]
        scopes = frozenset(manifest.scopes)
        if self._parts.retrieval_log is not None and job.case is None:
            scopes = without_sources(scopes)
        return await self._parts.tokens.for_run(
            job.principal,
            identifier,
            job.module,
            scopes,
            frozenset(file.id for file in item.files),
            everything=searches_everything(manifest, item.input),
            external=self._offered.external,
        )

    async def _consume(self, request: ModuleRunRequest, token: str, used: _Tally) -> Event:
        job, limits = self._job, self._offered.manifest.limits
        incoming = Incoming(limits.bytes, job.protection_class, self._offered.result)
        silence_s = self._parts.options.module_silence_s if self._offered.external else limits.seconds + 5
        async with aclosing(self._offered.client.run(request, token, silence_s)) as events:
            async for event in events:
                incoming.check(event)
                if is_final(event):
                    return checked(event, self._offered, job.protection_class, used.totals)
                if isinstance(event, Usage):
                    used.add(event)
                elif isinstance(event, WarningEvent) and not self._journal.draft.warned(event.code):
                    await self._journal.add_saved([event])
        return error_event(ModuleStreamCut())


class _Tally:
    """What was used so far, and of which model."""

    def __init__(self) -> None:
        self.totals = UsageTotals()
        self.model: Any = None

    def add(self, event: Usage | UsageTotals) -> None:
        self.totals = UsageTotals(
            input_tokens=self.totals.input_tokens + event.input_tokens,
            output_tokens=self.totals.output_tokens + event.output_tokens,
        )


def _size(item: dict[str, Any]) -> int:
    return len(orjson.dumps(item.get("value")))
