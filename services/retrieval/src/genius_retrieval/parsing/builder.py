# SPDX-License-Identifier: EUPL-1.2
"""Assembles a canonical document block by block: cleans the text, counts offsets, refuses what must not be kept."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

from genius_retrieval.chunks import FURNITURE, Block, BlockKind, Box, CanonicalDocument, PageSpan, Section, Warned
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds

_SEPARATOR = "\n\n"
# Zero-width and joining characters, bidi controls, tag characters, variation selectors, fillers (INJ-04).
_HIDDEN = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u206a-\u206f\ufeff\ufe00-\ufe0f\u115f\u1160\u3164\uffa0\u034f\u061c\u180e"
    "\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
# Joiners and selectors that real text uses (emoji, a byte order mark, a soft hyphen) are removed without a warning.
_HARMLESS = set("\ufeff\u200d\u200c\ufe0e\ufe0f")
_SPACES = re.compile(r"[^\S\n]+")
_VS_MARK = re.compile(
    r"VS\s*[-–—]?\s*(?:N\s*f\s*D\b|NUR\s+F(?:Ü|UE)R\s+DEN\s+DIENSTGEBRAUCH|VERTRAULICH\b)|\bSTRENG\s+GEHEIM\b"
    r"|(?m:^[-–— ]*(?:amtlich )?GEHEIM(?: ?[-–—]+ ?amtlich geheim ?gehalten)?[-–— ]*$)",
    re.IGNORECASE,
)
_TITLE_CHARS = 300
_AS_OF = re.compile(r"\bStand(?:\s*:|\s+vom)?\s+(\d{1,2})\.\s?(\d{1,2})\.\s?(20\d{2}|19\d{2})\b")
_EDGE_CHARS = 3000


@dataclass(frozen=True, slots=True)
class _Place:
    """Place and columns of all that begins at `char_from`; headings of level `ends` and deeper don't reach here."""

    char_from: int
    place: str
    columns: str
    ends: int = 7


