# SPDX-License-Identifier: EUPL-1.2
"""What the search left out since a knowledge base was bound to other uses while the run went on (DSG-06)."""

from __future__ import annotations

from genius_common.events import WarningEvent


def left_out_meanwhile(count: int) -> WarningEvent:
    """The gateway has told before the run began what was so by then."""
    which = "Eine Wissensbasis wurde" if count == 1 else f"{count} Wissensbasen wurden"
    return WarningEvent(
        code="knowledge_bases_bound_meanwhile",
        detail=f"{which} nicht durchsucht, weil der Zweck diese Funktion seit Kurzem nicht mehr zulässt.",
    )
