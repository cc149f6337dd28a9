# SPDX-License-Identifier: EUPL-1.2
"""Why a document failed, or what a reader should know about it: stable codes with German texts that say what to do.

The table stores codes only, so that a text can be improved without a migration and no content slips into it.
"""

from __future__ import annotations

import re

from genius_common.contracts.retrieval import Reason
from genius_retrieval.parsing.page_lists import holds, in_words

CLASS_RAISED = "protection_class_raised"
FORBIDDEN = frozenset({"vs_marking", "malware", "not_scanned"})
"""Of such a file neither original nor text is kept."""
BY_WORDS_ALONE = "by_words_alone"

FAILURES: dict[str, str] = {
    "empty": "Die Datei ist leer. Bitte prüfen Sie die Datei und laden Sie sie erneut hoch.",
    "too_large": "Die Datei ist größer als erlaubt. Bitte teilen Sie sie auf oder verkleinern Sie sie.",
    "unknown_type": "Diese Art von Datei wird nicht unterstützt. Möglich sind PDF, DOCX, PPTX, ODT, XLSX, ODS, CSV, "
    "HTML, Markdown, E-Mail (EML, MSG), Text, gescannte Seiten als JPG, PNG oder TIFF und ZIP mit solchen Dateien.",
    "outlook_message": "Als diese Datei hochgeladen wurde, konnten Outlook-Nachrichten (.msg) noch nicht gelesen "
    "werden. Bitte lesen Sie sie noch einmal oder laden Sie sie erneut hoch.",
    "ambiguous_type": "Die Datei lässt sich als verschiedene Dateiarten lesen und wird aus Sicherheitsgründen nicht "
    "angenommen. Bitte speichern Sie sie neu im gewünschten Format.",
    "encrypted": "Die Datei ist mit einem Passwort geschützt. Bitte entfernen Sie den Schutz und laden Sie sie erneut "
    "hoch.",
    "broken": "Die Datei ist beschädigt oder unvollständig. Bitte öffnen Sie sie und speichern Sie sie neu.",
    "no_text": "Die Datei enthält nur Bilder, auf denen kein Text zu erkennen ist. Bitte laden Sie einen besseren Scan "
    "oder eine durchsuchbare Fassung hoch.",
    "ocr_missing": "Die Datei enthält nur gescannte Seiten, und hier ist keine Texterkennung installiert. Bitte laden "
    "Sie eine durchsuchbare Fassung hoch, oder verständigen Sie den Betrieb (Tesseract mit deutschen Sprachdaten); "
    "danach wird die Datei von selbst noch einmal gelesen.",
    "image_too_large": "Das Bild hat mehr Bildpunkte als erlaubt. Bitte scannen oder speichern Sie es mit geringerer "
    "Auflösung (200 bis 300 dpi).",
    "too_many_scans": "Die Datei hat mehr gescannte Seiten als erlaubt. Bitte teilen Sie sie auf.",
    "no_content": "In der Datei steht kein Text.",
    "archive_bomb": "Die Datei entpackt sich auf eine unzulässige Größe und wird aus Sicherheitsgründen nicht "
    "angenommen.",
    "unsafe_archive": "Die Datei enthält unzulässige Einträge und wird aus Sicherheitsgründen nicht angenommen.",
    "unsafe_xml": "Die Datei enthält unzulässige XML-Anweisungen (DTD oder Entitäten) und wird aus Sicherheitsgründen "
    "nicht angenommen.",
    "too_many_pages": "Die Datei hat mehr Seiten als erlaubt. Bitte teilen Sie sie auf.",
    "too_much_text": "Die Datei enthält mehr Text als erlaubt. Bitte teilen Sie sie auf.",
    "too_complex": "Die Datei ließ sich nicht in der erlaubten Zeit und mit dem erlaubten Speicher lesen. Bitte "
    "vereinfachen oder teilen Sie sie.",
    "vs_marking": "Die Datei ist als Verschlusssache (VS) gekennzeichnet. Solche Inhalte dürfen hier "
    "nicht verarbeitet werden; Datei und Text wurden nicht gespeichert.",
    "malware": "In der Datei wurde Schadsoftware gefunden. Sie wurde nicht gespeichert. Bitte verständigen Sie Ihre "
    "IT-Sicherheit.",
    "not_scanned": "Die Datei ist größer, als die Prüfung auf Schadsoftware zulässt, und wurde nicht gespeichert. "
    "Bitte teilen Sie sie auf.",
    "content_lost": "Der gespeicherte Inhalt ist nicht mehr vorhanden (etwa nach einem Ausfall). Bitte laden Sie die "
    "Datei erneut hoch.",
    "internal_error": "Beim Einlesen ist ein Fehler aufgetreten. Bitte laden Sie die Datei erneut hoch und "
    "verständigen Sie den Betrieb, wenn er wieder auftritt.",
}