_NOWHERE = _Place(0, "", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page with its rectangle in points.

    `cells`: for each part between wide gaps how many letters stand before it, and its left and right.
    """

    text: str
    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    cells: tuple[tuple[int, float, float], ...] = ()


def is_marked(text: str) -> bool:
    """Whether there is a classification mark (VSA): VS-NfD and above, in any spelling of the forms (ING-11)."""
    return _VS_MARK.search(text.replace("_", " ")) is not None


def refuse_marked(text: str) -> None:
    """Raise for a classification mark, wherever it was found: body, header, footer, metadata."""
    if is_marked(text):
        raise Refused("vs_marking")


class DocumentBuilder:
    """Add blocks in reading order, then `build`. Lines of one block are joined by `joint`."""

    def __init__(self, bounds: Bounds, media_type: str) -> None:
        self._bounds = bounds
        self._media_type = media_type
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._furniture: list[tuple[BlockKind, Sequence[Line]]] = []
        self._furniture_length = 0
        self._aside: list[Line] | None = None
        self._running_title = ""
        self._pages: list[tuple[int, float, float]] = []
        self._page_spans: dict[int, tuple[int, int]] = {}
        self._warnings: dict[str, None] = {}
        self._place = _NOWHERE
        self._places: list[_Place] = []

    @property
    def length(self) -> int:
        return self._length

    @property
    def empty(self) -> bool:
        return not self._blocks

    def warn(self, code: str) -> None:
        self._warnings[code] = None

    def clean(self, text: str) -> str:
        """NFC without invisible and control characters; runs of spaces become one. Hidden ones are warned of."""
        hidden = _HIDDEN.findall(text)
        if hidden:
            if not _HARMLESS.issuperset(hidden):
                self.warn("hidden_text")
            text = _HIDDEN.sub("", text)
        text = _CONTROL.sub("", text.replace("\u00ad", "").replace("\r\n", "\n").replace("\r", "\n"))
        lines = (_SPACES.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
        return "\n".join(lines).strip("\n")

    def place(self, place: str, columns: str = "", *, ends: int = 7) -> None:
        """Where everything stands that is added from now on; see `Section`.

        It is no longer under the headings of level `ends` and deeper: a slide without a title, the next message.
        """
        self._place = _Place(0, self._line(place), self._line(columns), ends)

    def _line(self, text: str) -> str:
        return self.clean(text).replace("\n", " ")[:_TITLE_CHARS]

    def add(self, kind: BlockKind, text: str, *, level: int | None = None) -> None:
        """Add a block without a place on a page; empty ones are left out, headers and footers put to the end."""
        cleaned = self.clean(text)
        if cleaned and self._aside is not None:
            self._aside += [Line(line, 0, 0, 0, 0, 0) for line in cleaned.split("\n")]
        elif cleaned and kind in FURNITURE:
            with self.aside(kind):
                self.add(kind, cleaned)
        elif cleaned:
            start = self._append(cleaned)
            self._blocks.append(Block(kind, cleaned, start, self._length, level=level))

    def add_lines(self, kind: BlockKind, lines: Sequence[Line], *, level: int | None = None, joint: str = " ") -> None:
        """Add a block of placed lines, also over pages. A word divided at the end of a line is joined again."""
        if block := self._placed(kind, lines, level, joint, divided=True):
            for box in block.boxes:
                start, _ = self._page_spans.get(box.page, (box.char_from, 0))
                self._page_spans[box.page] = (start, box.char_to)

    def add_furniture(self, kind: BlockKind, lines: Sequence[Line], running_title: str = "") -> None:
        """The header or footer of a page, from top to bottom; the title is the document's where it has no other."""
        self._furniture.append((kind, lines))
        self._furniture_length += sum(len(line.text) for line in lines)
        self._running_title = self._running_title or running_title
        self._refuse_length(self._length + self._furniture_length)

    @contextmanager
    def aside(self, kind: BlockKind) -> Iterator[None]:
        """What is added meanwhile is one header or footer, left out where there is one with the same words."""
        lines: list[Line] = []
        self._aside = lines
        try:
            yield
        finally:
            self._aside = None
        if lines and (kind, lines) not in self._furniture:
            self.add_furniture(kind, lines)

    def _placed(
        self, kind: BlockKind, lines: Sequence[Line], level: int | None, joint: str, *, divided: bool
    ) -> Block | None:
        text = ""
        spans: list[tuple[Line, int, int]] = []
        for line in lines:
            cleaned = self.clean(line.text)
            if not cleaned:
                continue
            if divided and text.endswith("-") and len(text) > 1 and text[-2].isalpha() and cleaned[0].islower():
                text = text[:-1]
                if spans:
                    last, start, _ = spans[-1]
                    spans[-1] = (last, start, len(text))
            elif text:
                text += joint
            spans.append((line, len(text), len(text) + len(cleaned)))
            text += cleaned
        if not text:
            return None
        offset = self._append(text)
        page = lines[0].page or None
        boxes = tuple(
            Box(n.page, n.x0, n.y0, n.x1, n.y1, offset + a, offset + b, _cells(n, text[a:b], offset + a))
            for n, a, b in spans
            if page
        )
        block = Block(kind, text, offset, self._length, page, boxes, level)
        self._blocks.append(block)
        return block

    def close_page(self, number: int, width: float, height: float) -> None:
        """The next page; its span is that of the lines which name it."""
        self._pages.append((number, width, height))

    def build(self, title: str | None, fallback_title: str) -> CanonicalDocument:
        """The document; refused where there is no text or a classification mark."""
        content_end, places = self._length, tuple(self._places)
        for kind, lines in self._furniture:
            self._placed(kind, lines, None, "\n", divided=False)
        text = "".join(self._parts)
        refuse_marked(text)
        if not text[:content_end].strip():
            raise Refused("no_content")
        own = self.clean(title or "") or self._first_heading() or self.clean(self._running_title)
        found = own or self.clean(fallback_title)
        refuse_marked(found)
        return CanonicalDocument(
            title=found.replace("\n", " ")[:_TITLE_CHARS],
            text=text,
            blocks=tuple(self._blocks),
            pages=tuple(self._spans()),
            sections=_sections(self._blocks, places, content_end),
            as_of=_as_of(text[content_end:]) or _as_of(text[:content_end]),
            media_type=self._media_type,
            warnings=tuple(Warned(code) for code in self._warnings),
        )

    def _spans(self) -> Iterator[PageSpan]:
        """The pages; one without text stands where the one before it ends."""
        at = 0
        for number, width, height in self._pages:
            start, end = self._page_spans.get(number, (at, at))
            yield PageSpan(number, start, end, width, height)
            at = end

    def _append(self, text: str) -> int:
        if self._parts:
            self._parts.append(_SEPARATOR)
            self._length += len(_SEPARATOR)
        start = self._length
        last = self._places[-1] if self._places else _NOWHERE
        if (last.place, last.columns) != (self._place.place, self._place.columns):
            self._places.append(replace(self._place, char_from=start))
        self._parts.append(text)
        self._length += len(text)
        self._refuse_length(self._length)
        return start

    def _refuse_length(self, length: int) -> None:
        if length > self._bounds.text_chars:
            raise Refused("too_much_text")

    def _first_heading(self) -> str:
        return next((block.text for block in self._blocks[:5] if block.kind == "heading" and block.level == 1), "")


def _cells(line: Line, cleaned: str, offset: int) -> tuple[tuple[int, float, float], ...]:
    """Where the parts of a line begin in the text: cleaning changes blanks, but not how many letters there are."""
    if not line.cells or len("".join(cleaned.split())) != len("".join(line.text.split())):
        return ()
    letters = [position for position, character in enumerate(cleaned) if not character.isspace()]
    return tuple((offset + letters[before], left, right) for before, left, right in line.cells if before < len(letters))


def _as_of(text: str) -> dt.date | None:
    """The date that the document itself gives as its "Stand", at its beginning or end."""
    found = _AS_OF.search(text[:_EDGE_CHARS]) or _AS_OF.search(text[-_EDGE_CHARS:])
    if found is None:
        return None
    try:
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def _sections(blocks: Sequence[Block], places: Sequence[_Place], length: int) -> tuple[Section, ...]:
    """From each heading or change of place to the next one, with the path of the headings above it."""
    headings = {block.char_from: block for block in blocks if block.kind == "heading"}
    placed = {place.char_from: place for place in places}
    starts = sorted(headings.keys() | placed.keys())
    if starts and starts[0] > 0:
        starts.insert(0, 0)
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    here = _NOWHERE
    for start, end in pairwise([*starts, length]):
        if start in placed:
            here = placed[start]
            path = [(above, text) for above, text in path if above < here.ends]
        if heading := headings.get(start):
            level = heading.level or 1
            path = [(above, text) for above, text in path if above < level]
            path.append((level, heading.text.replace("\n", " ")[:_TITLE_CHARS]))
        found.append(Section(tuple(text for _, text in path), start, end, None, here.place, here.columns))
    return tuple(found)
