# SPDX-License-Identifier: EUPL-1.2
"""The result of a run as a document: its text, what a person still has to look at, its sources, its origin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from genius_gateway.export import (
    Block,
    Document,
    Heading,
    ItemList,
    Line,
    Origin,
    Paragraph,
    Span,
    blocks_of,
    plain_line,
)
from genius_gateway.export.errors import NothingToExport, RunNotFinished
from genius_gateway.export.origin import Way
from genius_gateway.runs.requests import RunView

_WAYS = {"generative", "extractive", "template"}
_GAP = re.compile(r"\[Bitte ergänzen: ([^\]\n]+)\]")
_SUBJECT = re.compile(r"^(?:\*\*)?(?:Betreff|Thema):\s*(?:\*\*)?\s*(.+?)(?:\*\*)?$", re.MULTILINE)
_ASKED = ("question", "message")
_QUOTE_CHARS = 1000
_TITLE_CHARS = 150
_DRAFT = "draft"


def document_of(run: RunView, title: str, given: Mapping[str, Any], author: str, text: str | None = None) -> Document:
    """`title` is the module's, `given` the run's input, `text` what a person made of the text afterwards.

    Raises: RunNotFinished; NothingToExport where the result has no text.
    """
    if run.finished_at is None:
        raise RunNotFinished
    results = list(_results(run))
    if not results or (text is not None and len(results) > 1):
        raise NothingToExport
    edited = text is not None and text.strip() != _text_of(results[0][1]).strip()
    blocks: list[Block] = []
    for name, result in results:
        shown = text if text is not None else _text_of(result)
        if len(results) > 1:
            blocks.append(Heading(1, plain_line(name)))
        blocks += blocks_of(_marked(result, shown))
        blocks += _to_check(run, result, shown)
        blocks += _sources(result)
    if question := next((str(given[name]) for name in _ASKED if given.get(name)), ""):
        blocks.insert(0, _question(question))
    is_draft = run.module == _DRAFT
    return Document(
        title=_draft_title(text or _text_of(results[0][1]), title) if is_draft else title,
        title_shown=not is_draft,
        blocks=tuple(blocks),
        author=author,
        origin=_origin(run, [result for _, result in results], edited=edited),
    )


def _question(text: str) -> Paragraph:
    first, *rest = text.strip().splitlines()
    return Paragraph(((Span("Frage: ", strong=True), Span(first)), *((Span(line),) for line in rest)))


def _results(run: RunView) -> Iterator[tuple[str, dict[str, Any]]]:
    """What has a text: the result, or those of a batch with the name of their section."""
    result = run.result or {}
    if isinstance(items := result.get("items"), list) and "succeeded" in result:
        for item in items:
            value = item.get("value") if isinstance(item, dict) else None
            if isinstance(value, dict) and _text_of(value).strip():
                yield f"Eintrag {int(item.get('index', 0)) + 1}", value
    elif _text_of(result).strip():
        yield "", result


def _text_of(result: Mapping[str, Any]) -> str:
    found = result.get("text", result.get("answer"))
    return found if isinstance(found, str) else ""


def _marked(result: Mapping[str, Any], text: str) -> str:
    """The text with a mark behind each sentence that its sources do not bear out; layout stays."""
    for sentence in _unsupported(result):
        text = text.replace(sentence, f"{sentence} **(nicht belegt)**", 1)
    return text


def _unsupported(result: Mapping[str, Any]) -> list[str]:
    sentences = result.get("sentences")
    found = [item for item in sentences if isinstance(item, dict)] if isinstance(sentences, list) else []
    texts = [str(item.get("text", "")).strip() for item in found if item.get("supported") is False]
    return list(dict.fromkeys(filter(None, texts)))


def _to_check(run: RunView, result: Mapping[str, Any], text: str) -> list[Block]:
    """What a person has to do before the text is used; of an edited text, what is still true of it."""
    unverified = result.get("unverified")
    strange = [str(value) for value in unverified] if isinstance(unverified, list) else []
    items: list[Line] = [
        *(plain_line(f"Offen: {gap}") for gap in dict.fromkeys(_GAP.findall(text))),
        *(plain_line(f"Steht nicht in den Vorlagen: {value}") for value in strange if value in text),
        *(plain_line(f"Nicht belegt: {sentence}") for sentence in _unsupported(result) if sentence in text),
    ]
    if run.partial:
        items.append(plain_line("Der Lauf wurde nicht zu Ende geführt: Der Text ist unvollständig."))
    if not items:
        return []
    return [Heading(1, plain_line("Bitte vor der Verwendung prüfen")), _bullets(items)]


def _sources(result: Mapping[str, Any]) -> list[Block]:
    """The passages with their numbers, as retrieval gave them."""
    found = [item for item in _citations(result) if isinstance(item.get("number"), int)]
    if not found:
        return []
    lines = [Paragraph((_source(item), *_quote(item))) for item in found]
    return [Heading(1, plain_line("Quellen")), *lines]


def _citations(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    citations = result.get("citations")
    return [item for item in citations if isinstance(item, dict)] if isinstance(citations, list) else []


def _source(item: Mapping[str, Any]) -> Line:
    where = [_name(item)]
    if isinstance(page := item.get("page"), int):
        where.append(f"Seite {page}")
    if as_of := item.get("as_of"):
        where.append(f"Stand {as_of}")
    return (Span(f"[{item['number']}] ", strong=True), Span(", ".join(where)))


def _name(item: Mapping[str, Any]) -> str:
    path = item.get("section_path")
    last = str(path[-1]) if isinstance(path, Sequence) and not isinstance(path, str) and path else ""
    title = str(item.get("title", ""))
    return f"{title}: {last}" if last and last not in title else title


def _quote(item: Mapping[str, Any]) -> list[Line]:
    quote = " ".join(str(item.get("quote", "")).split())
    shown = quote if len(quote) <= _QUOTE_CHARS else quote[:_QUOTE_CHARS] + " …"
    return [(Span(f"„{shown}“", emphasis=True),)] if shown else []


def _bullets(lines: Sequence[Line]) -> ItemList:
    return ItemList(tuple((Paragraph((line,)),) for line in lines))


def _draft_title(text: str, title: str) -> str:
    """A draft has its heading in itself: its subject, else its first words."""
    subject = _SUBJECT.search(text)
    heading = re.search(r"^#{1,6}\s+(.+)$", text, re.MULTILINE)
    found = subject or heading
    return f"{title}: {found[1]}"[:_TITLE_CHARS] if found else title


def _origin(run: RunView, results: Sequence[Mapping[str, Any]], *, edited: bool) -> Origin:
    """By a model as soon as one part is."""
    modes = {str(result.get("mode", run.mode)) for result in results}
    way = "generative" if "generative" in modes else next(iter(modes & _WAYS), "rules")
    models = {str(result["model"]) for result in results if result.get("model")}
    assert run.finished_at is not None
    return Origin(
        way=cast("Way", way),
        at=run.finished_at,
        model=", ".join(sorted(models)) or None,
        module=run.module,
        version=run.version,
        run=str(run.id),
        edited=edited,
        sources=tuple(dict.fromkeys(_name(item) for result in results for item in _citations(result))),
    )
