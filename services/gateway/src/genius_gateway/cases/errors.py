# SPDX-License-Identifier: EUPL-1.2
"""Why a case does not take something."""

from __future__ import annotations

from genius_common.errors import Conflict


class CaseFull(Conflict):
    code = "case_full"
    title = "Vorgang ist voll"
    default_detail = "Ein Vorgang nimmt höchstens 200 Dateien auf. Nehmen Sie nicht mehr benötigte heraus."


class CaseBusy(Conflict):
    code = "case_busy"
    title = "Im Vorgang läuft noch etwas"
    default_detail = (
        "In diesem Vorgang läuft oder wartet noch ein Auftrag. Brechen Sie ihn ab oder warten Sie sein Ende ab, "
        "und löschen Sie den Vorgang dann noch einmal."
    )
