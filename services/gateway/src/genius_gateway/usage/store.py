# SPDX-License-Identifier: EUPL-1.2
"""Meters and leases in PostgreSQL. One transaction each; rows are always locked in the order of their keys.

What is left of a meter = its limit − what was used − what living leases hold. `lease` locks the meters and then takes
a block from all of them in one statement, or from none. Whoever has used more than 95 % gets what one request needs
and no more; one token that is left admits a request, so that a limit is overspent by one request at most.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.settings import LimitSettings
from genius_gateway.usage.limits import Kind, LimitBook, Meter, MeterKey, OwnLimits, TighterLimits, level

LEASE_S = 40
_NAMED = frozenset({"person", "application", "api_token"})

_LIMITS = text(
    "SELECT (SELECT own FROM quotas WHERE authority = :authority) AS own,"
    " (SELECT own FROM tighter_limits WHERE authority = :authority) AS tighter,"
    " (SELECT jsonb_object_agg(id, short) FROM units WHERE authority = :authority) AS units,"
    " (SELECT jsonb_object_agg(id, client_id) FROM applications WHERE authority = :authority) AS applications"
)
_KEYS = (
    "unnest(CAST(:periods AS text[]), CAST(:starts AS date[]), CAST(:scopes AS text[]), CAST(:keys AS text[]),"
    " CAST(:requests AS bigint[]), CAST(:tokens AS bigint[])) AS w (period, starts, scope, key, requests, tokens)"
)
_LOCK = text(
    "INSERT INTO quota_meters AS m (authority, period, starts, scope, key, requests, tokens)"  # noqa: S608
    f" SELECT :authority, w.* FROM {_KEYS} ORDER BY 2, 3, 4, 5"
    " ON CONFLICT (authority, period, starts, scope, key) DO UPDATE"
    " SET requests = m.requests + excluded.requests, tokens = m.tokens + excluded.tokens"
)
_LEASE = text(
    f"WITH judged AS (SELECT w.period, w.starts, w.scope, w.key, m.requests, m.tokens,"  # noqa: S608
    " w.requests AS max_requests, w.tokens AS max_tokens,"
    " CAST(w.requests - m.requests - l.requests AS bigint) AS left_requests,"
    " CAST(w.tokens - m.tokens - l.tokens AS bigint) AS left_tokens"
    f" FROM {_KEYS} JOIN quota_meters m ON m.authority = :authority AND m.period = w.period AND m.starts = w.starts"
    " AND m.scope = w.scope AND m.key = w.key"
    " CROSS JOIN LATERAL (SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum(tokens), 0) AS tokens"
    "  FROM quota_leases l WHERE l.authority = :authority AND l.period = w.period AND l.starts = w.starts"
    "  AND l.scope = w.scope AND l.key = w.key AND l.until > clock_timestamp()) l),"
    " sized AS (SELECT *, left_requests * 20 <= max_requests OR left_tokens * 20 <= max_tokens"
    "  OR left_tokens < 16 * CAST(:needed AS bigint) AS exact FROM judged),"
    " granted AS (SELECT *, CASE WHEN exact THEN 1 ELSE greatest(left_requests / 16, 1) END AS grant_requests,"
    "  CASE WHEN exact THEN CAST(:needed AS bigint) ELSE left_tokens / 16 END AS grant_tokens FROM sized),"
    " taken AS (INSERT INTO quota_leases AS l (authority, period, starts, scope, key, requests, tokens, replica, until)"
    "  SELECT :authority, period, starts, scope, key, grant_requests, grant_tokens, :replica,"
    "  clock_timestamp() + make_interval(secs => :seconds) FROM granted"
    "  WHERE (SELECT bool_and(left_requests >= 1 AND left_tokens >= 1) FROM granted)"
    "  ON CONFLICT (authority, period, starts, scope, key, replica) DO UPDATE SET until = excluded.until,"
    "  requests = CASE WHEN l.until > clock_timestamp() THEN l.requests ELSE 0 END + excluded.requests,"
    "  tokens = CASE WHEN l.until > clock_timestamp() THEN l.tokens ELSE 0 END + excluded.tokens)"
    " SELECT * FROM granted"
)
_SETTLE = text(
    "WITH w AS (SELECT * FROM unnest(CAST(:periods AS text[]), CAST(:starts AS date[]), CAST(:scopes AS text[]),"
    " CAST(:keys AS text[]), CAST(:requests AS bigint[]), CAST(:tokens AS bigint[]), CAST(:held_requests AS bigint[]),"
    " CAST(:held_tokens AS bigint[]))"
    " AS w (period, starts, scope, key, requests, tokens, held_requests, held_tokens)),"
    " held AS (INSERT INTO quota_leases (authority, period, starts, scope, key, requests, tokens, replica, until)"
    "  SELECT :authority, period, starts, scope, key, held_requests, held_tokens, :replica,"
    "  clock_timestamp() + make_interval(secs => :seconds) FROM w"
    "  ON CONFLICT (authority, period, starts, scope, key, replica) DO UPDATE"
    "  SET requests = excluded.requests, tokens = excluded.tokens, until = excluded.until)"
    " INSERT INTO quota_meters AS m (authority, period, starts, scope, key, requests, tokens)"
    " SELECT :authority, period, starts, scope, key, requests, tokens FROM w ORDER BY 2, 3, 4, 5"
    " ON CONFLICT (authority, period, starts, scope, key) DO UPDATE"
    " SET requests = m.requests + excluded.requests, tokens = m.tokens + excluded.tokens"
    " RETURNING period, starts, scope, key, tokens"
)
_GIVE_BACK = text(
    "DELETE FROM quota_leases WHERE authority = :authority AND replica = :replica AND requests <= 0 AND tokens <= 0"
)
_COUNT = text(
    "WITH new AS (UPDATE quota_meters SET kinds = array_append(kinds, :kind) WHERE authority = :authority"
    " AND period = 'day' AND starts = :day AND scope = 'person' AND key = ANY (CAST(:people AS text[]))"
    " AND NOT :kind = ANY (kinds) RETURNING 1)"
    " INSERT INTO usage_counters AS c (authority, day, kind, requests, input_tokens, output_tokens, persons)"
    " SELECT :authority, :day, :kind, :requests, :input_tokens, :output_tokens, (SELECT count(*) FROM new)"
    " ON CONFLICT (authority, day, kind) DO UPDATE SET requests = c.requests + excluded.requests,"
    " input_tokens = c.input_tokens + excluded.input_tokens, output_tokens = c.output_tokens + excluded.output_tokens,"
    " persons = c.persons + excluded.persons"
)
_READ = text(
    "SELECT w.period, w.starts, w.scope, w.key, coalesce(m.requests, 0) AS requests, coalesce(m.tokens, 0) AS tokens"  # noqa: S608
    f" FROM {_KEYS} LEFT JOIN quota_meters m ON m.authority = :authority AND m.period = w.period"
    " AND m.starts = w.starts AND m.scope = w.scope AND m.key = w.key"
)
_MODELS = text(
    "SELECT key FROM quota_meters WHERE authority = :authority AND period = 'day' AND starts = :today"
    " AND scope = 'model' ORDER BY key LIMIT 200"
)
_PERSONS = text(
    "SELECT coalesce(max(persons) FILTER (WHERE day = :today), 0) AS day, coalesce(max(persons), 0) AS month"
    " FROM usage_counters WHERE authority = :authority AND day >= date_trunc('month', CAST(:today AS date))"
)
_FORGET = (
    text(
        "DELETE FROM quota_meters WHERE authority = :authority AND starts < CASE period WHEN 'day'"
        " THEN CAST(:today AS date) ELSE CAST(date_trunc('month', CAST(:today AS date)) AS date) END"
    ),
    text("DELETE FROM quota_leases WHERE authority = :authority AND starts < :today AND until < now()"),
)


@dataclass(slots=True)
class Sum:
    """Use of one kind; `people` are those who took part."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    people: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Change:
    """What one meter gets: used since the last time, and what this replica holds of it from now on."""

    meter: Meter
    used_requests: int
    used_tokens: int
    held_requests: int
    held_tokens: int


