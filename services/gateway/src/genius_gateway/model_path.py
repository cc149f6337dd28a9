# SPDX-License-Identifier: EUPL-1.2
"""Gives the `/v1` relay what it needs of the gateway: who calls, quota, tokens, audit, settlement."""

from __future__ import annotations

import time

from genius_common.errors import NotAuthenticated
from genius_common.principal import Principal
from genius_common.upstream.client import UpstreamClient
from genius_common.web import Scope
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.auth.identity import Identity
from genius_gateway.openai import Collaborators, OpenAIRelay, Settlement
from genius_gateway.state import GatewayState
from genius_gateway.usage.quota import Kind

_KINDS: dict[str, Kind] = {"chat.completions": "model", "embeddings": "embedding"}
_TOKEN_S = 20.0
_TOKENS_KEPT = 10_000
_SCOPES = ("chat.completions", "embeddings", "models.read")


class ModelPath:
    """Plain functions on `Principal`; the gate in front has authenticated and applied the policy already."""

    def __init__(self, state: GatewayState) -> None:
        self._state = state
        self._usage = state.usage
        self._tokens: dict[int, tuple[Principal, float, str]] = {}
        self._client = UpstreamClient(f"{state.settings.inference_url.rstrip('/')}/v1")
        collaborators = Collaborators(
            authenticate=self._principal,
            authorise=self._reserve,
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
        return identity.principal

    async def _reserve(self, principal: Principal, action: str) -> None:
        if action in _KINDS:
            await self._usage.allow(principal)

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
        await self._state.audit.record(AuditRecord.of(principal, f"model.{action}"))

    def _settle(self, principal: Principal, settlement: Settlement) -> None:
        kind = _KINDS.get(settlement.action)
        if kind is not None:
            self._usage.add(principal, kind, settlement.input_tokens, settlement.output_tokens)
