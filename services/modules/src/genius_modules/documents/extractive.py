# SPDX-License-Identifier: EUPL-1.2
"""An answer without a model: the best verbatim passages, each introduced by its place and cited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from genius_common.contracts.retrieval import Citation, Hit, SearchResult
from genius_common.text import Span, split_sentences
from genius_modules.citations import best_quote
from genius_modules.citations.quotes import clip
from genius_modules.citations.text import stems
from genius_modules.documents.answer import Answer, Sentence
from genius_modules.documents.sources import citation, heading, passage_spans

MAX_CITATIONS = 5
_NEAREST, _NEAR = 3, 0.1
_RELATED = 0.75
_SHORT = 60
_ABSATZ = re.compile(r"\((\d{1,2}[a-z]?)\)\s")
_ITEM = re.compile(
    r"(?:^|\s)(\d{1,2}\.\s(?![A-ZÄ][a-zä]+\s\d{4}|Januar|Februar|März|April|Mai|Ju[nl]i|August)(?=[^\W\d]))"
)
_PASSAGE_CHARS = 480
_LEAD_CHARS = 200
_FURTHER_CHARS = 280
_CELLS = " | "


def extractive_answer(question: str, hits: Sequence[Hit]) -> Answer:
    """Quote from the best hits, at most `MAX_CITATIONS`, most relevant first; every sentence is verbatim and cited."""
    chosen = _distinct(hits)[:MAX_CITATIONS]
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    lines: list[str] = []
    for number, hit in enumerate(chosen, 1):
        span = _passage(question, hit)
        citations.append(citation(hit, number, span))
        # Further passages are shown shorter, so that the first one stands out; their quote is the whole passage.
        shown = span if number == 1 else clip(hit.text, span, _FURTHER_CHARS)
        line = f"{_place(hit, span)}{_columns(hit, shown)}: „{_readable(hit, shown)}“ [{number}]"
        sentences.append(Sentence(text=line, supported=True, citations=[number]))
        if number == 2:
            lines.append("Weitere Fundstellen:")
        lines.append(line if number == 1 else f"- {line}")
    text = "\n".join(lines).replace("\nWeitere Fundstellen:\n", "\n\nWeitere Fundstellen:\n\n")
    return Answer(text=text, found=True, sentences=sentences, citations=citations, mode="extractive")


def nearest_passages(question: str, result: SearchResult) -> list[Citation]:
    """What to show beside "nicht gefunden": the best hits' passages, unless they have next to nothing in common."""
    if result.verdict.confidence < _NEAR:
        return []
    found = _distinct(result.hits)[:_NEAREST]
    return [citation(hit, number, _passage(question, hit)) for number, hit in enumerate(found, 1)]


def _distinct(hits: Sequence[Hit]) -> list[Hit]:
    """Best hit of each section; one that is far behind the best is no answer but noise."""
    best = max((hit.score for hit in hits), default=0.0)
    seen: set[tuple[object, ...]] = set()
    kept: list[Hit] = []
    for hit in hits:
        key = (hit.document, tuple(hit.section_path), hit.page if not hit.section_path else None)
        if key in seen or (len(kept) >= 3 and hit.score < best * _RELATED):
            continue
        seen.add(key)
        kept.append(hit)
    return kept


def _passage(question: str, hit: Hit) -> Span:
    """Retrieval's best sentence, with its neighbour where it is too short to be understood; else our own choice."""
    spans = passage_spans(hit)
    if row := _best_row(question, hit, spans[0] if spans else Span(0, len(hit.text))):
        return row
    if not spans:
        return clip(hit.text, best_quote(question, hit.text).span, _PASSAGE_CHARS)
    best = _whole_sentences(hit.text, spans[0])
    if best.end - best.start < _SHORT:
        after = [span for span in spans[1:] if 0 <= span.start - best.end <= 2]
        if after:
            best = Span(best.start, after[0].end)
    return _focused(question, hit.text, best)