class QuotaStore:
    """`replica` is this process: it alone changes its leases."""

    def __init__(self, database: Database, defaults: LimitSettings, replica: UUID) -> None:
        self._database = database
        self._defaults = defaults
        self._replica = replica

    async def limits(self, authority: UUID) -> LimitBook:
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            row = (await connection.execute(_LIMITS, {"authority": authority})).one()
        own = OwnLimits.model_validate(row.own or {})
        tighter = TighterLimits.model_validate(row.tighter or {})
        return LimitBook(self._defaults, own, tighter, _names(row.units), _names(row.applications))

    async def lease(self, authority: UUID, meters: Sequence[Meter], tokens: int) -> list[sa.Row[Any]]:
        """A block of every meter, or none where one has nothing left: then `left_requests` or `left_tokens` say it.

        `tokens` are what the request may need; the last 5 % are given out by just that. Rows: key, used `requests`
        and `tokens`, `left_…` before, `grant_…`, `exact`.
        """
        async with self._database.transaction(_scope(authority, [meter.key for meter in meters])) as connection:
            await connection.execute(_LOCK, {"authority": authority, **_columns((meter.key, 0, 0) for meter in meters)})
            values = {
                "authority": authority,
                "replica": self._replica,
                "seconds": LEASE_S,
                "needed": tokens,
                **_columns((meter.key, meter.max_requests, meter.max_tokens) for meter in meters),
            }
            return list((await connection.execute(_LEASE, values)).all())

    async def write(self, authority: UUID, changes: Sequence[Change], sums: dict[tuple[dt.date, Kind], Sum]) -> None:
        """Settle and hold on: all or nothing. A budget that passes a warning leaves an audit record."""
        keys = [change.meter.key for change in changes]
        base = {"authority": authority, "replica": self._replica}
        async with self._database.transaction(_scope(authority, keys)) as connection:
            if changes:
                used = _columns((c.meter.key, c.used_requests, c.used_tokens) for c in changes)
                held = {
                    "held_requests": [change.held_requests for change in changes],
                    "held_tokens": [change.held_tokens for change in changes],
                }
                rows = (await connection.execute(_SETTLE, {**base, **used, **held, "seconds": LEASE_S})).all()
            if any(not (change.held_requests or change.held_tokens) for change in changes):
                await connection.execute(_GIVE_BACK, base)
            for (day, kind), total in sorted(sums.items()):
                await connection.execute(_COUNT, {**base, "day": day, "kind": kind, **_sum(total)})
            if changes and (records := list(_warnings(authority, changes, rows))):
                await append(connection, records)

    async def read(self, authority: UUID, keys: Collection[MeterKey]) -> dict[MeterKey, tuple[int, int]]:
        """Requests and tokens that were used."""
        async with self._database.transaction(_scope(authority, keys)) as connection:
            values = {"authority": authority, **_columns((key, 0, 0) for key in keys)}
            rows = (await connection.execute(_READ, values)).all()
        return {
            MeterKey(authority, row.period, row.starts, row.scope, row.key): (row.requests, row.tokens) for row in rows
        }

    async def models(self, authority: UUID, today: dt.date) -> list[str]:
        """Names of the models that were used today."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            return list((await connection.execute(_MODELS, {"authority": authority, "today": today})).scalars())

    async def persons(self, authority: UUID, today: dt.date) -> tuple[int, int]:
        """How many people at least stand behind the sums of today and of this month."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            row = (await connection.execute(_PERSONS, {"authority": authority, "today": today})).one()
        return row.day, row.month

    async def forget(self, authority: UUID, today: dt.date) -> None:
        """Delete the meters of past periods, those of persons first of all (QUO-05)."""
        async with self._database.transaction(RowScope(authority=authority)) as connection:
            for statement in _FORGET:
                await connection.execute(statement, {"authority": authority, "today": today})


