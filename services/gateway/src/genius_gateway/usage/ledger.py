# SPDX-License-Identifier: EUPL-1.2
"""Reserve before, settle after: the limits of persons, applications, API tokens, models, cost centres and authorities.

Each process leases blocks of the meters and reserves from them in memory, without waiting for the database; what it
used is written every second. The last 5 % of a meter are reserved in the database, one request at a time. A process
that dies takes nothing along: its leases end by themselves. Days and months are those of UTC.

Plain functions on `Principal`, for FastAPI routes, raw ASGI routes and workers alike. Nothing here knows an address or
a header: who calls is the principal and nobody else (QUO-04).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from genius_common.database import Database
from genius_common.principal import Principal
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.settings import LimitSettings
from genius_gateway.single_flight import SingleFlight
from genius_gateway.usage.errors import QuotaReached
from genius_gateway.usage.limits import Kind, LimitBook, MeterKey, renewal
from genius_gateway.usage.pots import Account, Pot, Reservation
from genius_gateway.usage.store import LEASE_S, QuotaStore, Sum

log = structlog.get_logger(__name__)
_FLUSH_S = 1.0
_LIMITS_S = 2.0
_FORGET_S = 3600.0
_ACCOUNTS_KEPT = 10_000
_MOST_TOKENS = 2**40  # of one request: what a module claims must not fill a counter
_MODELS_KEPT = 200
_OTHER_MODELS = "*"
_AccountKey = tuple[UUID, UUID | None, str]
"""Person or application; the application or API token that acts; model."""
Sums = dict[tuple[dt.date, Kind], Sum]


class Ledger:
    """One per process: `reserve` before a request, `settle` or `release` after it."""

    def __init__(self, database: Database, limits: LimitSettings) -> None:
        self._store = QuotaStore(database, limits, uuid4())
        self._authorities = AuthorityRepository(database)
        self._books: dict[UUID, tuple[float, LimitBook]] = {}
        self._reading: SingleFlight[UUID, LimitBook] = SingleFlight()
        self._accounts: dict[UUID, dict[_AccountKey, Account]] = {}
        self._models: dict[UUID, set[str]] = {}
        self._pots: dict[UUID, dict[MeterKey, Pot]] = {}
        self._active: dict[UUID, set[Pot]] = {}
        self._sums: dict[UUID, Sums] = {}
        self._locks: dict[UUID, asyncio.Lock] = {}
        self._wake = asyncio.Event()
        self._closing = False
        self._flushing: asyncio.Task[None] | None = None
        self._forgetting: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._flushing = asyncio.create_task(self._flush_always())
        self._forgetting = asyncio.create_task(self._forget_always())

    async def close(self) -> None:
        """Write what is not yet written and give back what is not used."""
        self._closing = True
        self._wake.set()
        if self._forgetting is not None:
            self._forgetting.cancel()
            with suppress(asyncio.CancelledError):
                await self._forgetting
        if self._flushing is not None:  # not cancelled: what it is writing would be lost
            await self._flushing
        await self.flush(give_back=True)

    async def reserve(
        self, principal: Principal, kind: Kind, tokens: int = 0, *, model: str = ""
    ) -> Reservation | None:
        """Count a request and set aside what it may use at most: an estimate would let a rush overrun the limit.

        Raises: QuotaReached. None for people without an authority.
        """
        if principal.authority is None:
            return None
        account = self._account(principal, model) or await self._open(principal, model)
        if not account.take(tokens):
            await self._lease(account, tokens)
        return Reservation(account, kind, tokens)

    def settle(self, reservation: Reservation | None, *, input_tokens: int = 0, output_tokens: int = 0) -> None:
        """Replace what was set aside by what was really used; once, later calls change nothing."""
        if reservation is None or not reservation.open:
            return
        account = reservation.account
        input_tokens, output_tokens = min(input_tokens, _MOST_TOKENS), min(output_tokens, _MOST_TOKENS)
        if reservation.close(input_tokens + output_tokens):
            self._wake.set()
        self._total(account, reservation.kind, 1, input_tokens, output_tokens)

    def release(self, reservation: Reservation | None) -> None:
        """The request was not carried out: as if it had never been."""
        if reservation is not None and reservation.open:
            reservation.close(0, counted=False)
            self._wake.set()

    async def add(self, principal: Principal, kind: Kind, input_tokens: int, output_tokens: int, model: str) -> None:
        """Count tokens that no reservation of this process stands for."""
        if principal.authority is None:
            return
        account = self._account(principal, model) or await self._open(principal, model)
        input_tokens, output_tokens = min(input_tokens, _MOST_TOKENS), min(output_tokens, _MOST_TOKENS)
        account.use(input_tokens + output_tokens)
        self._active.setdefault(account.authority, set()).update(account.pots)
        self._total(account, kind, 0, input_tokens, output_tokens)

    async def use_model(self, principal: Principal, model: str, tokens: int) -> None:
        """Count tokens of a model that was not known when the request was reserved, and on no other meter."""
        if principal.authority is None:
            return
        account = self._account(principal, model) or await self._open(principal, model)
        pots = [pot for pot in account.pots if pot.meter.key.scope == "model"]
        for pot in pots:
            pot.use(min(tokens, _MOST_TOKENS))
        self._active.setdefault(account.authority, set()).update(pots)

    @asynccontextmanager
    async def request(self, principal: Principal, kind: Kind) -> AsyncIterator[None]:
        """A request without tokens that counts if it succeeds."""
        reservation = await self.reserve(principal, kind)
        try:
            yield
        except BaseException:  # also a cancelled task: what was set aside comes back
            self.release(reservation)
            raise
        self.settle(reservation)

    async def book(self, authority: UUID) -> LimitBook:
        """The limits of an authority as they are now; others that this process knew of it are forgotten."""
        book = await self._reading.do(authority, lambda: self._store.limits(authority))
        self._books[authority] = (time.monotonic() + _LIMITS_S, book)
        self._accounts.pop(authority, None)
        return book

    @property
    def store(self) -> QuotaStore:
        return self._store

    def _account(self, principal: Principal, model: str) -> Account | None:
        """The account of the last moment, unless the day or the limits may have changed."""
        accounts = self._accounts.get(principal.authority) if principal.authority else None
        acting = principal.application or principal.api_token
        account = accounts.get((principal.subject, acting, model)) if accounts else None
        return account if account is not None and account.until > time.time() else None

    async def _open(self, principal: Principal, model: str) -> Account:
        authority = principal.authority
        assert authority is not None
        until, book = self._books.get(authority, (0.0, None))
        if book is None or until < time.monotonic():
            book = await self.book(authority)
            until, _ = self._books[authority]
        now = dt.datetime.now(dt.UTC)
        known = self._pots.setdefault(authority, {})
        pots = []
        for meter in book.meters(principal, self._metered(authority, book, model), now.date()):
            pot = known.get(meter.key)
            if pot is None:
                pot = known[meter.key] = Pot(meter)
            pots.append(pot.limited(meter))
        until = time.time() + until - time.monotonic()
        account = Account(authority, now.date(), tuple(pots), min(until, renewal("day", now.date()).timestamp()))
        accounts = self._accounts.setdefault(authority, {})
        if len(accounts) >= _ACCOUNTS_KEPT:
            accounts.clear()
        accounts[principal.subject, principal.application or principal.api_token, model] = account
        return account

    def _metered(self, authority: UUID, book: LimitBook, model: str) -> str:
        """The meter of a model. Callers may invent names without end: beyond the first 200 they share one."""
        names = self._models.setdefault(authority, set())
        if not model or model in names or model in book.own.models:
            return model
        if len(names) >= _MODELS_KEPT:
            return _OTHER_MODELS
        names.add(model)
        return model

    async def _lease(self, account: Account, tokens: int) -> None:
        refused: QuotaReached | None = None
        for _ in range(2):
            async with self._lock(account.authority):
                if account.take(tokens):
                    return
                refused = await self._ask(account, tokens)
            if refused is None:
                return
            # What our own requests have just given back may be enough. A caller who leaves does not stop the writing.
            await asyncio.shield(asyncio.create_task(self.flush_one(account.authority)))
        assert refused is not None
        raise refused

    def _lock(self, authority: UUID) -> asyncio.Lock:
        """A lease must not be set while another statement of ours adds to it."""
        return self._locks.setdefault(authority, asyncio.Lock())

    async def _ask(self, account: Account, tokens: int) -> QuotaReached | None:
        """Lease for the meters that lack something; the others give their part first, so that nobody takes it."""
        taken = [pot for pot in account.pots if pot.take(tokens)]
        short = [pot for pot in account.pots if pot not in taken]
        try:
            rows = await self._store.lease(account.authority, [pot.meter for pot in short], tokens)
        except BaseException:  # also a cancelled task: what was taken comes back
            for pot in taken:
                pot.put_back(tokens)
            raise
        found = {(row.period, row.scope, row.key): row for row in rows}
        granted = [found[pot.meter.key.period, pot.meter.key.scope, pot.meter.key.key] for pot in short]
        for pot, row in zip(short, granted, strict=True):
            if row.left_requests < 1 or row.left_tokens < 1:
                for other in taken:
                    other.put_back(tokens)
                return pot.refusal(row)
        self._active.setdefault(account.authority, set()).update(short)
        for pot, row in zip(short, granted, strict=True):
            pot.receive(row, tokens)
        return None

    def _total(self, account: Account, kind: Kind, requests: int, input_tokens: int, output_tokens: int) -> None:
        sums = self._sums.setdefault(account.authority, {})
        total = sums.get((account.day, kind))
        if total is None:
            total = sums[account.day, kind] = Sum()
        total.requests += requests
        total.input_tokens += input_tokens
        total.output_tokens += output_tokens
        if account.person is not None:
            total.people.add(account.person)

    async def flush(self, *, give_back: bool = False) -> None:
        """Write the use of every authority, one by one."""
        for authority in {*self._active, *self._sums}:
            await self.flush_one(authority, give_back=give_back)

    async def flush_one(self, authority: UUID, *, give_back: bool = False) -> None:
        """Write the use of one authority now."""
        async with self._lock(authority):
            await self._write(authority, give_back=give_back)

    async def _write(self, authority: UUID, *, give_back: bool) -> None:
        active = self._active.get(authority, set())
        now = time.monotonic()
        due = [pot for pot in active if pot.is_due(now, LEASE_S / 4, give_back=give_back)]
        sums = self._sums.pop(authority, {})
        if not due and not sums:
            return
        changes = [pot.change(now, give_back=give_back) for pot in due]
        try:
            await self._store.write(authority, changes, sums)
        except Exception as error:  # noqa: BLE001 whatever it was: use must not be lost, and the loop must go on
            log.error("usage not written, kept for later", error=type(error).__name__)
            for pot, change in zip(due, changes, strict=True):
                pot.undo(change)
            self._keep(authority, sums)
            return
        active.difference_update([pot for pot in due if pot.empty])

    def _keep(self, authority: UUID, sums: Sums) -> None:
        """Put back what could not be written."""
        kept = self._sums.setdefault(authority, {})
        for key, total in sums.items():
            other = kept.setdefault(key, Sum())
            other.requests += total.requests
            other.input_tokens += total.input_tokens
            other.output_tokens += total.output_tokens
            other.people |= total.people

    async def _flush_always(self) -> None:
        while not self._closing:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _FLUSH_S)
            self._wake.clear()
            await self.flush()

    async def _forget_always(self) -> None:
        while True:
            today = dt.datetime.now(dt.UTC).date()
            try:
                for authority in await self._authorities.ids():
                    await self._store.forget(authority, today)
            except (SQLAlchemyError, OSError) as error:
                log.warning("meters of past days not deleted yet", error=type(error).__name__)
            for authority, pots in self._pots.items():
                active = self._active.get(authority, set())
                for key in [key for key, pot in pots.items() if _over(key, today) and pot not in active]:
                    del pots[key]
            left = (renewal("day", today) - dt.datetime.now(dt.UTC)).total_seconds() + 1
            await asyncio.sleep(max(min(left, _FORGET_S), 1))


def _over(key: MeterKey, today: dt.date) -> bool:
    """Whether the period ended yesterday at the latest; requests that began before midnight may still need it."""
    return renewal(key.period, key.starts).date() < today
