# SPDX-License-Identifier: EUPL-1.2
"""Quotas per authority: reserve before, settle after. Counted per authority and day, never per person.

The day is UTC's. The limit holds for all kinds together, and a request that names no tokens needs one that is left.
A reservation is one statement that succeeds only within the limit, so that replicas cannot overrun it together; what
was reserved and not used comes back when the request is settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database
from genius_common.principal import Principal
from genius_gateway.scopes import row_scope
from genius_gateway.settings import LimitSettings
from genius_gateway.usage.errors import QuotaReached

Kind = Literal["run", "model", "embedding", "search"]

_RESERVE = text(
    "WITH other AS (SELECT coalesce(sum(requests), 0) AS requests,"
    " coalesce(sum(input_tokens + output_tokens + reserved_tokens), 0) AS tokens"
    " FROM usage_counters WHERE authority = :authority AND day = CURRENT_DATE AND kind <> :kind)"
    " INSERT INTO usage_counters AS c (authority, day, kind, requests, reserved_tokens)"
    " SELECT :authority, CURRENT_DATE, :kind, 1, :tokens FROM other"
    " WHERE other.requests < :max_requests AND other.tokens + greatest(:tokens, 1) <= :max_tokens"
    " ON CONFLICT (authority, day, kind) DO UPDATE"
    " SET requests = c.requests + 1, reserved_tokens = c.reserved_tokens + :tokens"
    " WHERE c.requests + (SELECT requests FROM other) < :max_requests"
    " AND c.input_tokens + c.output_tokens + c.reserved_tokens + (SELECT tokens FROM other) + greatest(:tokens, 1)"
    " <= :max_tokens RETURNING 1"
)
_SETTLE = text(
    "UPDATE usage_counters SET reserved_tokens = greatest(reserved_tokens - :reserved, 0),"
    " input_tokens = input_tokens + :input_tokens, output_tokens = output_tokens + :output_tokens"
    " WHERE authority = :authority AND day = :day AND kind = :kind"
)
_LIMITS = text("SELECT tokens_per_day, requests_per_day FROM quotas WHERE authority = :authority")
_TODAY = text(
    "SELECT coalesce(sum(requests), 0) AS requests,"
    " coalesce(sum(input_tokens + output_tokens + reserved_tokens), 0) AS tokens"
    " FROM usage_counters WHERE authority = :authority AND day = CURRENT_DATE"
)
_DAY = text("SELECT CURRENT_DATE")


@dataclass(frozen=True, slots=True)
class Reservation:
    """What `reserve` has set aside; `settle` needs it again."""

    authority: UUID
    day: object
    kind: Kind
    tokens: int


class Quota:
    """Plain functions on `Principal`, for FastAPI routes, raw ASGI routes and workers alike."""

    def __init__(self, database: Database, limits: LimitSettings) -> None:
        self._database = database
        self._limits = limits

    async def reserve(self, principal: Principal, kind: Kind, tokens: int = 0) -> Reservation | None:
        """Count a request and set `tokens` aside. Raises: QuotaReached. None for people without an authority."""
        authority = principal.authority
        if authority is None:
            return None
        async with self._database.transaction(row_scope(principal)) as connection:
            own = (await connection.execute(_LIMITS, {"authority": authority})).one_or_none()
            values = {
                "authority": authority,
                "kind": kind,
                "tokens": tokens,
                "max_requests": _limit(own.requests_per_day if own else None, self._limits.requests_per_day),
                "max_tokens": _limit(own.tokens_per_day if own else None, self._limits.tokens_per_day),
            }
            done = (await connection.execute(_RESERVE, values)).scalar_one_or_none()
            day = (await connection.execute(_DAY)).scalar_one()
        if done is None:
            raise QuotaReached
        return Reservation(authority, day, kind, tokens)

    async def settle(
        self, principal: Principal, reservation: Reservation | None, *, input_tokens: int = 0, output_tokens: int = 0
    ) -> None:
        """Replace the reservation by what was really used."""
        if reservation is None:
            return
        async with self._database.transaction(row_scope(principal)) as connection:
            await connection.execute(
                _SETTLE,
                {
                    "authority": reservation.authority,
                    "day": reservation.day,
                    "kind": reservation.kind,
                    "reserved": reservation.tokens,
                    "input_tokens": input_tokens,
                    "output_tokens": output_tokens,
                },
            )

    async def add(self, principal: Principal, kind: Kind, input_tokens: int, output_tokens: int) -> None:
        """Count what was used today without a reservation."""
        if principal.authority is None:
            return
        async with self._database.transaction(row_scope(principal)) as connection:
            day = (await connection.execute(_DAY)).scalar_one()
        reservation = Reservation(principal.authority, day, kind, 0)
        await self.settle(principal, reservation, input_tokens=input_tokens, output_tokens=output_tokens)

    async def left(self, principal: Principal) -> dict[str, int] | None:
        """What the active authority may still use today."""
        if principal.authority is None:
            return None
        async with self._database.transaction(row_scope(principal)) as connection:
            values = {"authority": principal.authority}
            own = (await connection.execute(_LIMITS, values)).one_or_none()
            used = (await connection.execute(_TODAY, values)).one()
        tokens = _limit(own.tokens_per_day if own else None, self._limits.tokens_per_day)
        requests = _limit(own.requests_per_day if own else None, self._limits.requests_per_day)
        return {
            "tokens_left_today": max(tokens - int(used.tokens), 0),
            "requests_left_today": max(requests - int(used.requests), 0),
        }


def _limit(own: int | None, default: int) -> int:
    return default if own is None else own