WARNINGS: dict[str, str] = {
    "duplicate": "Dieselbe Datei gibt es in dieser Wissensbasis schon; sie wurde nicht noch einmal gespeichert.",
    CLASS_RAISED: "Sie haben denselben Inhalt hier schon mit einer höheren Schutzklasse; sie gilt auch für "
    "diese Datei.",
    BY_WORDS_ALONE: "Das Dokument ist vorerst nur über seine Wörter auffindbar: Das Sprachmodell der Suche war beim "
    "Einlesen nicht erreichbar. Es wird von selbst nachgeholt.",
    "hidden_text": "Die Datei enthielt unsichtbare Zeichen oder versteckten Text; beides wurde entfernt.",
    "formulas_without_value": "Einige Formeln haben keinen gespeicherten Wert und fehlen. Öffnen und speichern Sie die "
    "Datei in der Tabellenkalkulation und laden Sie sie dann erneut hoch.",
    "charts_not_read": "Zu Diagrammen sind in der Datei keine lesbaren Werte gespeichert; diese Diagramme sind nicht "
    "durchsuchbar.",
    "pages_without_text": "Einige Seiten enthalten nur Bilder; ihr Inhalt ist nicht durchsuchbar.",
    "guessed_encoding": "Der Zeichensatz der Textdatei wurde geschätzt. Bitte prüfen Sie die Umlaute.",
    "rtf_not_read": "Der Text einer Nachricht liegt nur als RTF vor und ließ sich nicht lesen. Bitte speichern Sie sie "
    "in Outlook als HTML oder Nur-Text und laden Sie sie erneut hoch.",
    "tracked_changes": "Die Datei enthält nachverfolgte Änderungen; gelöschter Text und Kommentare wurden nicht "
    "übernommen.",
}

OF_PAGES: dict[str, tuple[str, str]] = {
    "ocr": (
        "{pages} wurde per Texterkennung gelesen; einzelne Zeichen können falsch sein.",
        "{pages} wurden per Texterkennung gelesen; einzelne Zeichen können falsch sein.",
    ),
    "ocr_poor": (
        "{pages} ist schlecht lesbar – bitte prüfen Sie den Text an der Vorlage.",
        "{pages} sind schlecht lesbar – bitte prüfen Sie den Text an der Vorlage.",
    ),
    "ocr_failed": (
        "{pages} ließ sich nicht lesen und ist nicht durchsuchbar.",
        "{pages} ließen sich nicht lesen und sind nicht durchsuchbar.",
    ),
    "ocr_missing": (
        "{pages} ist gescannt und nicht durchsuchbar: Hier ist keine Texterkennung installiert. Bitte verständigen Sie "
        "den Betrieb.",
        "{pages} sind gescannt und nicht durchsuchbar: Hier ist keine Texterkennung installiert. Bitte verständigen "
        "Sie den Betrieb.",
    ),
    "pages_without_text": (
        "{pages} enthält keinen erkennbaren Text und ist nicht durchsuchbar.",
        "{pages} enthalten keinen erkennbaren Text und sind nicht durchsuchbar.",
    ),
}
"""Warnings that name pages (`parsing.page_lists`), in the singular and the plural."""

UNREAD_ATTACHMENTS: dict[str, str] = {
    "unknown_type": "Dateiart nicht unterstützt",
    "outlook_message": "Outlook-Nachricht (.msg), die noch nicht gelesen werden konnte",
    "only_a_link": "nur als Verweis auf einen anderen Ort enthalten",
    "embedded_object": "eingebettetes Objekt aus einem anderen Programm",
    "encrypted": "mit einem Passwort geschützt oder verschlüsselt",
    "broken": "beschädigt",
    "empty": "leer",
    "no_content": "kein Text darin",
    "scan": "Bilder oder gescannte Seiten, und hier ist keine Texterkennung installiert",
    "no_text": "Bilder, auf denen kein Text zu erkennen ist",
    "too_deep": "zu tief verschachtelt",
    "too_many": "zu viele Anhänge",
    "too_many_pages": "zu viele Seiten",
    "too_much_text": "zu viel Text",
}
"""Why attachments of a mail were not read; any other reason is that they were refused for safety."""


def failure(code: str | None) -> Reason | None:
    return Reason(code=code, detail=FAILURES.get(code, FAILURES["internal_error"])) if code else None


def warnings(codes: list[str]) -> list[Reason]:
    return [reason for code in codes if (reason := _warning(code))]


def notes_on(page: int, codes: list[str]) -> list[Reason]:
    """Of the warnings that name pages those of `page`; where pages are only counted, for all of them."""
    split = (code.partition(":") for code in codes)
    mine = [f"{known}:{pages if pages.startswith('*') else page}" for known, _, pages in split if holds(pages, page)]
    return warnings(mine)


def _warning(code: str) -> Reason | None:
    known, _, pages = code.partition(":")
    if known in OF_PAGES and (said := in_words(pages)):
        text, one = said
        return Reason(code=known, detail=OF_PAGES[known][0 if one else 1].format(pages=text))
    if known == "attachments":
        return _attachments(pages)
    return Reason(code=code, detail=WARNINGS[code]) if code in WARNINGS else None


def _attachments(said: str) -> Reason | None:
    """`reason:count` in words; which they are stands in the text, under their names."""
    reason, _, count = said.partition(":")
    if not re.fullmatch(r"[1-9]\d{0,5}", count):
        return None
    why = UNREAD_ATTACHMENTS.get(reason, "aus Sicherheitsgründen abgelehnt")
    which = "1 Anhang wurde" if count == "1" else f"{count} Anhänge wurden"
    return Reason(
        code="attachments_unread",
        detail=f"{which} nicht oder nur zum Teil gelesen ({why}). Bitte laden Sie Wichtiges einzeln hoch.",
    )
