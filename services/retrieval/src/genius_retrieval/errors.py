# SPDX-License-Identifier: EUPL-1.2
"""Failures of the retrieval service that leave it over HTTP. Reasons of failed documents: ingest/reasons.py."""

from __future__ import annotations

from genius_common.errors import Conflict, NotFound, Unavailable, Unprocessable, UpstreamFailed


class NoPagePicture(NotFound):
    code = "no_page_picture"
    default_detail = "Für diese Seite gibt es kein Bild. Öffnen Sie stattdessen den Text des Dokuments."


class AlreadyReplaced(Conflict):
    """What is to be replaced has a successor already: that one is to be replaced, or nothing (DSG-08)."""

    code = "already_replaced"
    title = "Dokument schon ersetzt"
    default_detail = (
        "Dieses Dokument wurde inzwischen schon ersetzt. Bitte sehen Sie in der Liste nach, was jetzt gilt, und "
        "ersetzen Sie bei Bedarf die neue Fassung."
    )


class DocumentQuarantined(Conflict):
    """Its keepers have locked it, because what it says may be false or planted (INJ-06)."""

    code = "document_quarantined"
    title = "Dokument gesperrt"
    default_detail = (
        "Dieses Dokument ist gesperrt, weil sein Inhalt geprüft wird. Bitte verlassen Sie sich nicht auf Antworten, "
        "die es nennen, und fragen Sie die Wissenspflege."
    )


class NothingToRetry(Conflict):
    """Only what has failed and whose original is kept can be read again."""

    code = "nothing_to_retry"
    title = "Nichts erneut zu lesen"
    default_detail = (
        "Dieses Dokument lässt sich nicht noch einmal lesen: Es ist nicht fehlgeschlagen, oder seine Datei wurde nicht "
        "gespeichert. Bitte laden Sie die Datei erneut hoch."
    )


class ClassAboveBase(Unprocessable):
    """A document of a higher class than its knowledge base; it is refused, neither raised nor lowered (TEN-15)."""

    code = "class_above_base"
    title = "Schutzklasse höher als die der Wissensbasis"
    default_detail = (
        "Der Inhalt hat eine höhere Schutzklasse als die Wissensbasis. Bitte wählen Sie eine Wissensbasis seiner "
        "Schutzklasse."
    )


class NotErased(UpstreamFailed):
    code = "not_erased"
    title = "Löschung unvollständig"
    default_detail = (
        "Nicht alle Daten ließen sich löschen; der Rest wird nachgeholt. Es gibt noch keine Quittung: "
        "Bitte wiederholen Sie die Löschung in einigen Minuten."
    )


class IndexUnavailable(Unavailable):
    """The search index can't be asked now. Never answered as "nothing found"."""

    code = "index_unavailable"
    title = "Suche zurzeit nicht verfügbar"
    default_detail = "Der Suchindex ist zurzeit nicht erreichbar. Bitte versuchen Sie es in einigen Minuten erneut."


class StorageUnavailable(Unavailable):
    """The store of originals and texts does not take what is to be written."""

    code = "storage_unavailable"
    title = "Ablage zurzeit nicht verfügbar"
    default_detail = (
        "Die Ablage der Dokumente ist zurzeit nicht erreichbar. Bitte laden Sie die Datei in einigen Minuten noch "
        "einmal hoch."
    )


class StorageFull(StorageUnavailable):
    """No room for documents is left, or the disk can only be read. Searches and deletions go on."""

    code = "storage_full"
    title = "Kein Speicherplatz"
    default_detail = (
        "Auf dem Server ist kein Platz mehr für Dokumente. Was angenommen wurde, ist nicht verloren. Bitte "
        "verständigen Sie den Betrieb und laden Sie die Datei später noch einmal hoch."
    )


class ScannerUnavailable(Unavailable):
    """The malware scanner can't be asked now; uploads wait for it."""

    code = "scanner_unavailable"
    title = "Prüfung auf Schadsoftware zurzeit nicht möglich"
    default_detail = "Die Prüfung auf Schadsoftware ist zurzeit nicht erreichbar. Die Datei wird später gelesen."


class IndexFailed(UpstreamFailed):
    """The search index refused a request that it should have understood."""

    code = "index_failed"
    title = "Fehler des Suchindex"
    default_detail = (
        "Der Suchindex hat die Anfrage nicht ausgeführt. Bitte versuchen Sie es erneut und nennen Sie dem Betrieb die "
        "Vorgangsnummer, wenn der Fehler wieder auftritt."
    )
