# SPDX-License-Identifier: EUPL-1.2
"""Reservations of runs: made when a run is stored, settled by whoever ends it, in this process or another."""

from __future__ import annotations

import time
from uuid import UUID

from genius_common.principal import Principal
from genius_gateway.usage.errors import QuotaReached
from genius_gateway.usage.ledger import Ledger
from genius_gateway.usage.pots import Reservation

# Longer than any run: what nobody has settled by then was lost to another process.
_KEPT_S = 4 * 3600.0


class RunReservation:
    """What a run has set aside."""

    def __init__(self, reservation: Reservation | None, model: str) -> None:
        self.reservation = reservation
        self.model = model
        self.until = time.monotonic() + _KEPT_S
        self.admitted = False
        """Its request was counted when the job was sent; what is set aside here is for its tokens alone."""

    def headers(self) -> dict[str, str]:
        if self.reservation is None:
            return {}
        return {name.decode(): value.decode() for name, value in self.reservation.account.headers()}


class RunQuota:
    """A run sets aside what its module may use at most."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: dict[UUID, RunReservation] = {}
        self._models: dict[str, str] = {}

    async def reserve(self, principal: Principal, run: UUID, module: str, tokens: int) -> RunReservation:
        """Raises: QuotaReached. Counts against the model that the module used last in this process."""
        self._drop_old()
        model = self._models.get(module, "")
        reservation = await self._ledger.reserve(principal, "run", tokens, model=model)
        kept = self._kept[run] = RunReservation(reservation, model)
        return kept

    def admit(self, run: UUID) -> None:
        """A job was sent: its request counts from now on, its tokens are set aside when it starts."""
        kept = self._kept.pop(run, None)
        if kept is not None:
            self._ledger.settle(kept.reservation)

    async def start_job(self, principal: Principal, run: UUID, module: str, tokens: int) -> None:
        """Set aside what a job may use at most. Raises: QuotaReached, where its tokens are not there."""
        try:
            await self.reserve(principal, run, module, tokens)
        except QuotaReached as error:
            if error.unit != "requests":
                raise
            return  # the last request of the day may have been this job's own
        self._kept[run].admitted = True

    async def settle(
        self, principal: Principal, run: UUID, module: str, model: str | None, input_tokens: int, output_tokens: int
    ) -> None:
        """What a run used, also where its reservation was made by a process that is gone."""
        if model:
            self._models[module] = model
        kept = self._kept.pop(run, None)
        if kept is None or kept.reservation is None:
            await self._ledger.add(principal, "run", input_tokens, output_tokens, model or "")
            return
        if kept.admitted:
            self._ledger.release(kept.reservation)
            await self._ledger.add(principal, "run", input_tokens, output_tokens, model or kept.model)
            return
        self._ledger.settle(kept.reservation, input_tokens=input_tokens, output_tokens=output_tokens)
        if model and model != kept.model:
            await self._ledger.use_model(principal, model, input_tokens + output_tokens)

    def release(self, run: UUID) -> None:
        """The run did not start, or goes on elsewhere; calling it again is no error."""
        kept = self._kept.pop(run, None)
        if kept is not None:
            self._ledger.release(kept.reservation)

    def _drop_old(self) -> None:
        now = time.monotonic()
        while self._kept:
            run, kept = next(iter(self._kept.items()))
            if kept.until > now:
                return
            self.release(run)
