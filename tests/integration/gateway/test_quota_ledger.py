# SPDX-License-Identifier: EUPL-1.2
"""The ledger of limits on a real PostgreSQL: several replicas, races, crashes, the day's end."""

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from genius_common.database import Database, RowScope, create_engine
from genius_common.principal import Principal
from genius_gateway.authorities.repository import AuthorityEntry, AuthorityFile, AuthorityRepository
from genius_gateway.settings import LimitSettings
from genius_gateway.usage.errors import QuotaReached
from genius_gateway.usage.ledger import Ledger
from genius_gateway.usage.limits import MeterKey, level, renewal
from genius_gateway.usage.pots import Reservation
from genius_gateway.usage.view import limits_of
from tests.support.gateway import Gateway


@dataclass
class Office:
    """An authority of its own, and as many replicas as a test wants."""

    gateway: Gateway
    authority: UUID
    databases: list[Database] = field(default_factory=list)

    def principal(self, **changes: Any) -> Principal:
        return Principal(**{"subject": uuid4(), "tenant": "test", "authority": self.authority, **changes})

    def replica(self, **limits: int) -> Ledger:
        database = Database(create_engine(self.gateway.settings.database))
        self.databases.append(database)
        return Ledger(database, LimitSettings(**limits))

    async def rows(self, statement: str, *named: UUID, **values: Any) -> list[Any]:
        """As the authority sees them; counters of persons only where they are named."""
        scope = RowScope(authority=self.authority, credential=",".join(str(one) for one in named))
        async with self.gateway.state.database.transaction(scope) as connection:
            result = await connection.execute(sa.text(statement), values)
            return list(result.all()) if result.returns_rows else []

    async def used(self, scope: str, *named: UUID) -> tuple[int, int]:
        query = "SELECT requests, tokens FROM quota_meters WHERE scope = :scope AND period = 'day'"
        found = await self.rows(query, *named, scope=scope)
        return tuple(found[0]) if found else (0, 0)

    async def expire_leases(self, *named: UUID) -> None:
        await self.rows("UPDATE quota_leases SET until = now()", *named)


@pytest.fixture
async def office(gateway: Gateway) -> AsyncIterator[Office]:
    short = f"quo-{uuid4().hex[:8]}"
    wanted = AuthorityFile(authorities=[AuthorityEntry(short=short, name="Kontingentamt", kind="agency")])
    await AuthorityRepository(gateway.state.database).apply(wanted)
    async with gateway.state.database.transaction(RowScope()) as connection:
        query = sa.text("SELECT id FROM authorities WHERE short = :short")
        found = Office(gateway, (await connection.execute(query, {"short": short})).scalar_one())
    yield found
    for database in found.databases:
        await database.close()


async def attempt(ledger: Ledger, who: Principal, most: int) -> Reservation | QuotaReached:
    try:
        found = await ledger.reserve(who, "model", most)
    except QuotaReached as error:
        return error
    assert found is not None
    return found


async def test_one_token_left_admits_one_request(office: Office) -> None:
    """QUO-01: 100 requests at once over two replicas at budget−1: one is admitted, none more."""
    first, second = (office.replica(tokens_per_day=10_000) for _ in range(2))
    who = office.principal()
    await first.add(who, "model", 9_000, 999, "")
    await first.flush()
    answers = await asyncio.gather(*(attempt((first, second)[n % 2], who, 400) for n in range(100)))
    admitted = [answer for answer in answers if isinstance(answer, Reservation)]
    assert len(admitted) == 1
    refused = [answer for answer in answers if isinstance(answer, QuotaReached)]
    assert {(error.key.scope, error.unit, error.retry_after) for error in refused} == {("authority", "tokens", 5)}
    for ledger in (first, second):
        for reservation in admitted:
            ledger.settle(reservation, output_tokens=300)
        await ledger.flush()
    assert await office.used("authority") == (1, 10_299)
    late = await attempt(second, who, 1)
    assert isinstance(late, QuotaReached)
    wait = (renewal("day", dt.datetime.now(dt.UTC).date()) - dt.datetime.now(dt.UTC)).total_seconds()
    assert abs((late.retry_after or 0) - wait) < 5  # now it is used up, not only held


