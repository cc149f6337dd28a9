# SPDX-License-Identifier: EUPL-1.2
"""Gives the `/v1` relay what it needs of the gateway: who calls, quota, tokens, audit, settlement."""

from __future__ import annotations

import time

import orjson

from genius_common.database_faults import DATABASE_FAULTS, DatabaseUnavailable
from genius_common.errors import NotAuthenticated
from genius_common.principal import Principal, ProtectionClass
from genius_common.upstream.client import UpstreamClient
from genius_common.web import Scope
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.auth.identity import Identity
from genius_gateway.openai import Collaborators, OpenAIRelay, Settlement
from genius_gateway.protection_classes.stated import HEADER, StatedClass
from genius_gateway.state import GatewayState
from genius_gateway.usage.limits import MODEL_CHARS, Kind
from genius_gateway.usage.pots import Reservation

_KINDS: dict[str, Kind] = {"chat.completions": "model", "embeddings": "embedding"}
_TOKEN_S = 20.0
_TOKENS_KEPT = 10_000
_SCOPES = ("chat.completions", "embeddings", "models.read")


class Reserved:
    """What one request has set aside (operators and auditors have no quota), and the class that it states."""

    __slots__ = ("reservation", "stated")

    def __init__(self, reservation: Reservation | None, stated: ProtectionClass) -> None:
        self.reservation = reservation
        self.stated = stated

    def headers(self) -> list[tuple[bytes, bytes]]:
        used = [] if self.reservation is None else self.reservation.account.headers()
        return [(HEADER, self.stated.value.encode()), *used]


class ModelPath:
    """Plain functions on `Principal`; the gate in front has authenticated and applied the policy already."""

    def __init__(self, state: GatewayState) -> None:
        self._state = state
        self._ledger = state.ledger
        self._answer = state.settings.limits.answer_tokens
        self._stated = StatedClass(state.settings.protection.model_default)
        self._tokens: dict[int, tuple[Principal, float, str]] = {}
        self._client = UpstreamClient(f"{state.settings.inference_url.rstrip('/')}/v1")
        collaborators = Collaborators(
            authenticate=self._principal,
            reserve=self._reserve,
            mint=self._mint,
            audit=self._audit,
            settle=self._settle,
        )
        self.relay = OpenAIRelay(self._client, collaborators, body_limit=state.settings.limits.json_bytes)

    def close(self) -> None:
        self._client.close()

    async def _principal(self, scope: Scope) -> Principal:
        identity = scope.get("state", {}).get("identity")
        if not isinstance(identity, Identity):
            raise NotAuthenticated
        return self._stated.of(identity.principal, scope)

    async def _reserve(self, principal: Principal, action: str, body: bytes) -> Reserved:
        model, answer = _asked(body)
        kind = _KINDS[action]
        tokens = len(body)  # a token has a byte at least
        if kind != "embedding":
            tokens += answer or self._answer
        try:
            reservation = await self._ledger.reserve(principal, kind, tokens, model=model)
        except DATABASE_FAULTS as error:
            raise DatabaseUnavailable(retry_after=5) from error
        return Reserved(reservation, principal.classification)

    def _mint(self, principal: Principal) -> str:
        """The minter's token, remembered by the very object: to hash a principal costs more than all the rest here."""
        kept = self._tokens.get(id(principal))
        if kept is not None and kept[0] is principal and kept[1] > time.monotonic():
            return kept[2]
        token = self._state.minter.for_inner(principal, "inference", _SCOPES)
        if len(self._tokens) >= _TOKENS_KEPT:
            self._tokens.clear()
        self._tokens[id(principal)] = (principal, time.monotonic() + _TOKEN_S, token)
        return token

    async def _audit(self, principal: Principal, action: str) -> None:
        stated = principal.classification.value
        await self._state.audit.record(AuditRecord.of(principal, f"model.{action}", protection_class=stated))

    def _settle(self, reserved: Reserved, settlement: Settlement) -> None:
        self._ledger.settle(
            reserved.reservation, input_tokens=settlement.input_tokens, output_tokens=settlement.output_tokens
        )


def _asked(body: bytes) -> tuple[str, int]:
    """Model and longest answer that a body asks for, empty and 0 where it names none; inference judges the rest."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", 0
    if not isinstance(value, dict):
        return "", 0
    model, answer = value.get("model"), value.get("max_completion_tokens") or value.get("max_tokens")
    if not isinstance(model, str) or len(model) > MODEL_CHARS or not model.isprintable():
        model = ""
    return model, answer if type(answer) is int and 0 < answer < 2**31 else 0
