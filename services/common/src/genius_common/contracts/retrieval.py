# SPDX-License-Identifier: EUPL-1.2
"""Documents, hits and citations, as retrieval answers them and everybody else passes them on."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from genius_common.contracts.search_filter import SearchFilter
from genius_common.principal import ProtectionClass

HIDDEN_TEXT = "hidden_text"
"""Code of the warning that a document had text which nobody sees on its pages (INJ-04)."""
DocumentStateName = Literal["queued", "parsing", "indexing", "ready", "failed"]
Counted = Literal["pages", "scans", "chunks"]
ProcessingStepName = Literal["scan", "read", "keep", "chunk", "index"]
# One sentence for foreign, unknown and impossible ids, wherever it is found out (TEN-02).
NOT_THERE_TO_REPLACE = (
    "Das Dokument, das ersetzt werden soll, gibt es in dieser Wissensbasis nicht oder nicht mehr. Bitte laden Sie die "
    "Liste neu; die neue Datei können Sie auch ohne Ersetzen hochladen."
)


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(Model):
    """Why a document failed: a stable code and a German sentence that says what to do."""

    code: str
    detail: str


class Successor(Model):
    """What holds instead of a superseded document: the newest version, and when it was uploaded.

    Without a name where its protection class is above that of the document which it replaces.
    """

    document: UUID
    name: str | None = None
    title: str | None = None
    created_at: dt.datetime


class ProcessingStep(Model):
    """A step of reading a document and how long it took; `failed`: it ended the attempt."""

    step: ProcessingStepName
    ms: int
    failed: bool = False


class Processing(Model):
    """Log of the last attempt to read a document; counts of a step that was not reached are null."""

    steps: list[ProcessingStep]
    characters: int | None = Field(default=None, description="length of its text")
    headings: int | None = None
    tables: int | None = Field(default=None, description="blocks that are parts of tables")
    furniture: int | None = Field(default=None, description="lines of page headers and footers, which are not searched")
    chunks: int | None = Field(default=None, description="pieces that the search can find")


class StepCount(Model):
    """How far the step is that a document is in; `total` 0 where there is nothing to do.

    Counted are pages that are read, scans that are recognised, and chunks (pieces that the search finds) that are
    indexed.
    """

    what: Counted
    done: int = Field(ge=0)
    total: int = Field(ge=0)


class DocumentState(Model):
    """State object of a document or file. `progress` is 0..1 while it is being worked on, counted as `working` says.

    `unreadable`: what is stored as its name or title does not open; the name is empty then, or the title null.
    """

    id: UUID
    name: str
    state: DocumentStateName
    reason: Reason | None = None
    retryable: bool = Field(default=False, description="failed, and can be read again: its original is kept")
    media_type: str | None = None
    pages: int | None = None
    size: int
    version: str | None = Field(default=None, description="SHA-256 of the original, hex")
    title: str | None = None
    as_of: dt.date | None = None
    progress: float | None = None
    working: StepCount | None = Field(default=None, description="null where the step is short, or has nothing to count")
    warnings: list[Reason] = []
    unreadable: bool = False
    knowledge_base: UUID | None = None
    protection_class: ProtectionClass = ProtectionClass.INTERN
    created_at: dt.datetime
    replaces: UUID | None = Field(default=None, description="the document that it supersedes once it is ready")
    superseded: bool = Field(default=False, description="it no longer holds: it is not found, nor cited anew")
    superseded_by: Successor | None = Field(
        default=None, description="what holds instead of a superseded one; null where that was deleted"
    )
    quarantined_at: dt.datetime | None = Field(
        default=None, description="since when it is locked: not found, in no answer, opened by its keepers alone"
    )
    processing: Processing | None = Field(default=None, description="how it was read; null where that was not logged")

    @property
    def hides_text(self) -> bool:
        """Whether it had text that nobody sees on its pages."""
        return any(warning.code == HIDDEN_TEXT for warning in self.warnings)


class DocumentPage(Model):
    items: list[DocumentState]
    next: str | None = None


class Passage(Model):
    """A sentence (or line) inside a hit, as a span of the document's canonical text; `page` is where it begins."""

    char_from: int
    char_to: int
    score: float
    page: int | None = None


def page_at(page: int | None, page_breaks: Sequence[int], position: int) -> int | None:
    """The page that holds `position` of a text that begins on `page`; None where there are no pages."""
    return None if page is None else page + bisect_right(page_breaks, position)


