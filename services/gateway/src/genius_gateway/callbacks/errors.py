# SPDX-License-Identifier: EUPL-1.2
"""Why a callback, a target or a redelivery is refused."""

from __future__ import annotations

from genius_common.errors import Conflict, Forbidden, InvalidInput


class CallbackNotAvailable(InvalidInput):
    code = "callback_not_available"
    title = "Rückruf nicht möglich"
    default_detail = (
        "Rückrufe („callback“) gibt es nur für Fachverfahren. Starten Sie den Lauf mit „Prefer: respond-async“ und "
        "fragen Sie seinen Stand ab."
    )


class CallbackNotAllowed(Forbidden):
    code = "callback_not_allowed"
    title = "Ziel nicht freigegeben"
    default_detail = (
        "Diese Adresse ist für Ihr Fachverfahren nicht freigegeben. Die Administration Ihrer Behörde kann sie unter "
        "„Verwaltung“, „Rückrufe“ eintragen; sie muss genau so lauten wie hier."
    )


class CallbackUrlRefused(InvalidInput):
    code = "callback_url_refused"
    title = "Adresse nicht erlaubt"
    default_detail = "Diese Adresse kann kein Ziel von Rückrufen sein."


class CallbackTargetExists(Conflict):
    code = "callback_target_exists"
    title = "Ziel schon eingetragen"
    default_detail = (
        "Diese Adresse ist für das Fachverfahren schon eingetragen. Um einen neuen Schlüssel zu bekommen, "
        "entfernen Sie sie und tragen Sie sie neu ein."
    )
