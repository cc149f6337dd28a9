# SPDX-License-Identifier: EUPL-1.2
"""A document to be written: structure and text, no layout. Text is text: nothing in it is markup of any format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from genius_gateway.export.origin import Origin

_GAP = re.compile(r"\[Bitte ergänzen: [^\]\n]+\]")
# Turn the reading direction, and so make text look like something else.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_UNPRINTABLE = {"Cc", "Cs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class Span:
    """`gap`: a place that a person has to fill."""

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    gap: bool = False


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` counts from 1; `Document` closes jumps, which screen readers would stumble over."""

    level: int
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Its lines stay lines, as in an address."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ItemList:
    """`start` is the first number of an ordered list, None makes it one of bullets."""

    items: tuple[tuple[Block, ...], ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`header` is the row that names the columns; every row has as many cells."""

    header: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Quotation:
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Preformatted:
    text: str


Block = Heading | Paragraph | ItemList | Table | Quotation | Preformatted


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`title` goes into the metadata, and above the text unless `title_shown` is off (a letter has its subject).

    `letterhead` are the lines above everything, `author` is the authority. `language` is BCP 47.
    """

    title: str
    blocks: tuple[Block, ...]
    origin: Origin
    author: str = "Genius"
    language: str = "de"
    title_shown: bool = True
    letterhead: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Characters of its blocks."""
        return sum(map(len, texts(self.blocks)))

    def tidy(self) -> Document:
        """The form that is written: no heading level is jumped over, and no unprintable character is left."""
        return replace(
            self,
            title=" ".join(clean(self.title).split()) or "Ohne Titel",
            author=clean(self.author),
            letterhead=tuple(clean(line) for line in self.letterhead),
            blocks=tuple(_levelled(_clean_blocks(self.blocks))),
        )


def plain_line(text: str) -> Line:
    """The text as one line, its gaps marked."""
    return tuple(gaps(Span(" ".join(text.split()))))


def gaps(span: Span) -> Iterator[Span]:
    """The span cut so that what a person must add stands in spans of its own."""
    at = 0
    for found in _GAP.finditer(span.text):
        if found.start() > at:
            yield replace(span, text=span.text[at : found.start()])
        yield replace(span, text=found.group(), gap=True)
        at = found.end()
    if at < len(span.text) or not span.text:
        yield replace(span, text=span.text[at:])


def clean(text: str) -> str:
    """What no font shows and no format may hold is named in its place, so that nothing is lost unseen."""
    text = _BIDI.sub("", text)
    return "".join(
        f"[U+{ord(sign):04X}]" if unicodedata.category(sign) in _UNPRINTABLE and sign not in "\n\t" else sign
        for sign in text.replace("\r\n", "\n").replace("\r", "\n")
    )


def texts(blocks: Iterable[Block]) -> Iterator[str]:
    """All text, a line each, the numbers of list items too."""
    for block in blocks:
        match block:
            case Heading():
                yield _text(block.line)
            case Paragraph():
                yield from map(_text, block.lines)
            case ItemList():
                for number, item in enumerate(block.items, block.start or 0):
                    yield from (str(number), *texts(item))
            case Table():
                yield from (_text(cell) for row in (block.header, *block.rows) for cell in row)
            case Quotation():
                yield from texts(block.blocks)
            case Preformatted():
                yield block.text


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


def _levelled(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The first heading is of level 1, the next at most one deeper; the title is none in either format."""
    shift = min((block.level for block in blocks if isinstance(block, Heading)), default=1) - 1
    before = 0
    for block in blocks:
        if isinstance(block, Heading):
            before = min(block.level - shift, before + 1)
            yield replace(block, level=before)
        else:
            yield block


def _clean_blocks(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(_clean_block(block) for block in blocks)


def _clean_block(block: Block) -> Block:
    match block:
        case Heading():
            return replace(block, line=_clean_line(block.line))
        case Paragraph():
            return Paragraph(tuple(_clean_line(line) for line in block.lines))
        case ItemList():
            return replace(block, items=tuple(_clean_blocks(item) for item in block.items))
        case Table():
            rows = tuple(tuple(_clean_line(cell) for cell in row) for row in block.rows)
            header = tuple(_clean_line(cell) for cell in block.header)
            return Table(header, rows, clean(block.summary))
        case Quotation():
            return Quotation(_clean_blocks(block.blocks))
        case Preformatted():
            return Preformatted(clean(block.text))


def _clean_line(line: Line) -> Line:
    return tuple(replace(span, text=clean(span.text).replace("\n", " ")) for span in line)
