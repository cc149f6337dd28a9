# SPDX-License-Identifier: EUPL-1.2
"""Text that addresses the software instead of the authority: shown to the case worker, never obeyed (INJ-04)."""

from __future__ import annotations

import re

from genius_modules.completeness.capture.lines import Text

ADDRESSES_SOFTWARE = "text-addresses-software"
HIDDEN = "hidden-text"
_SOFTWARE = (
    r"(?:KI|K\.I\.|AI|künstliche[nr]? Intelligenz|Sprachmodell\w*|Chatbot|ChatGPT|LLM|GPT|Assistent\w*|Software|"
    r"Programm|System|Prüfsystem|Computer|automatische\w* (?:Prüfung|Verarbeitung)|Algorithmus|Bot)"
)
_PATTERNS = re.compile(
    rf"(?:an|hinweis an|anweisung an|nachricht an|achtung) (?:die |das |den |alle )?(?:\w+ )?{_SOFTWARE}\b"
    rf"|\b(?:liebe[sr]?|hallo) {_SOFTWARE}\b"
    r"|\b(?:ignorier\w*|missacht\w*|vergiss|überspring\w*|disregard|ignore) \w*\s*(?:\w+ ){0,3}"
    r"(?:anweisung\w*|regel\w*|vorgaben?|instruction\w*|prüfung\w*|alles|previous|all)\b"
    r"|\b(?:melde\w*|markier\w*|werte\w*|bewerte\w*|setze\w*|gib|stufe)\b.{0,60}\b(?:vollständig|complete|genehmigt|"
    r"bewilligt|present|erfüllt|geprüft)\b"
    r"|\b(?:system|assistant|user)\s*(?:prompt|:\s)|\bprompt\b|<\|?(?:im_start|system)|\bact as\b|\byou are an?\b",
    re.IGNORECASE,
)


def notices_on(text: Text) -> tuple[str, ...]:
    """Codes of what a case worker should know of the words of a document."""
    whole = " ".join(line.text for line in text.lines)
    found = [HIDDEN] if text.hidden_text else []
    if text.hidden_text or _PATTERNS.search(whole):
        found.append(ADDRESSES_SOFTWARE)
    return tuple(found)
