# SPDX-License-Identifier: EUPL-1.2
"""What a caller sees of the own limits before they are reached. Other people's use cannot be told from it (PER-01).

Sums of the authority are shown where at least five people stand behind them; of models and cost centres, which may be
one person's, only the warning.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from genius_common.principal import Principal
from genius_gateway.usage.ledger import Ledger
from genius_gateway.usage.limits import UNLIMITED, LimitBook, Meter, MeterScope, level, renewal

FEWEST_PERSONS = 5
_OWN: frozenset[MeterScope] = frozenset({"person", "application"})


class LimitView(BaseModel):
    """`used` and `left` are null where they would tell of single people."""

    scope: MeterScope
    key: str = Field(description="name of the model or cost centre, else empty")
    unit: Literal["requests", "tokens"]
    limit: int
    used: int | None
    left: int | None
    level: int = Field(description="0, or the warning that is reached: 80, 90, 100 percent")
    renews_at: dt.datetime


class LimitsView(BaseModel):
    day: list[LimitView]
    month: list[LimitView]


async def limits_of(ledger: Ledger, principal: Principal) -> LimitsView:
    """All limits that requests of `principal` run through, with what was used until now."""
    authority = principal.authority
    if authority is None:
        return LimitsView(day=[], month=[])
    await ledger.flush_one(authority)
    today = dt.datetime.now(dt.UTC).date()
    book = await ledger.book(authority)
    meters = {meter.key: meter for meter in book.meters(principal, "", today)}
    for model in await ledger.store.models(authority, today):
        meters.update((meter.key, meter) for meter in book.meters(principal, model, today))
    used = await ledger.store.read(authority, list(meters))
    today_persons, month_persons = await ledger.store.persons(authority, today)
    rows: dict[str, list[LimitView]] = {"day": [], "month": []}
    for key, meter in meters.items():
        persons = today_persons if key.period == "day" else month_persons
        shown = (key.scope in _OWN and principal.subject.hex == key.key.replace("-", "")) or (
            key.scope == "authority" and persons >= FEWEST_PERSONS
        )
        shown |= key.scope == "api_token"  # there is one meter of it, the caller's
        rows[key.period].extend(_views(meter, *used[key], shown=shown))
    return LimitsView(day=rows["day"], month=rows["month"])


async def used_of(ledger: Ledger, authority: UUID, book: LimitBook) -> LimitsView:
    """The authority as a whole and its cost centres, for its administration and for operators."""
    await ledger.flush_one(authority)
    today = dt.datetime.now(dt.UTC).date()
    meters = {meter.key: meter for meter in book.of_authority(authority, today)}
    used = await ledger.store.read(authority, list(meters))
    today_persons, month_persons = await ledger.store.persons(authority, today)
    rows: dict[str, list[LimitView]] = {"day": [], "month": []}
    for key, meter in meters.items():
        persons = today_persons if key.period == "day" else month_persons
        shown = key.scope == "authority" and persons >= FEWEST_PERSONS
        rows[key.period].extend(_views(meter, *used[key], shown=shown))
    return LimitsView(day=rows["day"], month=rows["month"])


def _views(meter: Meter, requests: int, tokens: int, *, shown: bool) -> Iterator[LimitView]:
    key = meter.key
    pairs: tuple[tuple[Literal["requests", "tokens"], int, int], ...] = (
        ("requests", requests, meter.max_requests),
        ("tokens", tokens, meter.max_tokens),
    )
    for unit, used, limit in pairs:
        if limit < UNLIMITED:
            yield LimitView(
                scope=key.scope,
                key=key.key if key.scope in {"model", "cost_centre"} else "",
                unit=unit,
                limit=limit,
                used=used if shown else None,
                left=max(limit - used, 0) if shown else None,
                level=level(used, limit),
                renews_at=renewal(key.period, key.starts),
            )
