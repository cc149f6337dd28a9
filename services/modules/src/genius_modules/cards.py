# SPDX-License-Identifier: EUPL-1.2
"""The register of AI uses for the modules that come with the platform (AI Act; KI-03).

The cards state the project's own check. Who runs the platform checks its use anew; past `expires_on` a module is not
offered until a newer version of the platform brings a renewed card.
"""

from __future__ import annotations

import datetime as dt

from genius_common.contracts.modules import Card, Label

_APPROVER = "Genius-Projekt, Freigabestelle"
_CHECKED = dt.date(2026, 11, 26)
_UNTIL = dt.date(2028, 11, 30)
_NOT_LISTED = Label(
    de="Kein Fall des Anhangs III: Die Funktion bewertet keine Menschen und entscheidet nichts.",
    en="No case of Annex III: the function assesses no people and decides nothing.",
)
_ASSISTS = Label(
    de="Kein Hochrisiko (Art. 6 Abs. 3): eng begrenzte vorbereitende Aufgabe nach festen Regeln, ohne Aussage zum "
    "Anspruch (Anhang III Nr. 5 a); jedes Ergebnis gibt ein Mensch frei.",
    en="Not high-risk (Art. 6(3)): a narrow preparatory task by fixed rules that says nothing about entitlement "
    "(Annex III no. 5 a); a person signs off each result.",
)


def _card(de: str, en: str, annex_iii: Label = _NOT_LISTED) -> Card:
    return Card(
        purpose=Label(de=de, en=en),
        role="both",
        risk_class="limited",
        annex_iii=annex_iii,
        approver=_APPROVER,
        approved_on=_CHECKED,
        expires_on=_UNTIL,
    )


CARDS: dict[str, Card] = {
    "chat": _card(
        "Hilft Beschäftigten im Gespräch beim Schreiben, Verstehen und Nachschlagen.",
        "Helps staff to write, understand and look things up in a conversation.",
    ),
    "ask-documents": _card(
        "Beantwortet Fragen aus freigegebenen Dokumenten, mit Belegstellen.",
        "Answers questions from released documents, with citations.",
    ),
    "summarise": _card("Fasst Texte und Dateien zusammen.", "Summarises texts and files."),
    "draft": _card(
        "Entwirft Vermerke, Briefe, E-Mails und Reden aus Stichworten.", "Drafts notes, letters, e-mails and speeches."
    ),
    "simplify": _card(
        "Überträgt Texte in Einfache Sprache oder sagt, was zu ändern ist.",
        "Rewrites texts in plain language, or says what to change.",
    ),
    "extract": _card(
        "Liest festgelegte Angaben aus Dateien, mit Fundstelle.", "Reads given fields from files, with their places."
    ),
    "completeness": _card(
        "Prüft Anträge auf Vollständigkeit und bereitet die Nachforderung vor.",
        "Checks applications for completeness and prepares the request for what is missing.",
        _ASSISTS,
    ),
}