async def test_two_replicas_never_both_take_the_last_token(office: Office) -> None:
    """QUO-01: the meters' rows are locked: of two statements at the same moment one sees what the other has taken."""
    first, second = (office.replica(person_tokens_per_day=1_000) for _ in range(2))
    for _ in range(12):
        who = office.principal()
        await first.add(who, "model", 999, 0, "")
        await second.add(who, "model", 0, 0, "")
        await asyncio.gather(first.flush(), second.flush())
        answers = await asyncio.gather(*(attempt(ledger, who, 300) for ledger in (first, second)))
        assert sum(isinstance(answer, Reservation) for answer in answers) == 1


async def test_a_rush_uses_the_whole_limit_and_no_more(office: Office) -> None:
    """QUO-01: 300 requests of 40 people over three replicas: at most one beyond the limit, none unused."""
    limit, most = 50_000, 400
    ledgers = [office.replica(tokens_per_day=limit) for _ in range(3)]
    for ledger in ledgers:
        ledger.start()
    people = [office.principal() for _ in range(40)]
    dice = random.Random(7)
    spent = 0

    async def work(number: int) -> None:
        nonlocal spent
        ledger = ledgers[number % 3]
        for _ in range(200):
            answer = await attempt(ledger, people[number % 40], most)
            if isinstance(answer, Reservation):
                await asyncio.sleep(dice.random() / 100)
                tokens = dice.randint(100, most)
                spent += tokens
                ledger.settle(answer, input_tokens=tokens)
                return
            if (answer.retry_after or 0) > 5:
                return
            await asyncio.sleep(0.02)

    await asyncio.gather(*(work(number) for number in range(300)))
    await asyncio.gather(*(ledger.close() for ledger in ledgers))
    assert limit <= spent < limit + most
    assert (await office.used("authority"))[1] == spent
    assert await office.rows("SELECT * FROM quota_leases") == []


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_books_are_right(office: Office, seed: int) -> None:
    """QUO-01, QUO-03: reserve, settle, release, write, die in any order: use is counted ± 0."""
    dice = random.Random(seed)
    limit, most = 3_000, 120
    who = office.principal()
    ledgers = [office.replica(person_tokens_per_day=limit) for _ in range(2)]
    running: list[tuple[Ledger, Reservation]] = []
    spent = lost = 0
    for _ in range(250):
        number = dice.randrange(2)
        ledger = ledgers[number]
        step = dice.random()
        if step < 0.5:
            answer = await attempt(ledger, who, most)
            if isinstance(answer, Reservation):
                running.append((ledger, answer))
        elif step < 0.85 and running:
            owner, reservation = running.pop(dice.randrange(len(running)))
            tokens = dice.randint(0, 40)
            if dice.random() < 0.2:
                owner.release(reservation)
            else:
                owner.settle(reservation, input_tokens=tokens)
                owner.settle(reservation, input_tokens=tokens)  # twice is once
                spent += tokens
        elif step < 0.97:
            await ledger.flush(give_back=dice.random() < 0.3)
        else:  # the process is killed; another takes its place
            await ledgers[1 - number].flush()
            lost = spent - (await office.used("person", who.subject))[1]  # what it had not written
            running = [(owner, held) for owner, held in running if owner is not ledger]
            ledgers[number] = office.replica(person_tokens_per_day=limit)
        assert spent - lost <= limit + most
    for owner, reservation in running:
        owner.release(reservation)
    for ledger in ledgers:
        await ledger.flush(give_back=True)
    assert (await office.used("person", who.subject))[1] == spent - lost
    await office.expire_leases(who.subject)
    fresh = office.replica(person_tokens_per_day=limit)
    assert isinstance(await attempt(fresh, who, 1), Reservation) == (spent - lost < limit)


async def test_a_dead_replica_holds_nothing_for_long(office: Office) -> None:
    """QUO-02: after a kill its leases end by themselves; what it had written stays counted."""
    dead, alive = (office.replica(person_requests_per_day=10) for _ in range(2))
    who = office.principal()
    for _ in range(3):
        dead.settle(await dead.reserve(who, "search"))
    await dead.flush()
    held = [await attempt(dead, who, 0) for _ in range(7)]
    assert all(isinstance(one, Reservation) for one in held)
    answer = await attempt(alive, who, 0)
    assert isinstance(answer, QuotaReached)
    assert answer.retry_after == 5  # held by another process, not used
    await office.expire_leases(who.subject)
    for _ in range(7):
        alive.settle(await alive.reserve(who, "search"))
    assert isinstance(await attempt(alive, who, 0), QuotaReached)