def _scope(authority: UUID, keys: Iterable[MeterKey]) -> RowScope:
    named = sorted({key.key for key in keys if key.scope in _NAMED})
    return RowScope(authority=authority, credential=",".join(named))


def _columns(rows: Iterable[tuple[MeterKey, int, int]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in ("periods", "starts", "scopes", "keys", "requests", "tokens")}
    for key, requests, tokens in rows:
        for name, value in zip(columns, (key.period, key.starts, key.scope, key.key, requests, tokens), strict=True):
            columns[name].append(value)
    return columns


def _sum(total: Sum) -> dict[str, Any]:
    return {
        "requests": total.requests,
        "input_tokens": total.input_tokens,
        "output_tokens": total.output_tokens,
        "people": sorted(total.people),
    }


def _warnings(authority: UUID, changes: Iterable[Change], rows: Iterable[sa.Row[Any]]) -> Iterable[AuditRecord]:
    """A record for each budget that reached 80, 90 or 100 % by this change: the row's lock makes it one of all."""
    after = {(row.period, row.starts, row.scope, row.key): row.tokens for row in rows}
    for change in changes:
        key, limit = change.meter.key, change.meter.max_tokens
        if key.period != "month" or not change.used_tokens:
            continue
        tokens = after[key.period, key.starts, key.scope, key.key]
        reached = level(tokens, limit)
        if reached > level(tokens - change.used_tokens, limit):
            facts: dict[str, int | str | bool] = {"scope": key.scope, "percent": reached, "tokens_per_month": limit}
            if key.scope == "cost_centre":
                facts["cost_centre"] = key.key
            yield AuditRecord(action="budget.warning", authority=authority, facts=facts)


def _names(found: dict[str, str] | None) -> dict[UUID, str]:
    return {UUID(identifier): name for identifier, name in (found or {}).items()}
