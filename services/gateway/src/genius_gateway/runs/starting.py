# SPDX-License-Identifier: EUPL-1.2
"""Everything between a request and a stored run: checks, idempotency, the chat turn, the first event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.errors import InvalidInput
from genius_common.events import RunStarted
from genius_common.principal import Principal, ProtectionClass
from genius_common.uses import allows
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.cases.ending import enter_case
from genius_gateway.conversations import turns
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.knowledge_bases.purposes import refusals_recorded, require_use
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.protection_classes.gate import Used, highest, require_clearance, require_model, require_module
from genius_gateway.retrieval_log.current import Retrieval, current
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.errors import IdempotencyKeyReused, NoActiveAuthority, TooManyWaiting
from genius_gateway.runs.inputs import checked_inputs, pointer_of
from genius_gateway.runs.job import SealedItem, SealedRequest
from genius_gateway.runs.live import LoggedEvent
from genius_gateway.runs.references import ReferenceCheck, References, Use, ids, parse_id
from genius_gateway.runs.requests import RunBody
from genius_gateway.runs.sealing import Owner
from genius_gateway.runs.sources import reads_sources, require_case, searches_everything

_MAX_KEY_CHARS = 255
_LONGEST_S = 86_400


@dataclass(frozen=True, slots=True)
class Started:
    """The run of a request; `new` is False where an equal request had started it before.

    `headers` say what is left of the caller's day.
    """

    run: UUID
    owner: Owner
    new: bool
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to start a run, as the endpoint got it.

    `detached`: it goes on although nobody follows it. `job`: it may wait until there is a place for it.
    """

    module: str
    body: RunBody
    idempotency_key: str | None
    detached: bool
    job: bool = False


def use_of(offered: OfferedModule) -> Use:
    return Use(offered.manifest.id, offered.manifest.title.de)


def owner_of(principal: Principal) -> Owner:
    """Whose runs and conversations a principal sees. Raises: NoActiveAuthority."""
    if principal.authority is None:
        raise NoActiveAuthority
    return Owner(principal.authority, principal.subject)


