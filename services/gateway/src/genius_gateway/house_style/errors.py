# SPDX-License-Identifier: EUPL-1.2
"""Why a house style is refused."""

from __future__ import annotations

from genius_common.errors import Conflict, InvalidInput


class HouseStyleInvalid(InvalidInput):
    code = "house_style_invalid"
    title = "Hausstil nicht gespeichert"
    default_detail = "Der Hausstil hat Fehler; nichts wurde gespeichert. Bitte berichtigen Sie die genannten Stellen."


class HouseStyleChanged(Conflict):
    code = "house_style_changed"
    title = "Hausstil inzwischen geändert"
    default_detail = (
        "Jemand hat den Hausstil inzwischen geändert. Laden Sie die Seite neu und tragen Sie Ihre Änderung dort ein; "
        "gespeichert wurde sie nicht."
    )
