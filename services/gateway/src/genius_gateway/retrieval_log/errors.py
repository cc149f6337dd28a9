# SPDX-License-Identifier: EUPL-1.2
"""Why a retrieval is refused under the Steuergeheimnis."""

from __future__ import annotations

from genius_common.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable


class CaseRequired(InvalidInput):
    code = "case_required"
    title = "Vorgang fehlt"
    default_detail = (
        "Hier gilt das Steuergeheimnis: Jeder Abruf gehört zu einem Vorgang. Nennen Sie einen Ihrer Vorgänge; gibt es "
        "ihn noch nicht, legen Sie ihn vorher mit seinem Aktenzeichen an."
    )


class CaseNotFound(NotFound):
    code = "case_not_found"
    title = "Vorgang nicht gefunden"
    default_detail = "Diesen Vorgang gibt es nicht, oder Sie sind nicht an ihm beteiligt. Der Abruf wurde abgelehnt."


class ExportOff(Forbidden):
    code = "export_off"
    title = "Export abgeschaltet"
    default_detail = (
        "Hier gilt das Steuergeheimnis: Der Export ist abgeschaltet. Sehen Sie Dokumente in der Anwendung an; eine "
        "Auskunft über Ihre eigenen Daten erteilt die Datenschutzstelle Ihrer Behörde."
    )


class ForeignContentOff(Forbidden):
    code = "foreign_content_off"
    title = "Nur ausgelieferte Rechtsquellen"
    default_detail = (
        "Hier gilt das Steuergeheimnis: In eine landesweite Wissensbasis kommen nur die mitgelieferten Gesetze "
        "(Einlesen mit „source“: „gesetze“). Laden Sie Dokumente in eine Wissensbasis Ihrer Behörde."
    )


class RetrievalLogUnavailable(Unavailable):
    code = "retrieval_log_unavailable"
    title = "Abrufprotokoll nicht erreichbar"
    default_detail = (
        "Das Abrufprotokoll lässt sich zurzeit nicht schreiben; ohne Eintrag gibt es keinen Abruf. Bitte versuchen Sie "
        "es in Kürze erneut."
    )


class CheckClosed(Conflict):
    code = "retrieval_check_closed"
    title = "Prüfung abgeschlossen"
    default_detail = "Diese Prüfung ist abgeschlossen und wird nicht mehr geändert. Ziehen Sie eine neue Stichprobe."


class CheckUnfinished(Conflict):
    code = "retrieval_check_unfinished"
    title = "Prüfung nicht fertig"
    default_detail = (
        "Es sind noch Abrufe offen oder zu klären. Entscheiden Sie über jeden, oder schließen Sie mit „open“: true ab."
    )
