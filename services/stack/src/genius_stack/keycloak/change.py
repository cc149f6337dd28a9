# SPDX-License-Identifier: EUPL-1.2
"""One thing of a realm that is not as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """`lines` say what differs, each alone; `mend` mends all of them, None where a person has to decide."""

    lines: list[str]
    mend: Callable[[], Any] | None

    @classmethod
    def of(cls, what: str, lines: Iterable[str], mend: Callable[[], Any] | None) -> Change:
        """The lines with the name of the thing before them."""
        return cls([f"{what}: {line}" for line in lines], mend)
