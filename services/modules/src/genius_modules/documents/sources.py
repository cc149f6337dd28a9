# SPDX-License-Identifier: EUPL-1.2
"""Hits as numbered sources: for the prompt, for the check, and as citations whose quote is cut from the hit."""

from __future__ import annotations

from collections.abc import Sequence

from genius_common.contracts.retrieval import Citation, Hit, Passage
from genius_common.text import Span
from genius_modules.citations import Evidence, best_quote
from genius_modules.prompts import as_data

MOST_CHARS = 24_000
"""Of sources, however much a model takes: more of them makes it slower, not better."""
_WITHOUT_MODEL = 12_000


def section_chars(room: int | None) -> int:
    """How far hits may grow to their sections: into the `room` that a model has for sources, None = no model."""
    return _WITHOUT_MODEL if room is None else max(0, min(room, MOST_CHARS))


def heading(hit: Hit, position: int | None = None) -> str:
    """How a source is called in a sentence: `§ 25 WoGG Bewilligungszeitraum`, or the document's title and section.

    `position` is the character of the canonical text whose page is named; without it, the page where the hit begins.
    """
    section = hit.section_path[-1] if hit.section_path else ""
    if section.startswith(("§", "Art")):
        return section
    place = f"{hit.title}, {section}" if section and section != hit.title else hit.title
    page = hit.page if position is None else hit.page_at(position)
    return f"{place}, Seite {page}" if page else place


def evidence(hit: Hit) -> Evidence:
    """What may support a sentence: the verbatim text and the true statements above it."""
    as_of = f"Stand {hit.as_of:%d.%m.%Y}" if hit.as_of else ""
    return Evidence(hit.text, "\n".join([hit.title, *hit.section_path, hit.columns, as_of]))


def citation(hit: Hit, number: int, span: Span) -> Citation:
    """The hit as citation `number`, its quote being `hit.text[span]`; `passages` and `page` are the quote's place."""
    start = hit.char_from + span.start
    page = hit.page_at(start)
    passage = Passage(char_from=start, char_to=hit.char_from + span.end, score=1.0, page=page)
    fields = hit.model_dump(exclude={"passages", "page", "page_breaks"})
    return Citation(**fields, page=page, passages=[passage], number=number, quote=span.of(hit.text))


def cite(hit: Hit, number: int, claim: str) -> Citation:
    """Citation with the passage that fits `claim` best."""
    return citation(hit, number, best_quote(claim, hit.text).span)


def passage_spans(hit: Hit) -> list[Span]:
    """Retrieval's best sentences of the hit, best first, as spans of `hit.text`; nonsense is left out."""
    ranked = sorted(hit.passages, key=lambda passage: -passage.score)
    spans = [Span(passage.char_from - hit.char_from, passage.char_to - hit.char_from) for passage in ranked]
    return [span for span in spans if 0 <= span.start < span.end <= len(hit.text)]


def as_prompt(hits: Sequence[Hit]) -> str:
    """Sources for a prompt, numbered from 1, between delimiters that their text cannot close."""
    parts = []
    for number, hit in enumerate(hits, 1):
        title = as_data(heading(hit)).replace('"', "'")
        stand = f' stand="{hit.as_of:%d.%m.%Y}"' if hit.as_of else ""
        columns = as_data(hit.columns).replace('"', "'")
        stand += f' spalten="{columns}"' if columns else ""
        parts.append(f'<quelle nr="{number}" titel="{title}"{stand}>\n{as_data(hit.text)}\n</quelle>')
    return "\n".join(parts)


def fit(hits: Sequence[Hit], characters: int) -> list[Hit]:
    """The best hits whose text fits into `characters`; at least the first."""
    kept: list[Hit] = []
    used = 0
    for hit in hits:
        used += len(hit.text)
        if kept and used > characters:
            break
        kept.append(hit)
    return kept
