# SPDX-License-Identifier: EUPL-1.2
"""What runs need of the rest of the gateway: tokens, rights, and what a chat turn keeps."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.modules import ChatTurn
from genius_common.principal import Principal
from genius_gateway.runs.draft import Draft
from genius_gateway.runs.sealing import Owner


class RunTokens(Protocol):
    """Mints what the inner services accept."""

    async def for_run(self, principal: Principal, run: UUID, scopes: frozenset[str], files: frozenset[UUID]) -> str:
        """The module's token: `scopes` cut to the user's, the readable knowledge bases, the files of the run."""
        ...


class Permission(Protocol):
    """Whether the owner of a run may still have it carried out."""

    async def holds(self, principal: Principal) -> bool: ...


class Turns(Protocol):
    """The stored side of a chat turn; all calls are made in the owner's row scope."""

    async def history(
        self, connection: AsyncConnection, owner: Owner, user_message: UUID
    ) -> tuple[list[ChatTurn], bool]:
        """Earlier messages on the path to `user_message`, oldest first, and whether older ones were left out."""
        ...

    async def save_answer(self, connection: AsyncConnection, owner: Owner, answer_message: UUID, draft: Draft) -> None:
        """What has been produced so far."""
        ...

    async def end_answer(
        self, connection: AsyncConnection, owner: Owner, answer_message: UUID, draft: Draft, state: str
    ) -> None:
        """The final text with its state, and the end of the conversation's active run."""
        ...