async def test_a_late_settlement_after_midnight_belongs_to_its_day(office: Office) -> None:
    """QUO-03: the reservation knows its day; the meters of past days are deleted, of today they stay (QUO-05)."""
    ledger, who = office.replica(), office.principal()
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    insert = (
        "INSERT INTO quota_meters (authority, period, starts, scope, key, tokens)"
        " VALUES (:authority, 'day', :day, 'person', :key, 5)"
    )
    await office.rows(insert, who.subject, authority=office.authority, day=yesterday, key=str(who.subject))
    ledger.settle(await ledger.reserve(who, "model", 10), input_tokens=10)
    await ledger.flush()
    query = "SELECT starts FROM quota_meters WHERE scope = 'person'"
    assert len(await office.rows(query, who.subject)) == 2
    today = dt.datetime.now(dt.UTC).date()
    await ledger.store.forget(office.authority, today)
    assert await office.rows(query, who.subject) == [(today,)]
    await ledger.store.forget(office.authority, today + dt.timedelta(days=1))
    assert len(await office.rows(query, who.subject)) == 1  # a wrong clock deletes nothing of the running day


async def test_people_are_counted_once_a_day_and_kind(office: Office) -> None:
    """PER-01: five people show their authority's sums, four do not; nobody counts twice, whichever replica."""
    ledgers = [office.replica() for _ in range(2)]
    people = [office.principal() for _ in range(5)]

    async def ask(who: Principal) -> None:
        for ledger in ledgers:
            for _ in range(2):
                ledger.settle(await ledger.reserve(who, "search"))
            await ledger.flush()

    for who in people[:4]:
        await ask(who)
    query = "SELECT persons, requests FROM usage_counters WHERE kind = 'search'"
    assert await office.rows(query) == [(4, 16)]
    seen = await limits_of(ledgers[0], people[0])
    assert [row.used for row in seen.day if row.scope == "authority"] == [None, None]
    await ask(people[4])
    application = uuid4()
    await ask(office.principal(subject=application, application=application))
    assert await office.rows(query) == [(5, 24)]
    seen = await limits_of(ledgers[0], people[0])
    assert [row.used for row in seen.day if row.scope == "authority"] == [24, 0]
    assert [row.used for row in seen.day if row.scope == "person"] == [4, 0]
    assert {row.scope for row in seen.day} == {"authority", "person"}


async def test_an_application_and_its_user_both_have_limits(office: Office) -> None:
    """QUO-02: on behalf of a person an application uses both; by itself only its own, and no one else's."""
    application, ledger = uuid4(), office.replica(application_requests_per_day=3, person_requests_per_day=2)
    person = office.principal(application=application)
    for _ in range(2):
        ledger.settle(await ledger.reserve(person, "run"))
    answer = await attempt(ledger, person, 0)
    assert isinstance(answer, QuotaReached)
    assert answer.key.scope == "person"
    alone = office.principal(subject=application, application=application)
    ledger.settle(await ledger.reserve(alone, "run"))
    answer = await attempt(ledger, office.principal(application=application), 0)
    assert isinstance(answer, QuotaReached)
    assert answer.key.scope == "application"
    ledger.settle(await ledger.reserve(office.principal(), "run"))


async def test_counters_of_persons_are_found_by_name_alone(office: Office, gateway: Gateway) -> None:
    """QUO-05, TEN-08: no row without its key, none of another authority, none of yesterday in a person's name."""
    ledger, who = office.replica(), office.principal()
    ledger.settle(await ledger.reserve(who, "search"))
    await ledger.flush()
    query = "SELECT count(*) FROM quota_meters WHERE scope = 'person'"
    assert await office.rows(query) == [(0,)]
    assert await office.rows(query, uuid4()) == [(0,)]
    assert await office.rows(query, who.subject) == [(1,)]
    for other in await gateway.state.authorities.ids():
        if other != office.authority:
            scope = RowScope(authority=other, credential=str(who.subject), tenant_wide=True)
            async with gateway.state.database.transaction(scope) as connection:
                statement = sa.text(query + " AND key = :key")
                assert (await connection.execute(statement, {"key": str(who.subject)})).scalar_one() == 0


