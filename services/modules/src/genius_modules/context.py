# SPDX-License-Identifier: EUPL-1.2
"""What a module gets for one run: who it works for, and clients that act with exactly that right."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from genius_common.contracts.house_style import HouseStyle
from genius_common.contracts.modules import ChatTurn, Limits, RunFile
from genius_common.events import UsageTotals
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_modules.clients.inference import ChatModelInfo, InferenceClient
from genius_modules.clients.retrieval import RetrievalClient
from genius_modules.errors import TokenBudgetReached

_REFRESH_BEFORE_S = 60


class RunToken:
    """The run's token; a fresh one is fetched from the gateway before it ends, where the scope allows it."""

    def __init__(self, token: str, principal: Principal, gateway: ServiceClient) -> None:
        self._token = token
        self._principal = principal
        self._expires_at = float(principal.expires_at)
        self._gateway = gateway

    async def __call__(self) -> str:
        """Return a valid token (raises the gateway's error where it refuses the run from now on)."""
        run = self._principal.run
        if self._expires_at - time.time() < _REFRESH_BEFORE_S and run and "run.token" in self._principal.scopes:
            answer = await self._gateway.json("POST", f"/internal/runs/{run}/token", token=self._token, read_timeout=5)
            self._token = str(answer["token"])
            self._expires_at = time.time() + 240
        return self._token


class UsageMeter:
    """Tokens of a run so far; the limit is checked before each call of a model."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.input_tokens = 0
        self.output_tokens = 0

    def add(self, input_tokens: int, output_tokens: int) -> None:
        self.input_tokens += input_tokens
        self.output_tokens += output_tokens

    def check(self) -> None:
        if self.input_tokens + self.output_tokens >= self._limit:
            raise TokenBudgetReached

    def totals(self) -> UsageTotals:
        return UsageTotals(input_tokens=self.input_tokens, output_tokens=self.output_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """One run. Cancelling it cancels the task the module runs in; open calls close with it."""

    run: UUID
    principal: Principal
    token: RunToken
    inference: InferenceClient
    retrieval: RetrievalClient
    locale: Literal["de", "en"] = "de"
    deadline: float
    limits: Limits
    files: tuple[RunFile, ...] = ()
    history: tuple[ChatTurn, ...] = ()
    house_style: HouseStyle | None = None
    file_wait_s: float = 240.0
    usage: UsageMeter = field(default_factory=lambda: UsageMeter(200_000))

    async def chat_model(self) -> ChatModelInfo | None:
        """The model to generate with, or None: then the module degrades and says so."""
        return await self.inference.chat_model(self.principal, await self.token())
