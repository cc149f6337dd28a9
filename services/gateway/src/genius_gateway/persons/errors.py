# SPDX-License-Identifier: EUPL-1.2
"""Why a deletion was not carried out, or not to its end; why terms were not accepted."""

from __future__ import annotations

from genius_common.errors import Conflict, PlatformError


class ConfirmationNeeded(Conflict):
    code = "confirmation_needed"
    title = "Bestätigung nötig"
    default_detail = (
        "Bitte sehen Sie zuerst nach, was gelöscht wird, und bestätigen Sie das innerhalb von zehn Minuten. "
        "Die Bestätigung gilt nur für die Person, die sie erhalten hat."
    )


class TermsChanged(Conflict):
    code = "terms_changed"
    title = "Nutzungsbedingungen geändert"
    default_detail = (
        "Die Nutzungsbedingungen haben sich inzwischen geändert. Bitte laden Sie die Seite neu und lesen Sie die neue "
        "Fassung, bevor Sie zustimmen."
    )


class ErasureIncomplete(PlatformError):
    code = "erasure_incomplete"
    title = "Löschung unvollständig"
    retryable = True
    default_detail = (
        "Nicht alle Daten ließen sich löschen. Es gibt noch keine Quittung: Bitte wiederholen Sie die Löschung, "
        "und verständigen Sie den Betrieb, wenn das wieder geschieht."
    )
