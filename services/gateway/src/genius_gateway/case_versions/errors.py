# SPDX-License-Identifier: EUPL-1.2
"""Why a case does not take a version, a correction or a sign-off."""

from __future__ import annotations

from genius_common.errors import Conflict, Unprocessable


class VersionOutdated(Conflict):
    code = "version_outdated"
    title = "Fassung ist nicht mehr aktuell"
    default_detail = (
        "Zu diesem Vorgang gibt es inzwischen eine neuere Fassung. Sehen Sie sich die neueste an und wiederholen Sie "
        "den Schritt dort."
    )


class VersionNotChecked(Conflict):
    code = "version_not_checked"
    title = "Noch nicht geprüft"
    default_detail = (
        "Seit der letzten Prüfung hat sich eine Angabe geändert. Prüfen Sie die Vollständigkeit erneut; danach können "
        "Sie die neue Fassung freigeben."
    )


class CaseFilesChanged(Conflict):
    code = "case_files_changed"
    title = "Dateien haben sich geändert"
    default_detail = (
        "Die Prüfung betrifft nicht genau die Dateien, die jetzt im Vorgang liegen. Prüfen Sie die Vollständigkeit mit "
        "allen Dateien des Vorgangs erneut."
    )


class CheckOutdated(Conflict):
    code = "check_outdated"
    title = "Prüfung ist überholt"
    default_detail = (
        "Diese Prüfung kennt nicht die Angaben, die zuletzt festgelegt wurden. Starten Sie die Prüfung erneut."
    )


class VersionSigned(Conflict):
    code = "version_signed"
    title = "Schon freigegeben"
    default_detail = "Diese Fassung ist schon freigegeben. Eine Änderung macht daraus eine neue Fassung."


class CaseClosed(Conflict):
    code = "case_closed"
    title = "Vorgang ist abgeschlossen"
    default_detail = "Der Vorgang ist abgeschlossen. Öffnen Sie ihn wieder, bevor Sie etwas ändern."


class TooManyVersions(Conflict):
    code = "too_many_versions"
    title = "Zu viele Fassungen"
    default_detail = "Ein Vorgang nimmt höchstens 500 Fassungen auf. Legen Sie für die Fortsetzung einen neuen an."


class RunIsNoCheck(Unprocessable):
    code = "run_is_no_check"
    title = "Kein Ergebnis einer Prüfung"
    default_detail = (
        "Eine Fassung entsteht nur aus einer Vollständigkeitsprüfung dieses Vorgangs, die erfolgreich zu Ende ist."
    )


class LetterWithoutGap(Unprocessable):
    code = "letter_without_gap"
    title = "Stelle für die Frist fehlt"
    default_detail = (
        "Im Schreiben fehlt die Stelle, an die die Frist gehört. Fügen Sie sie im Schreiben wieder ein: "
        "[Frist: wird bei der Freigabe gesetzt]."
    )


class VersionNotSigned(Conflict):
    code = "version_not_signed"
    title = "Noch nicht freigegeben"
    default_detail = (
        "Diese Fassung hat noch niemand freigegeben. Sehen Sie sie durch und geben Sie sie frei; danach können Sie sie "
        "herunterladen."
    )


class NoLetter(Unprocessable):
    code = "no_letter"
    title = "Kein Schreiben"
    default_detail = (
        "Zu dieser Fassung gibt es kein Schreiben: Es fehlt nichts. Laden Sie stattdessen den Vorgang für die E-Akte "
        "herunter (format=e-akte)."
    )
