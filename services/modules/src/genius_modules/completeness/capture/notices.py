# SPDX-License-Identifier: EUPL-1.2
"""Text that addresses the software instead of the authority: shown to the case worker, never obeyed (INJ-04)."""

from __future__ import annotations

import re

from genius_modules.completeness.capture.lines import Text

ADDRESSES_SOFTWARE = "text-addresses-software"
HIDDEN = "hidden-text"
_MODEL = r"(?:KI|K\.I\.|AI|künstliche[nr]? Intelligenz|Sprachmodell\w*|Chatbot|ChatGPT|LLMs?|GPT|Assistenzsystem)"
_SOFTWARE = rf"(?:{_MODEL}|Software|Programm|System|Prüfsystem|Computer|Algorithmus|automatische\w* Prüfung)"
_PATTERNS = re.compile(
    rf"\b(?:hinweis|anweisung|nachricht|befehl) (?:an|für) (?:die |das |den |alle )?(?:\w+ )?{_SOFTWARE}\b"
    rf"|\b(?:an|für|liebe[sr]?|hallo) (?:die |das |den |alle )?(?:\w+ )?{_MODEL}\b"
    r"|\b(?:ignorier\w*|missachte\w*|vergiss|disregard|ignore)\s+(?:\w+ ){0,3}"
    r"(?:anweisung\w*|regeln?|vorgaben?|instructions?|prüfung\w*|alles|previous|all)\b"
    r"|\b(?:melde[nt]?|markiere?n?|werte[nt]?|bewerte[nt]?|setze[nt]?|gib|stufe)\b.{0,60}"
    r"\b(?:vollständig|complete|genehmigt|bewilligt|present|erfüllt|geprüft)\b"
    r"|\bsystem[ -]?prompt\b|<\|?(?:im_start|system)|\byou are an? (?:ai|assistant|language model)\b",
    re.IGNORECASE,
)


def notices_on(text: Text) -> tuple[str, ...]:
    """Codes of what a case worker should know of the words of a document."""
    whole = " ".join(line.text for line in text.lines)
    found = [HIDDEN] if text.hidden_text else []
    if text.hidden_text or _PATTERNS.search(whole):
        found.append(ADDRESSES_SOFTWARE)
    return tuple(found)
