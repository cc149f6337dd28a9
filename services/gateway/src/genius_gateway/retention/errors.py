# SPDX-License-Identifier: EUPL-1.2
"""What stands against a deletion."""

from __future__ import annotations

from genius_common.errors import Conflict


class HeldBack(Conflict):
    code = "legal_hold"
    title = "Löschung gesperrt"
    default_detail = (
        "Diese Daten dürfen zurzeit nicht gelöscht werden: Die Revision oder der Betrieb hat eine Sperre gesetzt, "
        "zum Beispiel wegen eines Verfahrens. Fragen Sie die Datenschutzbeauftragte Ihrer Behörde."
    )


class AlreadyHeld(Conflict):
    code = "legal_hold_exists"
    title = "Sperre besteht schon"
    default_detail = "Für diese Person oder diesen Vorgang gilt schon eine Sperre. Heben Sie diese zuerst auf."


class NoLongerHeld(Conflict):
    code = "legal_hold_lifted"
    title = "Sperre schon aufgehoben"
    default_detail = "Diese Sperre ist schon aufgehoben."
