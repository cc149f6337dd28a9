# SPDX-License-Identifier: EUPL-1.2
"""The retrieval that the request under way is, for whoever learns more about it on the way."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from genius_common.principal import ProtectionClass
from genius_gateway.cases.repository import Case


@dataclass(slots=True)
class Retrieval:
    """What is known of it so far; `login` is the caller's user id.

    `named` is the case that the caller names, `case` the same once it is theirs. `sources` None = not known yet whether
    it reads any. `written`: its entry is durable already, so that the request's end writes no second one.
    """

    login: str = ""
    named: UUID | None = None
    case: Case | None = None
    object: UUID | None = None
    category: ProtectionClass | None = None
    hits: int | None = None
    sources: bool | None = None
    written: bool = False


_CURRENT: ContextVar[Retrieval | None] = ContextVar("retrieval", default=None)


def current() -> Retrieval | None:
    """The retrieval of this request; None outside of the profile."""
    return _CURRENT.get()


def begin() -> Retrieval:
    """Make a new one for the request that begins in this context."""
    retrieval = Retrieval()
    _CURRENT.set(retrieval)
    return retrieval


def note(category: ProtectionClass | None, *, hits: int | None = None) -> None:
    """Say what is about to be handed out; nothing outside of the profile."""
    if (retrieval := _CURRENT.get()) is not None:
        retrieval.category, retrieval.hits = category, hits
