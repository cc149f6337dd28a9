# SPDX-License-Identifier: EUPL-1.2
"""Why a case does not take something."""

from __future__ import annotations

from genius_common.errors import Conflict


class CaseFull(Conflict):
    code = "case_full"
    title = "Vorgang ist voll"
    default_detail = "Ein Vorgang nimmt höchstens 200 Dateien auf. Nehmen Sie nicht mehr benötigte heraus."
