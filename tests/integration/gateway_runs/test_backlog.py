# SPDX-License-Identifier: EUPL-1.2
"""What waits, as `/metrics` of the gateway shows it: sums over all authorities, read past no wall between them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from prometheus_client import CollectorRegistry

from genius_common.database import Database, create_engine
from genius_common.settings import DatabaseSettings
from genius_gateway.operation.backlog import Backlog

from .conftest import Schema

_RUN = (
    "INSERT INTO runs (id, authority, owner, module, version, state, job, protection_class, request, seq_reserved,"
    " created_at) VALUES (%s, %s, %s, 'chat', '1', %s, %s, 'intern', '', 0, now() - make_interval(secs => %s))"
)


class Figures:
    """A backlog over a database without a gateway, and what it shows after each look."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.checks = {"postgresql": "ok", "inference": "degraded", "modules": "down"}
        self.registry = CollectorRegistry()
        self.database = Database(create_engine(DatabaseSettings(url=schema.app_url)))  # type: ignore[arg-type]
        self.backlog = Backlog(self.database, self._checks, self.registry)

    async def _checks(self) -> dict[str, str]:
        return self.checks

    async def __call__(self, name: str, **labels: str) -> float | None:
        await self.backlog.look()
        return self.registry.get_sample_value(f"genius_gateway_{name}", labels)

    def run(self, authority: UUID, state: str = "queued", *, job: bool = True, age_s: float = 0) -> UUID:
        run = uuid4()
        self.schema.execute(_RUN, (run, authority, uuid4(), state, job, age_s))
        return run

    def callback(self, run: UUID, state: str, ended: str = "NULL") -> None:
        """A delivery of a run; `ended` is SQL."""
        authority, owner = self.schema.execute("SELECT authority, owner FROM runs WHERE id = %s", (run,))[0]
        application, target = uuid4(), uuid4()
        self.schema.execute(
            "INSERT INTO applications (id, authority, subject_key, client_id) VALUES (%s, %s, %s, %s)",
            (application, authority, str(application), f"fach-{application}"),
        )
        self.schema.execute(
            "INSERT INTO callback_deliveries (id, authority, owner, application, run, target, state, next_at, ended_at)"
            f" VALUES (%s, %s, %s, %s, %s, %s, %s, now(), {ended})",
            (uuid4(), authority, owner, application, run, target, state),
        )


@pytest.fixture
async def figures(own_schema: Schema) -> Any:
    found = Figures(own_schema)
    yield found
    await found.database.close()


async def test_runs_of_all_authorities_are_summed(figures: Figures) -> None:
    one, other = figures.schema.authority, figures.schema.other_authority
    assert await figures("runs", state="waiting") == 0
    assert await figures("oldest_waiting_run_seconds") == 0
    figures.run(one, age_s=90)
    figures.run(one)
    figures.run(other, age_s=30)
    figures.run(other, "running", age_s=400)
    figures.run(other, "queued", job=False, age_s=500)  # starts at once: nobody waits for a place
    figures.run(one, "succeeded", age_s=900)
    assert await figures("runs", state="waiting") == 3
    assert await figures("runs", state="running") == 1
    assert 90 <= (await figures("oldest_waiting_run_seconds") or 0) < 300


async def test_callbacks_that_wait_and_those_given_up_today(figures: Figures) -> None:
    one, other = figures.schema.authority, figures.schema.other_authority
    figures.callback(figures.run(one, "succeeded"), "pending")
    figures.callback(figures.run(other, "succeeded"), "pending")
    figures.callback(figures.run(one, "succeeded"), "delivered", "now()")
    figures.callback(figures.run(one, "succeeded"), "dead", "now() - interval '2 hours'")
    figures.callback(figures.run(one, "succeeded"), "dead", "now() - interval '2 days'")
    assert await figures("callbacks", state="pending") == 2
    assert await figures("callbacks", state="given_up") == 1


async def test_records_after_the_newest_checkpoint_are_told(figures: Figures) -> None:
    """AUD-05: what no checkpoint covers can be seen, and for how long."""
    assert await figures("audit_uncovered_records") == 0
    assert await figures("audit_uncovered_seconds") == 0
    heads = "INSERT INTO audit_heads (chain, authority, seq, hash) VALUES (%s, NULL, %s, '')"
    figures.schema.execute(heads, ("tenant", 5))
    assert await figures("audit_uncovered_records") == 5
    body = orjson.dumps({"number": 1, "heads": {"tenant": {"seq": 5, "hash": ""}}}).decode()
    figures.schema.execute(
        "INSERT INTO audit_checkpoints (number, at, body) VALUES (1, now() - interval '3 hours', %s)", (body,)
    )
    assert await figures("audit_uncovered_records") == 0
    assert await figures("audit_uncovered_seconds") == 0
    figures.schema.execute("UPDATE audit_heads SET seq = 7 WHERE chain = 'tenant'")
    assert await figures("audit_uncovered_records") == 2
    assert 10_800 <= (await figures("audit_uncovered_seconds") or 0) < 11_000


async def test_each_dependency_shows_its_state(figures: Figures) -> None:
    shown = {name: await figures("dependency_up", dependency=name) for name in figures.checks}
    assert shown == {"postgresql": 1.0, "inference": 0.5, "modules": 0.0}
    figures.checks["modules"] = "ok"
    assert await figures("dependency_up", dependency="modules") == 1.0


async def test_without_the_database_figures_are_old_and_say_so(figures: Figures) -> None:
    """They never fall to zero by themselves: an empty queue and an unread one are not the same."""
    figures.run(figures.schema.authority)
    read_at = await figures("backlog_read_timestamp_seconds")
    assert read_at
    figures.schema.execute("ALTER TABLE callback_deliveries RENAME TO away")
    assert await figures("runs", state="waiting") == 1
    assert await figures("backlog_read_timestamp_seconds") == read_at
    figures.schema.execute("ALTER TABLE away RENAME TO callback_deliveries")
    assert (await figures("backlog_read_timestamp_seconds") or 0) > read_at
