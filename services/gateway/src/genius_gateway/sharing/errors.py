# SPDX-License-Identifier: EUPL-1.2
"""Why something is not shared."""

from __future__ import annotations

from genius_common.errors import Unprocessable


class RecipientUnknown(Unprocessable):
    code = "recipient_unknown"
    title = "Empfänger unbekannt"
    default_detail = (
        "Diesen Anmeldenamen gibt es in Ihrer Behörde nicht, oder die Person hat sich noch nie bei Genius angemeldet; "
        "ein Referat muss eines von Ihren sein. Bitte prüfen Sie die genannten Felder."
    )
