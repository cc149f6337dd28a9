# SPDX-License-Identifier: EUPL-1.2
"""Failures of the retrieval service that leave it over HTTP. Reasons of failed documents: ingest/reasons.py."""

from __future__ import annotations

from genius_common.errors import NotFound, UpstreamFailed


class NoPagePicture(NotFound):
    code = "no_page_picture"
    default_detail = "Für diese Seite gibt es kein Bild. Öffnen Sie stattdessen den Text des Dokuments."


class NotErased(UpstreamFailed):
    code = "not_erased"
    title = "Löschung unvollständig"
    default_detail = (
        "Nicht alle Daten ließen sich löschen; der Rest wird nachgeholt. Es gibt noch keine Quittung: "
        "Bitte wiederholen Sie die Löschung in einigen Minuten."
    )
