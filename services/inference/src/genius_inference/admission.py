# SPDX-License-Identifier: EUPL-1.2
"""Who may go to the model server now. A plain in-flight limit; the fair queue takes its place behind `admit`."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Any
from uuid import UUID

from genius_common.principal import Principal
from genius_inference.errors import TooManyInFlight
from genius_inference.settings import Limits

RETRY_AFTER_S = 2


class Slot:
    """A place at the model server; leaving the block gives it back."""

    __slots__ = ("_admission", "_authority")

    def __init__(self, admission: Admission, authority: UUID | None) -> None:
        self._admission = admission
        self._authority = authority

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admission.leave(self._authority)


class Admission:
    """Bounds requests at the model server, over all and per authority, so that one can't take every place (LLM-10)."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_authority: Counter[UUID | None] = Counter()
        self.in_flight = 0

    async def admit(self, principal: Principal, prompt_bytes: int) -> Slot:
        """Return a slot or raise `TooManyInFlight` with `retry_after`."""
        authority = principal.authority
        if (
            self.in_flight >= self._limits.in_flight
            or self._by_authority[authority] >= self._limits.in_flight_per_authority
        ):
            raise TooManyInFlight(retry_after=RETRY_AFTER_S)
        self.in_flight += 1
        self._by_authority[authority] += 1
        return Slot(self, authority)

    def load(self) -> dict[str, Any]:
        """`{"in_flight", "limit", "authorities": {id: n}}`; people without an authority count in the sum alone."""
        return {
            "in_flight": self.in_flight,
            "limit": self._limits.in_flight,
            "authorities": {str(authority): n for authority, n in self._by_authority.items() if authority},
        }

    def leave(self, authority: UUID | None) -> None:
        """Give one place back (called by the slot)."""
        self.in_flight -= 1
        self._by_authority[authority] -= 1
        if not self._by_authority[authority]:
            del self._by_authority[authority]
