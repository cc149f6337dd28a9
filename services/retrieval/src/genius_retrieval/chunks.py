# SPDX-License-Identifier: EUPL-1.2
"""The seam between ingestion and search: canonical documents and the chunks that are made from them.

All offsets count characters (Python code points) of the canonical text, `[char_from, char_to)`. Coordinates are PDF
points with the origin at the bottom left of the page; pages count from 1. Light on imports: parser processes load it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID, uuid5

BlockKind = Literal["heading", "paragraph", "list", "table", "page_header", "page_footer"]
FURNITURE = frozenset[BlockKind]({"page_header", "page_footer"})
"""Running heads, page numbers and footers: kept and shown, but neither searched nor cited nor part of a section."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where one line of text stands on its page; `char_from`/`char_to` is the span of that line.

    `cells`: where wide gaps divide it, as in a form with columns, the first character and left and right of each part.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    char_from: int
    char_to: int
    cells: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the canonical text with one role. `level` is 1-6 for headings, `page` None where there are none."""

    kind: BlockKind
    text: str
    char_from: int
    char_to: int
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    level: int | None = None


@dataclass(frozen=True, slots=True)
class PageSpan:
    """The span of page `number` in the canonical text; width and height in points."""

    number: int
    char_from: int
    char_to: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document under one heading path; `source_id` is the id in the source (§ id of a law).

    `place` is where a reader finds it in a file without pages ("Folie 3", "Zeilen 17–30"); `columns` the header row of
    the table that its rows belong to, which is indexed with them and never cited.
    """

    path: tuple[str, ...]
    char_from: int
    char_to: int
    source_id: str | None = None
    place: str = ""
    columns: str = ""

    @property
    def full_path(self) -> tuple[str, ...]:
        """The headings and then the place."""
        return (*self.path, self.place) if self.place else self.path


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a reader should know; `code` is a key of `genius_retrieval.ingest.reasons.WARNINGS` or names pages."""

    code: str


FieldKind = Literal["text", "choice", "check", "radio", "signature"]


@dataclass(frozen=True, slots=True)
class FormField:
    """A fillable field (AcroForm) as it is filled in; its value stands in the text too, where the page shows it.

    `label` is what the form itself calls it (tooltip), `checked` None for what is no box to tick.
    """

    name: str
    label: str
    kind: FieldKind
    value: str
    checked: bool | None
    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class CanonicalDocument:
    """What every parser produces, whatever the file was. Blocks are in reading order and do not overlap.

    Headers and footers stand behind everything else, page by page, so that a sentence which runs over the end of a page
    is one piece of text; the spans of pages and sections end before them.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...] = ()
    sections: tuple[Section, ...] = ()
    as_of: dt.date | None = None
    media_type: str = "text/plain"
    warnings: tuple[Warned, ...] = ()
    fields: tuple[FormField, ...] = ()
    parts: tuple[AttachedPart, ...] = ()

    @property
    def content_end(self) -> int:
        """Where the text without headers and footers ends."""
        if not any(block.kind in FURNITURE for block in self.blocks):
            return len(self.text)
        return max((block.char_to for block in self.blocks if block.kind not in FURNITURE), default=0)


@dataclass(frozen=True, slots=True)
class AttachedPart:
    """An attachment of a mail as a document of its own, beside its words in the mail's text; it has no parts itself.

    `name` is `inner.eml#name.pdf` inside of another mail; without a document `reason` says why (`reasons.FAILURES`,
    `reasons.UNREAD_ATTACHMENTS`).
    """

    name: str
    document: CanonicalDocument | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable piece. `text` is exactly `canonical.text[char_from:char_to]` and the only citable part.

    `heading` is the nearest heading with its § number, `context` a header that is indexed but never cited.
    `page` is where it begins, `page_breaks` the positions inside it at which the pages after that begin.
    """

    id: UUID
    document: UUID
    ordinal: int
    text: str
    char_from: int
    char_to: int
    page: int | None = None
    section_path: tuple[str, ...] = field(default=())
    source_id: str | None = None
    as_of: dt.date | None = None
    heading: str = ""
    context: str = ""
    page_breaks: tuple[int, ...] = ()


def chunk_id(document: UUID, version: str, ordinal: int) -> UUID:
    """Stable id of a chunk: the same file ingested again gives the same points (ING-10)."""
    return uuid5(document, f"{version}/{ordinal}")


def shared_chunk_id(place: UUID, *content: str, nth: int) -> UUID:
    """Id of a chunk by all that its terms and vectors are made of, the same in every version that has it unchanged.

    `place`: what must not share it with others (the knowledge base); `nth`: of several chunks with this content.
    """
    return uuid5(place, json.dumps([*content, nth], ensure_ascii=False))
