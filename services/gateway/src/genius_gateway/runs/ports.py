# SPDX-License-Identifier: EUPL-1.2
"""What runs need of the rest of the gateway: tokens, rights, and what a chat turn keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.modules import ChatTurn
from genius_common.principal import Principal
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.runs.draft import Draft
from genius_gateway.runs.sealing import Owner


@dataclass(frozen=True, slots=True)
class RunToken:
    """`left_out`: what the caller may read but whose purpose does not allow the module."""

    token: str
    left_out: Sequence[KnowledgeBase] = ()


class RunTokens(Protocol):
    """Mints what the inner services accept."""

    async def for_run(
        self,
        principal: Principal,
        run: UUID,
        module: str,
        scopes: frozenset[str],
        files: frozenset[UUID],
        *,
        everything: bool,
        external: bool,
    ) -> RunToken:
        """The module's token: `scopes` cut to the user's, the readable knowledge bases, the files of the run.

        With `everything` the run names none of them, and those that the module may not use are left out (DSG-06).
        An `external` module's token opens nothing at the modules service (INJ-07).
        """
        ...


class Permission(Protocol):
    """Whether the owner of a run may still have it carried out."""

    async def holds(self, principal: Principal) -> bool: ...


@dataclass(slots=True)
class History:
    """Earlier messages, oldest first; whether older ones were left out, and whether one of them does not open."""

    turns: list[ChatTurn] = field(default_factory=list)
    cut: bool = False
    unreadable: bool = False


class Turns(Protocol):
    """The stored side of a chat turn; all calls are made in the owner's row scope."""

    async def history(self, connection: AsyncConnection, owner: Owner, user_message: UUID) -> History:
        """Earlier messages on the path to `user_message`."""
        ...

    async def save_answer(self, connection: AsyncConnection, owner: Owner, answer_message: UUID, draft: Draft) -> None:
        """What has been produced so far."""
        ...

    async def end_answer(
        self, connection: AsyncConnection, owner: Owner, answer_message: UUID, draft: Draft, state: str
    ) -> None:
        """The final text with its state, and the end of the conversation's active run."""
        ...
