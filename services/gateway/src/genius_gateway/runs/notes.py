# SPDX-License-Identifier: EUPL-1.2
"""What the reader of a result should know before it begins."""

from __future__ import annotations

from collections.abc import Sequence

from genius_common.events import WarningEvent
from genius_common.principal import ProtectionClass
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.knowledge_bases.purposes import names
from genius_gateway.runs.job import Job

HISTORY_CUT = WarningEvent(
    code="history_shortened",
    detail="Die Unterhaltung ist lang. Ältere Nachrichten wurden für diese Antwort nicht berücksichtigt.",
)
HISTORY_UNREADABLE = WarningEvent(
    code="history_unreadable",
    detail="Eine frühere Nachricht ist nicht lesbar. Sie wurde für diese Antwort nicht berücksichtigt.",
)


def bases_left_out(count: int, upto: ProtectionClass) -> WarningEvent:
    """A search over all knowledge bases leaves out those above the run's class, and says so."""
    which = "Eine Wissensbasis" if count == 1 else f"{count} Wissensbasen"
    return WarningEvent(
        code="knowledge_bases_left_out",
        detail=f"Ohne Auswahl wird nur bis zur Schutzklasse „{upto.label}“ gesucht. Nicht durchsucht: {which} mit "
        "höherer Schutzklasse. Bitte wählen Sie sie aus, wenn darin gesucht werden soll.",
    )


def purposes_left_out(bases: Sequence[KnowledgeBase], title: str) -> WarningEvent:
    """A search over all knowledge bases leaves out those that are not there for the module, and says which."""
    return WarningEvent(
        code="knowledge_bases_left_out_by_purpose",
        detail=f"Nicht durchsucht, weil ihr Zweck „{title}“ nicht zulässt: {names(bases)}.",
    )


def notes(job: Job, title: str, unsuited: Sequence[KnowledgeBase], notice: WarningEvent | None) -> list[WarningEvent]:
    """All of them; `notice` is about the models that may be asked."""
    found = [HISTORY_CUT] if job.history.cut else []
    if job.history.unreadable:
        found.append(HISTORY_UNREADABLE)
    if job.left_out:
        found.append(bases_left_out(job.left_out, job.protection_class))
    if unsuited:
        found.append(purposes_left_out(unsuited, title))
    if notice:
        found.append(notice)
    return found
