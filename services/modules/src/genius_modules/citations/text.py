# SPDX-License-Identifier: EUPL-1.2
"""Words of a German text as stems, for comparing a sentence with a passage."""

from __future__ import annotations

import re
import threading

import Stemmer

_WORD = re.compile(r"[a-zA-ZäöüÄÖÜß]{2,}|\d+")
_STOP = frozenset(
    re.split(
        r"\s+",
        "aber alle allem allen aller alles als also am an ander andere auch auf aus bei beim bin bis bist da "
        "dabei damit dann das dass dazu dem den denn der des dich die dies diese diesem diesen dieser dieses "
        "doch dort du durch ein eine einem einen einer eines er es etwas euch für gegen gibt hab habe haben "
        "hat hatte hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden "
        "jeder jedes kann kein keine können man mehr mein mich mir mit muss müssen nach nicht noch nun nur ob "
        "oder ohne sehr sein seine sich sie sind so soll sollen sowie über um und uns unter vom von vor war "
        "was weil wenn wer werden wie wieder wir wird wo wurde wurden zu zum zur zwischen welche welcher "
        "welches",
    )
)
_local = threading.local()


def _stemmer() -> Stemmer.Stemmer:
    # A stemmer is not safe to share between threads.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("german")
    return _local.stemmer


def stem_of(word: str) -> str:
    """The stem of one word, a stop word too."""
    found: str = _stemmer().stemWord(word.lower())
    return found


def stems(text: str) -> list[str]:
    """Stems of the content words and numbers, in order, with repetitions."""
    words = [word.lower() for word in _WORD.findall(text)]
    kept = [word for word in words if word not in _STOP]
    found: list[str] = _stemmer().stemWords(kept)
    return [stem.lower() for stem in found]
