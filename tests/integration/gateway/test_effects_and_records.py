# SPDX-License-Identifier: EUPL-1.2
"""Each effect that the gateway records, with the record, the commit after it, or the effect refused (AUD-02).

The database does it: a trigger on the trail raises for one action, at the insert or at the end of the transaction, or
one on the other tables at any change. What needs a gateway of its own is part of `make test-faults`.
`test_kill_at_records.py` kills the process at the same edges, for some of the actions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from sqlalchemy.exc import SQLAlchemyError

from genius_common.errors import PlatformError
from genius_gateway.audit.actions import EFFECTS, NOTICES
from tests.support.audited import Case, Deed, Scene
from tests.support.audited_callbacks import CASES
from tests.support.gateway import Gateway
from tests.support.matrix import modules_beside
from tests.support.operators import Operators
from tests.support.refusing import Moment, Refusing

MOMENTS: tuple[Moment, ...] = ("record", "commit", "effect")


@pytest.fixture(scope="module")
async def own(operated: Gateway) -> AsyncIterator[Gateway]:
    async with modules_beside(operated):
        yield operated


@pytest.fixture(scope="module")
async def databases() -> AsyncIterator[dict[str, Refusing]]:
    """By the address of a gateway; made when it is first used.

    Made and ended beside the loop: triggers wait for whoever writes, and that may be the gateway on this very loop.
    """
    made: dict[str, Refusing] = {}
    yield made
    for database in made.values():
        await asyncio.to_thread(database.close)


def test_every_recorded_effect_has_a_case() -> None:
    """AUD-02: a new action is tried here, or this fails."""
    assert set(CASES) == EFFECTS
    assert not EFFECTS & NOTICES


async def _fails(case: Case, deed: Deed) -> None:
    try:
        await deed()
    except (httpx.HTTPStatusError, PlatformError, SQLAlchemyError) as error:
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 500
        assert status >= 500, status
    else:
        assert case.quiet, "nobody was told that it failed"


def _of(*, alone: bool = False, tax: bool = False) -> list[str]:
    return [name for name, case in CASES.items() if (case.alone, case.tax) == (alone, tax)]


@pytest.mark.parametrize("action", _of())
async def test_no_effect_without_its_record(with_modules: Gateway, databases: dict[str, Refusing], action: str) -> None:
    """AUD-02: the record fails → no effect; the effect fails → no record; and both where nothing fails."""
    await _try(with_modules, None, databases, action)


@pytest.mark.parametrize("action", _of(tax=True))
async def test_no_effect_without_its_record_in_the_tax_tenant(
    tax: Gateway, databases: dict[str, Refusing], action: str
) -> None:
    """AUD-02: the same for what only that tenant has."""
    await _try(tax, None, databases, action)


@pytest.mark.faults
@pytest.mark.parametrize("action", _of(alone=True))
async def test_no_effect_without_its_record_where_much_is_changed(
    own: Gateway, operators: Operators, databases: dict[str, Refusing], action: str
) -> None:
    """AUD-02: the same for limits, holds, switches, and what takes people, keys and authorities away."""
    await _try(own, operators, databases, action)


async def _try(gateway: Gateway, operators: Operators | None, databases: dict[str, Refusing], action: str) -> None:
    case = CASES[action]
    if gateway.url not in databases:
        databases[gateway.url] = await asyncio.to_thread(Refusing, gateway.superuser_url)
    database = databases[gateway.url]
    async with AsyncExitStack() as stack:
        deed = await case.prepare(Scene(gateway, operators, stack))
        recorded, before = database.records(action), database.seen(case.shown)
        for moment in MOMENTS:
            if case.shown.only:
                before = database.seen(case.shown)  # steps before the last one have records of their own
            with database.refused(action, moment, case.shown):
                await _fails(case, deed)
                assert database.seen(case.shown) == before, f"an effect, though the {moment} was refused"
                assert database.records(action) == recorded, f"a record, though the {moment} was refused"
        await deed()
        assert database.seen(case.shown) != before
        assert database.records(action) > recorded
