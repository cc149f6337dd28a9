# SPDX-License-Identifier: EUPL-1.2
"""What the chat says without a model: friendly, honest, and with what can be done now."""

from __future__ import annotations

import re

from genius_modules.documents.answer import NOT_FOUND, NOT_FOUND_HINT

_GREETING = re.compile(
    r"^\W*(?:hallo|hi|hey|moin(?: moin)?|servus|gr[üu](?:ß|ss) (?:gott|dich|sie)|guten? (?:tag|morgen|abend)|hello|"
    r"good (?:morning|evening|day))\b[\w ,!.]{0,24}$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^\W*(?:vielen |herzlichen )?(?:dank|danke(?:schön| schön)?|thanks?|thank you)\b.{0,30}$", re.IGNORECASE
)
_QUESTION = re.compile(
    r"\?|\b(?:was|wann|wie|wo|wer|wen|wem|warum|wieso|weshalb|wozu|woher|wohin|welch\w*|wieviel|kann|darf|muss|gilt|gibt|"
    r"what|when|how|where|who|why|which)\b",
    re.IGNORECASE,
)
_OFFER = (
    "- **Dokumente befragen**: Wählen Sie hier eine Wissensbasis oder hängen Sie eine Datei an; ich antworte dann "
    "mit wörtlichen Fundstellen.\n"
    "- **Zusammenfassen**: die wichtigsten Sätze eines Textes oder einer Datei, mit ihrer Stelle im Original.\n"
    "- **Entwerfen**: Vermerk, Brief, E-Mail oder Rede aus Ihren Notizen nach der Vorlage."
)
_STATE = "Zurzeit ist kein Sprachmodell verfügbar, deshalb kann ich keine freien Antworten schreiben."


def is_small_talk(message: str) -> bool:
    """A greeting or thanks: nothing to search for."""
    if _QUESTION.search(message):
        return False
    return bool(_GREETING.match(message) or _THANKS.match(message))


def offline_text(message: str) -> str:
    """The answer to `message` where neither a model nor documents are there."""
    if _GREETING.match(message):
        return f"Guten Tag! {_STATE} Das geht jetzt:\n\n{_OFFER}"
    if _THANKS.match(message):
        return f"Gern geschehen. {_STATE} Das geht weiterhin:\n\n{_OFFER}"
    return f"{_STATE} Ihre Nachricht bleibt gespeichert. Das geht jetzt:\n\n{_OFFER}"


def without_documents_text() -> str:
    """Neither the search nor a model answers (REL-14)."""
    return (
        "Die Dokumentensuche ist zurzeit nicht erreichbar, und es ist kein Sprachmodell verfügbar. Ich kann Ihre Frage "
        "ohne Dokumente nicht beantworten. Bitte versuchen Sie es in einigen Minuten erneut."
    )


def found_nothing_text(*, with_files: bool) -> str:
    """Nothing fits; for a file there is another function that does not search."""
    hint = (
        "Für den Inhalt einer ganzen Datei nutzen Sie die Funktion „Zusammenfassen“." if with_files else NOT_FOUND_HINT
    )
    return f"{NOT_FOUND}. {hint}"