class Starter:
    """Checks a call and stores its run."""

    def __init__(
        self, parts: RunParts, conversations: turns.TurnService, references: ReferenceCheck, runner: UUID
    ) -> None:
        self._parts = parts
        self._turns = conversations
        self._references = references
        self._runner = runner

    async def store(self, principal: Principal, call: Call) -> Started:
        """Store the run (queued, leased to this process), or find the one that an equal request started.

        Raises: ModuleSwitchedOff, QuotaReached, besides what is wrong with the call.
        """
        async with refusals_recorded(self._parts.audit, principal, call.module):
            return await self._store(principal, call)

    async def _store(self, principal: Principal, call: Call) -> Started:
        owner = owner_of(principal)
        offered = await self._parts.catalogue.get(call.module, call.body.version)
        await self._parts.switches.require(owner.authority, offered)
        digests = await self._digests(owner, call)
        if digests and (known := await self._known(owner, call.module, *digests)):
            return known
        inputs = checked_inputs(call.body, offered, self._parts.options)
        callback = call.body.callback
        target = await self._parts.callbacks.targets.allowed(principal, callback.url) if callback is not None else None
        case = parse_id(call.body.case, "/case") if call.body.case is not None else None
        await self._name_case(principal, case)
        pointed = [(pointer_of(call.body, index), data) for index, data in enumerate(inputs)]
        references = await self._references.check_all(
            principal, pointed, case, use_of(offered), call.body.protection_class
        )
        searching = any(_may_search(offered, data) for data in inputs)
        readable = await self._references.readable(principal) if searching else {}
        models = await self._parts.models.needed_by(offered.manifest)
        draft = _Draft(uuid4(), principal, owner, call, offered, inputs, references, readable, digests, models, target)
        quota = self._parts.quota
        # What waits holds no tokens: a job only sees that there are some, and sets them aside when it starts.
        held = uuid4() if call.job else draft.run
        reservation = await quota.reserve(principal, held, call.module, offered.manifest.limits.tokens)
        try:
            started = replace(await self._insert(draft), headers=reservation.headers())
        except BaseException as error:  # also a cancelled task: what was set aside comes back
            quota.release(held)
            if not isinstance(error, _KeyTaken):
                raise
            known = await self._known(owner, call.module, *digests) if digests else None
            if known is None:
                raise IdempotencyKeyReused from None
            return known
        if call.body.inputs is not None:
            quota.release(held)  # each input counts when its turn comes
        elif call.job:
            quota.admit(held)
        return started

    async def _digests(self, owner: Owner, call: Call) -> tuple[bytes, bytes] | None:
        key = call.idempotency_key
        if key is None:
            return None
        if not 0 < len(key) <= _MAX_KEY_CHARS:
            raise InvalidInput(f"„Idempotency-Key“ muss 1 bis {_MAX_KEY_CHARS} Zeichen haben.")
        body = orjson.dumps(call.body.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)
        async with self._parts.database.transaction(owner.scope) as connection:
            sealer = self._parts.repository.sealer
            return (
                await sealer.digest(connection, owner, b"key/" + key.encode()),
                await sealer.digest(connection, owner, b"body/" + body),
            )

    async def _known(self, owner: Owner, module: str, key: bytes, body: bytes) -> Started | None:
        async with self._parts.database.transaction(owner.scope) as connection:
            row = await self._parts.repository.by_idempotency_key(connection, module, key)
        if row is None:
            return None
        if bytes(row.request_digest) != body:
            raise IdempotencyKeyReused
        return Started(row.id, owner, new=False)

    async def _insert(self, draft: _Draft) -> Started:
        """One transaction: the messages of a chat turn, the run, its first event, the audit record."""
        run, owner = draft.run, draft.owner
        repository = self._parts.repository
        async with self._parts.database.transaction(owner.scope) as connection:
            await self._require_room(connection, draft)
            if draft.references.case is not None:
                await enter_case(connection, draft.references.case)
            turn = await self._turn(connection, draft)
            if turn:
                use = use_of(draft.offered)
                require_use(use.id, use.title, [("/input/conversation", base) for base in draft.of_conversation(turn)])
            protection = draft.protection_class(turn)
            retrieval = self._retrieval(draft, turn, protection)
            if turn:
                await self._turns.label(connection, turn, draft.references.attached, protection)
            request = draft.request(turn, protection)
            values = {**draft.values(), "protection_class": protection.value, **_turn_columns(turn)}
            if not await repository.insert(connection, owner, self._runner, request.model_dump(mode="json"), values):
                raise _KeyTaken
            first = RunStarted.model_validate({**_turn_columns(turn), "protection_class": protection})
            started = LoggedEvent.of(first, run, 1)
            await repository.first_events(connection, owner, run, [started])
            if retrieval is not None and self._parts.retrieval_log is not None:
                await self._parts.retrieval_log.append(connection, draft.principal, "auftrag", retrieval)
            # Locks the chain until the commit, so it comes last. No record, no run.
            record = AuditRecord.of(
                draft.principal,
                "run.start",
                object_kind="run",
                object_id=run,
                module=draft.call.module,
                protection_class=protection.value,
            )
            await self._parts.audit.append(connection, record)
        if retrieval is not None:
            retrieval.written = True
        return Started(run, owner, new=True)

    async def _require_room(self, connection: AsyncConnection, draft: _Draft) -> None:
        """Nobody fills the queue alone. Raises: TooManyWaiting."""
        if not draft.call.job:
            return
        if await self._parts.repository.waiting_of_owner(connection, draft.owner) >= self._parts.options.max_waiting:
            raise TooManyWaiting(retry_after=60)

    async def _name_case(self, principal: Principal, case: UUID | None) -> None:
        """Under the Steuergeheimnis: what the run retrieves is for this case. Raises: CaseNotFound."""
        retrieval = current()
        if self._parts.retrieval_log is not None and retrieval is not None and case is not None:
            await self._parts.retrieval_log.bind(principal, retrieval, case, "/case")

    def _retrieval(self, draft: _Draft, turn: turns.Turn | None, protection: ProtectionClass) -> Retrieval | None:
        """What is to be logged with the run; None where it reads no sources. Raises: CaseRequired."""
        if self._parts.retrieval_log is None:
            return None
        retrieval = require_case(draft.offered.manifest, turn.input if turn else draft.reading)
        if retrieval is not None:
            retrieval.object, retrieval.category = draft.run, protection
        return retrieval

    async def _turn(self, connection: AsyncConnection, draft: _Draft) -> turns.Turn | None:
        if draft.call.module != turns.MODULE:
            return None
        files = [file.id for file in draft.references.files]
        return await self._turns.prepare(
            connection, draft.owner, draft.run, draft.inputs[0], files, draft.references.case, draft.readable
        )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A checked call, ready to be stored."""

    run: UUID
    principal: Principal
    owner: Owner
    call: Call
    offered: OfferedModule
    inputs: list[dict[str, Any]]
    found: list[References]
    readable: dict[UUID, KnowledgeBase]
    digests: tuple[bytes, bytes] | None
    models: ProtectionClass | None
    callback: UUID | None

    @property
    def references(self) -> References:
        return References.together(self.found)

    @property
    def reading(self) -> dict[str, Any]:
        """An input by which the run reads sources; any where none does."""
        return next((data for data in self.inputs if reads_sources(self.offered.manifest, data)), self.inputs[0])

    def protection_class(self, turn: turns.Turn | None) -> ProtectionClass:
        """The highest class of what goes in, that of the conversation so far included.

        Raises: ClassAboveClearance, ClassNotForModule, ClassNotForModel.
        """
        used = [*self.references.used, *(self._of_conversation(turn) if turn else ())]
        require_clearance(self.principal, used)
        require_module(self.offered.manifest, used)
        if self.models is not None:
            require_model(self.models, used)
        return highest(used)

    def of_conversation(self, turn: turns.Turn) -> list[KnowledgeBase]:
        """What a chat turn reads because it or an earlier one of its conversation has chosen it."""
        return [self.readable[base] for base in ids(turn.input, "knowledge_bases") if base in self.readable]

    def _of_conversation(self, turn: turns.Turn) -> list[Used]:
        bases = [base.protection_class for base in self.of_conversation(turn)]
        return [Used("/input/conversation", found) for found in (turn.protection_class, *bases)]

    def request(self, turn: turns.Turn | None, protection: ProtectionClass) -> SealedRequest:
        """What the run's module gets, with the caller's rights cut to the run's class."""
        principal = replace(self.principal, classification=protection)
        left_out = 0
        if turn is None:
            # What the purpose leaves out is told when the run begins: choosing it would not help.
            left_out = sum(
                not protection.covers(base.protection_class)
                for base in self.readable.values()
                if allows(base.uses, self.call.module)
            )
        files = self.references.files
        if self.call.body.inputs is not None:
            pairs = zip(self.inputs, self.found, strict=True)
            items = [SealedItem(input=data, files=found.files) for data, found in pairs]
            return SealedRequest.of(principal, {}, files, left_out, items)
        return SealedRequest.of(principal, turn.input if turn else self.inputs[0], files, left_out)

    def values(self) -> dict[str, Any]:
        return {
            "id": self.run,
            "application": self.principal.application,
            "module": self.call.module,
            "version": self.offered.manifest.version,
            "case_id": self.references.case,
            "detached": self.call.detached,
            "callback": self.callback,
            **_time(self.call, self.offered),
            "progress_done": 0 if self.call.body.inputs is not None else None,
            "progress_total": len(self.inputs) if self.call.body.inputs is not None else None,
            "idempotency_key": self.digests[0] if self.digests else None,
            "request_digest": self.digests[1] if self.digests else None,
            "created_at": sa.func.now(),
        }


def _turn_columns(turn: turns.Turn | None) -> dict[str, UUID | None]:
    return {
        "conversation": turn.conversation if turn else None,
        "user_message": turn.user_message if turn else None,
        "answer_message": turn.answer_message if turn else None,
    }


def _may_search(offered: OfferedModule, data: dict[str, Any]) -> bool:
    """Whether the run may use knowledge bases that its input does not name: those of its conversation, or all."""
    return offered.manifest.id == turns.MODULE or searches_everything(offered.manifest, data)


class _KeyTaken(Exception):
    """A concurrent request with the same idempotency key was faster; the transaction is rolled back."""


def _time(call: Call, offered: OfferedModule) -> dict[str, Any]:
    """When the run has to be done. A job's time begins when it starts; what the caller says holds from now on."""
    wanted, seconds = call.body.deadline, offered.manifest.limits.seconds
    inputs = len(call.body.inputs) if call.body.inputs is not None else 1
    if call.job:
        return {"job": True, "deadline": wanted, "seconds": min(seconds * inputs, _LONGEST_S)}
    latest = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    return {"job": False, "deadline": min(wanted, latest) if wanted else latest}
