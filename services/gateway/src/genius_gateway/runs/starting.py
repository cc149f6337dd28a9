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

from genius_common.errors import FieldError, InvalidInput, TooLarge
from genius_common.events import RunStarted
from genius_common.principal import Principal, ProtectionClass
from genius_common.uses import allows
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.conversations import turns
from genius_gateway.conversations.errors import EmptyMessage
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.knowledge_bases.purposes import refusals_recorded, require_use
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.protection_classes.gate import Used, highest, require_clearance, require_model, require_module
from genius_gateway.retrieval_log.current import Retrieval, current
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.errors import BatchNotAvailable, CallbackNotAvailable, IdempotencyKeyReused, NoActiveAuthority
from genius_gateway.runs.job import SealedRequest
from genius_gateway.runs.live import LoggedEvent
from genius_gateway.runs.references import ReferenceCheck, References, Use, ids, parse_id
from genius_gateway.runs.requests import RunBody
from genius_gateway.runs.sealing import Owner
from genius_gateway.runs.sources import require_case, searches_everything

_MAX_KEY_CHARS = 255


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
    """A request to start a run, as the endpoint got it. `detached`: it goes on although nobody follows it."""

    module: str
    body: RunBody
    idempotency_key: str | None
    detached: bool


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
        data = self._input(call, offered)
        case = parse_id(call.body.case, "/case") if call.body.case is not None else None
        await self._name_case(principal, case)
        references = await self._references.check(
            principal, data, case, use_of(offered), stated=call.body.protection_class
        )
        readable = await self._references.readable(principal) if _may_search(offered, data) else {}
        models = await self._parts.models.needed_by(offered.manifest)
        draft = _Draft(uuid4(), principal, owner, call, offered, data, references, readable, digests, models)
        quota = self._parts.quota
        reservation = await quota.reserve(principal, draft.run, call.module, offered.manifest.limits.tokens)
        try:
            return replace(await self._insert(draft), headers=reservation.headers())
        except BaseException as error:  # also a cancelled task: what was set aside comes back
            quota.release(draft.run)
            if not isinstance(error, _KeyTaken):
                raise
            known = await self._known(owner, call.module, *digests) if digests else None
            if known is None:
                raise IdempotencyKeyReused from None
            return known

    def _input(self, call: Call, offered: OfferedModule) -> dict[str, Any]:
        body = call.body
        if body.callback is not None:
            raise CallbackNotAvailable(errors=[FieldError("/callback", CallbackNotAvailable.default_detail)])
        if body.inputs is not None:
            raise BatchNotAvailable(errors=[FieldError("/inputs", BatchNotAvailable.default_detail)])
        if body.input is None:
            raise InvalidInput(errors=[FieldError("/input", "Diese Angabe fehlt.")])
        if body.deadline is not None and body.deadline <= dt.datetime.now(dt.UTC):
            raise InvalidInput(errors=[FieldError("/deadline", "Die Frist liegt in der Vergangenheit.")])
        self._check_message(call, body.input)
        if found := offered.input.errors(body.input, "/input"):
            raise InvalidInput(errors=found)
        if len(orjson.dumps(body.input)) > offered.manifest.limits.bytes:
            raise TooLarge(f"Die Eingabe ist zu groß: erlaubt sind {offered.manifest.limits.bytes} Byte.")
        return body.input

    def _check_message(self, call: Call, data: dict[str, Any]) -> None:
        limit = self._parts.options.message_chars
        message = data.get("message")
        if call.module != turns.MODULE or not isinstance(message, str):
            return
        if not message.strip():
            raise EmptyMessage(errors=[FieldError("/input/message", EmptyMessage.default_detail)])
        if len(message) > limit:
            text = f"Die Nachricht ist zu lang: erlaubt sind {limit} Zeichen. Hängen Sie lange Texte als Datei an."
            raise TooLarge(text, errors=[FieldError("/input/message", text)])

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

    async def _name_case(self, principal: Principal, case: UUID | None) -> None:
        """Under the Steuergeheimnis: what the run retrieves is for this case. Raises: CaseNotFound."""
        retrieval = current()
        if self._parts.retrieval_log is not None and retrieval is not None and case is not None:
            await self._parts.retrieval_log.bind(principal, retrieval, case, "/case")

    def _retrieval(self, draft: _Draft, turn: turns.Turn | None, protection: ProtectionClass) -> Retrieval | None:
        """What is to be logged with the run; None where it reads no sources. Raises: CaseRequired."""
        if self._parts.retrieval_log is None:
            return None
        retrieval = require_case(draft.offered.manifest, turn.input if turn else draft.data)
        if retrieval is not None:
            retrieval.object, retrieval.category = draft.run, protection
        return retrieval

    async def _turn(self, connection: AsyncConnection, draft: _Draft) -> turns.Turn | None:
        if draft.call.module != turns.MODULE:
            return None
        files = [file.id for file in draft.references.files]
        return await self._turns.prepare(
            connection, draft.owner, draft.run, draft.data, files, draft.references.case, draft.readable
        )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A checked call, ready to be stored."""

    run: UUID
    principal: Principal
    owner: Owner
    call: Call
    offered: OfferedModule
    data: dict[str, Any]
    references: References
    readable: dict[UUID, KnowledgeBase]
    digests: tuple[bytes, bytes] | None
    models: ProtectionClass | None

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
        data = turn.input if turn else self.data
        return SealedRequest.of(principal, data, self.references.files, left_out)

    def values(self) -> dict[str, Any]:
        return {
            "id": self.run,
            "application": self.principal.application,
            "module": self.call.module,
            "version": self.offered.manifest.version,
            "case_id": self.references.case,
            "detached": self.call.detached,
            "deadline": _deadline(self.call.body, self.offered),
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


def _deadline(body: RunBody, offered: OfferedModule) -> dt.datetime:
    latest = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=offered.manifest.limits.seconds)
    return min(body.deadline, latest) if body.deadline else latest
