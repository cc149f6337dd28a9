# SPDX-License-Identifier: EUPL-1.2
"""One run: claimed, carried out by a module, logged, and brought to exactly one end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing

from genius_common.contracts.modules import ModuleManifest
from genius_common.events import Cancelled, Done, Event, Usage, UsageTotals, is_final
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.modules.client import CANCEL_SECONDS, ModuleClient
from genius_gateway.runs.batch import Batch
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.draft import may_start_again
from genius_gateway.runs.ending import checked, error_event, final_event
from genius_gateway.runs.errors import AccessRevoked, ModuleStreamCut, RunTokensSpent
from genius_gateway.runs.incoming import Incoming
from genius_gateway.runs.job import Job
from genius_gateway.runs.journal import Journal, LostRun
from genius_gateway.runs.metering import closed, spent
from genius_gateway.runs.notes import notes
from genius_gateway.runs.ports import RunToken
from genius_gateway.runs.repository import TRANSIENT
from genius_gateway.runs.sources import searches_everything, without_sources


class Execution:
    """Carries out one claimed run. `run()` returns when the end is stored, or when the run was given up."""

    def __init__(self, job: Job, journal: Journal, parts: RunParts) -> None:
        self._job = job
        self._journal = journal
        self._parts = parts
        self._live = journal.live
        self._token: str | None = None
        self._module: ModuleClient | None = None
        self._offered: OfferedModule | None = None

    async def run(self) -> None:
        worker = asyncio.create_task(self._final())
        helpers = [
            asyncio.create_task(work) for work in (self._stopper(worker), self._supervise(), self._journal.write())
        ]
        try:
            final = await worker
        except asyncio.CancelledError:
            if self._live.stop_reason is None:
                worker.cancel()
                raise
            final = Cancelled()
        except LostRun:
            self._live.stop("lost")
            final = Cancelled()
        finally:
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        if self._live.stop_reason == "refused":
            final = error_event(AccessRevoked())
        final = await self._metered(final)
        if self._live.stop_reason == "stopping" and not isinstance(final, Done):
            await self._journal.give_up()
        elif self._live.stop_reason != "lost":
            await self._journal.finish(final)

    async def _final(self) -> Event:
        """Pass the module's events on; answer the final one, whatever happens."""
        return await final_event(self._consume(), self._job.seconds_left, self._job.module)

    async def _consume(self) -> Event:
        job, parts = self._job, self._parts
        offered = await parts.catalogue.get(job.module, job.version)
        # Again: a run may have waited, or be one that another process had begun.
        await parts.switches.require(job.principal.authority, offered)
        if job.items:
            await self._tell(offered.manifest, ())
            return await Batch(job, self._journal, parts, offered).carry_out()
        if job.queued:
            await parts.quota.start_job(job.principal, job.run, job.module, offered.manifest.limits.tokens)
        access = await self._access(offered)
        self._offered = offered
        await self._tell(offered.manifest, access.left_out)
        self._token, self._module = access.token, offered.client
        request = job.module_request(parts.services, offered.manifest.limits)
        incoming = Incoming(offered.manifest.limits.bytes, job.protection_class, offered.result)
        silence_s = parts.options.module_silence_s if offered.external else job.seconds_left + 5
        async with aclosing(offered.client.run(request, self._token, silence_s)) as events:
            async for event in events:
                incoming.check(event)
                if offered.external and isinstance(event, Usage):
                    continue  # what it says of itself; inference counts
                if is_final(event):
                    return checked(event, offered, job.protection_class, self._counted)
                await self._journal.add(event, content=not may_start_again(event))
        return error_event(ModuleStreamCut())

    async def _metered(self, final: Event) -> Event:
        """The end of an external module's run with what inference has counted, or with the error that this is too much.

        A run that goes on elsewhere is counted there.
        """
        offered, run = self._offered, self._job.run
        if offered is None or not offered.external or self._live.stop_reason in {"lost", "stopping"}:
            return final
        meter = await closed(self._journal.stored, run, run)
        if meter.used != UsageTotals():
            try:
                await self._journal.add(Usage(**meter.used.model_dump()))
            except LostRun:
                self._live.stop("lost")
        if meter.over(offered.manifest.limits.tokens) and self._live.stop_reason not in {"cancelled", "refused"}:
            return error_event(RunTokensSpent())
        return Done(result=final.result, usage=meter.used) if isinstance(final, Done) else final

    async def _access(self, offered: OfferedModule) -> RunToken:
        """The module's token, with what it opens as of now."""
        job, parts, manifest = self._job, self._parts, offered.manifest
        scopes = frozenset(manifest.scopes)
        if parts.retrieval_log is not None and job.case is None:
            scopes = without_sources(scopes)
        files = frozenset(file.id for file in job.files)
        everything = searches_everything(manifest, job.input)
        return await parts.tokens.for_run(
            job.principal, job.run, job.module, scopes, files, everything=everything, external=offered.external
        )

    async def _tell(self, manifest: ModuleManifest, unsuited: Sequence[KnowledgeBase]) -> None:
        """What the reader should know before the answer begins; once, also where the run was begun before."""
        notice = await self._parts.models.notice(manifest, self._job.protection_class)
        for note in notes(self._job, manifest.title.de, unsuited, notice):
            if not self._journal.draft.warned(note.code):
                await self._journal.add(note)

    @property
    def _counted(self) -> UsageTotals:
        draft = self._journal.draft
        return UsageTotals(input_tokens=draft.input_tokens, output_tokens=draft.output_tokens)

    async def _stopper(self, worker: asyncio.Task[Event]) -> None:
        """When asked to stop, let the module end by itself for a moment (its last words and usage count)."""
        await self._live.stop_asked.wait()
        if self._live.stop_reason in {"cancelled", "abandoned", "refused", "spent"} and self._token and self._module:
            until = time.monotonic() + CANCEL_SECONDS
            if await self._module.cancel(self._job.run, self._token):
                await asyncio.wait([worker], timeout=max(until - time.monotonic(), 0))
        worker.cancel()

    async def _supervise(self) -> None:
        """Keep the lease; notice a cancellation, a takeover, and that nobody follows any more."""
        options = self._parts.options
        while True:
            await asyncio.sleep(options.lease_s / 3)
            try:
                row = await self._journal.renew()
                allowed = await self._parts.permission.holds(self._job.principal)
            except TRANSIENT:
                continue
            if row is None:
                self._live.stop("lost")
            elif row.cancel_requested:
                self._live.stop("cancelled")
            elif self._offered is not None and spent(row.metering, self._job.run):
                self._live.stop("spent")
            elif not allowed:
                self._live.stop("refused")
            elif (
                not self._live.detached
                and self._live.alone_s > options.abandoned_s
                and (row.followed_s is None or row.followed_s > options.abandoned_s)
            ):
                self._live.stop("abandoned")
