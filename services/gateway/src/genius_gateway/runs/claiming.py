# SPDX-License-Identifier: EUPL-1.2
"""Taking a run by its id, so that any process can carry it out: this one, one that recovers it, later a worker."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from genius_gateway.house_style import versions as house_styles
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.job import Job, SealedRequest
from genius_gateway.runs.live import LiveRun
from genius_gateway.runs.sealing import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A run that is ours now; `live` continues its log above everything that may have been sent."""

    job: Job
    live: LiveRun
    attempts: int
    content_sent: bool
    cancel_requested: bool


async def claim(parts: RunParts, owner: Owner, run: UUID, runner: UUID, *, waiting: bool = False) -> Claimed | None:
    """Take the run, with its history and what is saved of its log; None if it has ended or is another's."""
    repository = parts.repository
    async with parts.database.transaction(owner.scope) as connection:
        row = await repository.claim(connection, run, runner, waiting=waiting)
        if row is None:
            return None
        saved = await repository.events(connection, run)
        request = await repository.sealer.open(connection, row.request, f"runs/request/{run}")
        job = Job.of(row, SealedRequest.model_validate(request))
        if job.user_message:
            job.history = await parts.turns.history(connection, owner, job.user_message)
        if job.module == house_styles.MODULE:
            job.house_style = await parts.house_styles.held(connection, owner.authority)
    return Claimed(
        job=job,
        live=LiveRun(run, detached=row.detached, reserved=row.seq_reserved, saved=saved),
        attempts=row.attempts,
        content_sent=row.content_sent,
        cancel_requested=row.cancel_requested,
    )
