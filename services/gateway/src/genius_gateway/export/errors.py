# SPDX-License-Identifier: EUPL-1.2
"""Why a document can't be written."""

from __future__ import annotations

from genius_common.errors import Conflict, TooLarge, Unavailable, Unprocessable


class ExportFailed(Unavailable):
    code = "export_failed"
    title = "Dokument nicht erstellt"
    default_detail = (
        "Das Dokument ließ sich nicht erstellen. Bitte versuchen Sie es erneut oder wählen Sie das andere Format."
    )


class ExportTooLarge(TooLarge):
    code = "export_too_large"
    title = "Zu lang für ein Dokument"
    default_detail = "Der Text ist zu lang oder zu verschachtelt für ein Dokument. Bitte kopieren Sie ihn in Teilen."


class RunNotFinished(Conflict):
    code = "run_not_finished"
    title = "Noch nicht fertig"
    default_detail = "Der Lauf ist noch nicht zu Ende. Bitte warten Sie auf das Ergebnis."


class NothingToExport(Unprocessable):
    code = "nothing_to_export"
    title = "Kein Text vorhanden"
    default_detail = "Dieser Lauf hat keinen Text, aus dem ein Dokument werden kann."