class Hit(Model):
    """A chunk that fits the query. `char_from`/`char_to` count characters of the document's canonical text.

    `page` is the page on which the chunk begins, `page_breaks` the positions inside it at which the next pages begin.
    """

    document: UUID
    title: str
    version: str
    text: str
    score: float
    page: int | None = None
    char_from: int
    char_to: int
    section_path: list[str] = []
    as_of: dt.date | None = None
    source_id: str | None = None
    knowledge_base: UUID | None = None
    file: UUID | None = None
    protection_class: ProtectionClass = ProtectionClass.INTERN
    passages: list[Passage] = []
    page_breaks: list[int] = []
    columns: str = Field(default="", description="the row that names the columns of its table, known of wider hits")
    hidden_text: bool = Field(default=False, description="its document had text that people do not see; it is left out")

    def page_at(self, position: int) -> int | None:
        """The page that holds the character `position` of the canonical text; None where there are no pages."""
        return page_at(self.page, self.page_breaks, position)


class Verdict(Model):
    """Whether the documents answer the question at all; `confidence` is calibrated on the development half.

    `elsewhere` names the law or field that is not among the documents and fits the question better, where one does.
    """

    answerable: bool
    confidence: float
    elsewhere: str | None = None


class Searched(Model):
    """What was searched in; `left_out`: readable knowledge bases whose purpose does not allow it (DSG-06).

    With a `filter`, `documents` are those that it leaves, files of the caller among them.
    """

    knowledge_bases: int
    documents: int
    left_out: int = 0
    filter: SearchFilter | None = None


class SearchRequest(SearchFilter):
    query: str = Field(min_length=1, max_length=4000)
    limit: int = Field(default=10, ge=1, le=50)
    knowledge_bases: list[UUID] | None = None
    documents: list[UUID] | None = None
    files: list[UUID] | None = None
    context: str | None = Field(default=None, max_length=8000, description="earlier turns, for follow-up questions")
    section_chars: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="the best hits grow within their section, and become one where they meet, up to so many characters",
    )

    @property
    def filter(self) -> SearchFilter | None:
        """What narrows it, where anything does."""
        said = {name: getattr(self, name) for name in SearchFilter.model_fields}
        return SearchFilter(**said) if self.narrows else None


class SearchResult(Model):
    hits: list[Hit]
    verdict: Verdict
    searched: Searched


class Citation(Hit):
    """A hit as it is cited: `number` is the n of `[n]`, `quote` the verbatim passage (part of `text`).

    `char_from`/`char_to` span `text`; the one entry of `passages` spans the quote, `page` is where the quote begins.
    """

    number: int = Field(ge=1)
    quote: str


class TextSection(Model):
    path: list[str]
    char_from: int
    char_to: int
    source_id: str | None = None


class TextBlock(Model):
    """A piece of the canonical text with one role, which may begin before or end behind the span that was asked for.

    The lines of a list are its items, those of a table its rows, with " | " between two cells. `level` (1-6) is that of
    a heading. `place`: where it stands in a file without pages ("Zeilen 17–30"). `columns`: the row that names the
    columns of a table; it is one of the block's own rows, or stands above what is shown of the table here. Headers and
    footers (`page_header`, `page_footer`, a line each line) stand behind all other blocks.
    """

    kind: Literal["heading", "paragraph", "list", "table", "page_header", "page_footer"]
    char_from: int
    char_to: int
    level: int | None = None
    place: str = ""
    columns: str = ""


class DocumentText(Model):
    """A span of the canonical text; `length` is that of the whole text, `page_starts` where its pages 1, 2, … begin.

    The text ends with headers and footers of its pages; they are answered only where the span is asked for that far.
    `part_starts` is where the parts begin that the text is read in, where there are no pages.
    """

    text: str
    char_from: int
    char_to: int
    length: int
    sections: list[TextSection] = []
    page_starts: list[int] = []
    blocks: list[TextBlock] = []
    part_starts: list[int] = []


class PageText(Model):
    """The text of one of `pages` pages; `notes`: what a reader should know of how it was read.

    `header` and `footer` are the lines above and below it that repeat on other pages; `text` does not have them.
    """

    text: str
    char_from: int
    char_to: int
    pages: int
    blocks: list[TextBlock] = []
    header: list[str] = []
    footer: list[str] = []
    notes: list[Reason] = []
