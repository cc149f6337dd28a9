# SPDX-License-Identifier: EUPL-1.2
"""Is each sentence of a summary borne out? Facts and names against the whole text, and against the nearest place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from genius_common.text import split_sentences
from genius_modules.citations import Evidence, check, missing_in, missing_names, numbers_in, without_markers
from genius_modules.citations.passage import Passage
from genius_modules.documents.answer import Sentence
from genius_modules.summarise.source import SourceSentence, nearest

_LIST_MARK = re.compile(r"^(?:[-•*–]|\(?\d{1,3}[.)])\s+")
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """`missing`: values and names that the text does not have, or has of something else; each once."""

    sentences: list[Sentence]
    missing: list[str]


def check_summary(text: str, source: Sequence[SourceSentence]) -> Checked:
    """Each sentence of `text` (with its `[n]`) against the sentences of the source."""
    whole = "\n".join(sentence.quote for sentence in source)
    # Facts and names are asked for once for the whole summary: reading a long source takes the time.
    absent = set(missing_in(without_markers(text), whole).values)
    strangers = missing_names(without_markers(text), whole)
    sentences: list[Sentence] = []
    for span in split_sentences(text):
        claim = _LIST_MARK.sub("", span.of(text))
        bare = without_markers(claim)
        missing = [*_wrong(bare, source, absent), *(name for name in strangers if name in bare)]
        cited = numbers_in(claim)
        sentences.append(
            Sentence(
                text=claim, supported=bool(cited) and not missing, citations=cited, missing=list(dict.fromkeys(missing))
            )
        )
    return Checked(sentences, list(dict.fromkeys(value for sentence in sentences for value in sentence.missing)))


def _wrong(claim: str, source: Sequence[SourceSentence], absent: set[str]) -> list[str]:
    """Values that stand nowhere in the source, and those that the nearest place has of something else."""
    contexts = list(
        dict.fromkeys(sentence.context.of(sentence.part.text) for sentence in nearest(claim, source, _NEAREST))
    )
    if not contexts:
        return [value for value in absent if value in claim]
    place = Passage("\n".join(contexts), "")
    found = check(claim, [Evidence(place.text)])
    wrong = []
    for item in found.missing:
        value = item.span.of(found.claim)
        if value in absent or place.holds(item):
            wrong.append(value)
    return wrong