def _best_row(question: str, hit: Hit, span: Span) -> Span | None:
    """Of the rows of a table the one that has most of the question; None where it is no table, or no row has any."""
    rows, start = list[Span](), span.start
    for line in span.of(hit.text).split("\n"):
        if _CELLS in line and line.strip() != hit.columns:
            rows.append(clip(hit.text, Span(start, start + len(line)), _PASSAGE_CHARS))
        start += len(line) + 1
    wanted = set(stems(question))

    def shared(row: Span) -> tuple[int, int]:
        text = row.of(hit.text)
        # Parts of compounds count after whole words: Kennzeichen in Wunschkennzeichen.
        return len(wanted & set(stems(text))), sum(len(word) > 3 and word in text.lower() for word in wanted)

    best = max(rows, key=shared, default=None)
    return best if best and any(shared(best)) else None


def _is_row(text: str, span: Span) -> bool:
    """Whether it is exactly one row of a table."""
    at_end = span.end == len(text) or text[span.end] == "\n"
    return at_end and _at_line(text, span.start) and _CELLS in (quote := span.of(text)) and "\n" not in quote


def _focused(question: str, text: str, span: Span) -> Span:
    """A span above the readable length, shortened to the item of its enumeration that fits the question best."""
    clipped = clip(text, span, _PASSAGE_CHARS)
    if clipped == span:
        return span
    starts = [span.start + match.start(1) for match in _ITEM.finditer(span.of(text))]
    items = [Span(start, end) for start, end in pairwise([*starts, span.end])]
    wanted = set(stems(question))
    best = max(items, key=lambda item: len(wanted & set(stems(item.of(text)))), default=None)
    if best is None or best.end <= clipped.end:
        return clipped
    shared = wanted & set(stems(best.of(text)))
    # One common word alone does not make an item the answer; then the beginning tells the reader more.
    if 2 * len(shared) < len(wanted) or shared <= set(stems(clipped.of(text))):
        return clipped
    return clip(text, Span(best.start, best.start + len(best.of(text).rstrip(" ,;"))), _PASSAGE_CHARS)


def _whole_sentences(text: str, span: Span) -> Span:
    """Widen a span to the sentences it touches, so that none stops at "am 15."; not beyond a readable length."""
    touched = [found for found in split_sentences(text) if found.start < span.end and span.start < found.end]
    wide = Span(min(span.start, touched[0].start), max(span.end, touched[-1].end)) if touched else span
    return wide if wide.end - wide.start <= _PASSAGE_CHARS else span


def _place(hit: Hit, span: Span) -> str:
    """Heading, with the Absatz of a law's § where the passage stands in one."""
    name = heading(hit, hit.char_from + span.start)
    if not name.startswith(("§", "Art")):
        return name
    before = hit.text[: span.start + 5]
    found = [
        match for match in _ABSATZ.finditer(before) if match.start() <= span.start and _at_line(before, match.start())
    ]
    return f"{name}, Abs. {found[-1].group(1)}" if found else name


def _columns(hit: Hit, span: Span) -> str:
    """What the cells of a quoted row mean."""
    quote = span.of(hit.text)
    return f" ({hit.columns})" if hit.columns and _CELLS in quote and hit.columns not in quote else ""


def _at_line(text: str, position: int) -> bool:
    return position == 0 or text[position - 1] == "\n"


def _readable(hit: Hit, span: Span) -> str:
    """The quotation on one line, without the leading "(1)", with an ellipsis where the sentence goes on."""
    quote = re.sub(r"\s+", " ", span.of(hit.text)).strip()
    quote = re.sub(r"^\(\d{1,2}[a-z]?\)\s+", "", quote)
    row = _is_row(hit.text, span)
    whole = row or span.end >= len(hit.text) or quote.endswith((".", "!", "?", ":", ";"))
    quote = quote.replace("„", "‚").replace("“", "‘") + ("" if whole else " …")
    return quote if row else f"{_lead(hit.text, span)}{quote}"


def _lead(text: str, span: Span) -> str:
    """How the sentence begins of which only an item is quoted: `Der Ausweisinhaber ist verpflichtet, … `."""
    sentence = next((found for found in split_sentences(text) if found.start < span.start < found.end), None)
    if sentence is None:
        return ""
    first = _ITEM.search(sentence.of(text))
    end = sentence.start + first.start(1) if first else sentence.start
    lead = re.sub(r"^\(\d{1,2}[a-z]?\)\s+", "", text[sentence.start : min(end, span.start)]).strip()
    return f"{lead} … " if lead and len(lead) <= _LEAD_CHARS else "… "