async def test_what_cannot_be_written_is_kept(office: Office, gateway: Gateway) -> None:
    """QUO-03: while the database refuses, use stays in memory; afterwards all of it is written once."""
    ledger, who = office.replica(), office.principal()
    for _ in range(3):
        ledger.settle(await ledger.reserve(who, "model", 10), input_tokens=4, output_tokens=3)
    owner = create_engine(gateway.settings.database.model_copy(update={"url": SecretStr(gateway.owner_url)}))
    try:
        for command, expected in (
            ("REVOKE UPDATE ON usage_counters FROM", 0),
            ("GRANT UPDATE ON usage_counters TO", 21),
        ):
            async with owner.begin() as connection:
                role = sa.make_url(gateway.app_url).username
                await connection.execute(sa.text(f'{command} "{role}"'))
            await ledger.flush()
            assert (await office.used("person", who.subject))[1] == expected
    finally:
        await owner.dispose()
    assert await office.rows("SELECT requests, input_tokens, output_tokens FROM usage_counters") == [(3, 12, 9)]


async def test_absurd_counts_fill_no_counter(office: Office) -> None:
    """QUO-03: what a module claims may be refused later, but it can't make the books unwritable."""
    ledger, who = office.replica(), office.principal()
    ledger.settle(await ledger.reserve(who, "run"), input_tokens=2**63 - 1, output_tokens=2**63 - 1)
    await ledger.flush()
    assert (await office.used("person", who.subject))[1] == 2**41
    assert isinstance(await attempt(ledger, who, 0), QuotaReached)


async def test_invented_models_share_a_meter(office: Office) -> None:
    """QUO-02: names without end fill neither memory nor table, and one with values of its own keeps its meter."""
    ledger, who = office.replica(requests_per_day=400), office.principal()
    for number in range(210):
        ledger.settle(await ledger.reserve(who, "model", model=f"erfunden-{number}"))
    await ledger.flush()
    names = await office.rows("SELECT key, requests FROM quota_meters WHERE scope = 'model' ORDER BY requests DESC")
    assert len(names) == 201
    assert names[0] == ("*", 10)


async def test_a_raised_limit_counts_at_once_here(office: Office) -> None:
    """QUO-01: what an operator raises or lowers replaces leased blocks; unknown models have no limit of their own."""
    ledger, who = office.replica(person_requests_per_day=100), office.principal()
    ledger.settle(await ledger.reserve(who, "search"))

    async def own(document: str) -> None:
        scope = RowScope(authority=office.authority, tenant_wide=True)
        statement = (
            "INSERT INTO quotas (authority, own) VALUES (:authority, CAST(:own AS jsonb))"
            " ON CONFLICT (authority) DO UPDATE SET own = excluded.own"
        )
        async with office.gateway.state.database.transaction(scope) as connection:
            await connection.execute(sa.text(statement), {"authority": office.authority, "own": document})
        await ledger.book(office.authority)

    await own('{"person": {"requests_per_day": 2}}')
    ledger.settle(await ledger.reserve(who, "search"))
    assert isinstance(await attempt(ledger, who, 0), QuotaReached)
    await own('{"person": {"requests_per_day": 3}}')
    ledger.settle(await ledger.reserve(who, "search", model="neu"))
    assert isinstance(await attempt(ledger, who, 0), QuotaReached)


@pytest.mark.parametrize(
    ("used", "limit", "expected"),
    [(0, 10, 0), (7, 10, 0), (8, 10, 80), (9, 10, 90), (10, 10, 100), (99, 10, 100), (0, 0, 100), (799, 1000, 0)],
)
def test_levels(used: int, limit: int, expected: int) -> None:
    """QUO-01: warnings at 80, 90 and 100 percent of the limit, never earlier."""
    assert level(used, limit) == expected


@pytest.mark.parametrize(
    ("period", "starts", "expected"),
    [("day", "2026-02-28", "2026-03-01"), ("month", "2026-12-01", "2027-01-01"), ("month", "2026-01-01", "2026-02-01")],
)
def test_renewal(period: Any, starts: str, expected: str) -> None:
    """QUO-01: a day ends at midnight UTC, a month with its last day; the refusal's text says which."""
    found = renewal(period, dt.date.fromisoformat(starts))
    assert found == dt.datetime.fromisoformat(expected + "T00:00:00+00:00")
    error = QuotaReached(MeterKey(uuid4(), period, dt.date.fromisoformat(starts), "authority", ""), "tokens", limit=5)
    assert ("kommenden Nacht" in error.detail) == (period == "day")
    assert ("Budget" in error.detail) == (period == "month")
