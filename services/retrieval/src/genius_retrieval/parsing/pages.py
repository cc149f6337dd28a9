# SPDX-License-Identifier: EUPL-1.2
"""From the lines of all pages to blocks: headers and footers aside, paragraphs joined that run on over a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from genius_retrieval.chunks import BlockKind
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.furniture.edges import Visible, edges
from genius_retrieval.parsing.furniture.recogniser import Marks, recognise
from genius_retrieval.parsing.layout import ITEM, Styled, add_block, body_size, is_heading, paragraphs
from genius_retrieval.parsing.plain import is_paragraph_heading

_CLOSING = "\"'“”»«)]’"
_ENDS = (".", "!", "?", ":", ";", "…")
_FULL = 0.8
"""A line that reaches this far to the right of its page is full, so that its paragraph may go on."""
_BESIDE = 2


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The lines of a page: as one group of a page with text, in paragraphs of one recognised from a picture (`scan`).

    `visible`: the page's box, left, bottom, right and top, in the space that its lines have their places in; `turns`:
    quarter turns clockwise that it is shown with.
    """

    number: int
    width: float
    height: float
    visible: Visible
    groups: list[list[Styled]]
    turns: int = 0
    scan: bool = False

    @property
    def lines(self) -> list[Styled]:
        return self.groups[0] if len(self.groups) == 1 else [styled for group in self.groups for styled in group]

    @property
    def characters(self) -> int:
        return sum(len(styled.line.text) for group in self.groups for styled in group)


@dataclass(slots=True)
class _Open:
    """The last block of a page, which may go on on the next one."""

    lines: list[Styled]
    body: float
    right: float


def add_pages(builder: DocumentBuilder, pages: list[ReadPage]) -> None:
    """Add the pages in order; `pages` is emptied, so that no line is held twice."""
    marks = _marks(pages)
    pages.reverse()
    last: _Open | None = None
    while pages:
        page = pages.pop()
        marked = marks.get(page.number, {})
        if marked:
            _add_furniture(builder, page, marked)
        groups, content = _content(page, marked)
        body = body_size(content)
        right = max((styled.line.x1 for styled in content), default=0.0)
        for at, group in enumerate(groups):
            rest = group
            if last and at == 0 and _goes_on(last, group, body, page.scan):
                joined = _before_items(group)
                last.lines += group[:joined]
                rest = group[joined:]
            if rest:
                _close(builder, last)
                last = _Open(list(rest), body, right)
        builder.close_page(page.number, page.width, page.height)
    _close(builder, last)


def _close(builder: DocumentBuilder, last: _Open | None) -> None:
    if last:
        add_block(builder, last.lines, last.body)


def _marks(pages: Sequence[ReadPage]) -> Marks:
    found = []
    total = lines = 0
    for page in pages:
        own = page.lines
        total += bool(own)
        lines += len(own)
        found += edges(page.number, own, page.visible, page.turns, body_size(own), rough=page.scan)
    marks = recognise(found, total)
    # A form without entries is its own text.
    return marks if sum(map(len, marks.values())) < lines else {}


def _content(page: ReadPage, marked: dict[int, BlockKind]) -> tuple[list[list[Styled]], list[Styled]]:
    """Paragraphs and lines without headers and footers."""
    kept: list[list[Styled]] = []
    index = 0
    for group in page.groups:
        rest = [styled for at, styled in enumerate(group, index) if at not in marked] if marked else group
        index += len(group)
        if rest:
            kept.append(rest)
    content = [styled for group in kept for styled in group]
    return (kept if page.scan else paragraphs(content)), content


def _add_furniture(builder: DocumentBuilder, page: ReadPage, marked: dict[int, BlockKind]) -> None:
    lines = page.lines
    body = body_size(lines)
    kinds: tuple[BlockKind, ...] = ("page_header", "page_footer")
    for kind in kinds:
        own = [lines[index] for index in sorted(marked) if marked[index] == kind]
        if own:
            title = next((styled.line.text for styled in own if is_heading([styled], body)), "")
            builder.add_furniture(kind, [styled.line for styled in own], title)
    for index in marked:
        # A classification mark must not slip through because half of it stands in a header.
        near = lines[max(0, index - _BESIDE) : index + _BESIDE + 1]
        refuse_marked(" ".join(styled.line.text for styled in near))


def _goes_on(last: _Open, group: Sequence[Styled], body: float, scan: bool) -> bool:
    """Whether the first paragraph of a page goes on with a sentence that the page before broke off."""
    end, first = last.lines[-1], group[0]
    text, following = end.line.text.rstrip(), first.line.text.lstrip()
    apart = abs(end.size - first.size) > (0.25 * end.size if scan else 0.5) or end.bold != first.bold
    if not text or not following or end.line.page + 1 != first.line.page or apart:
        return False
    if is_heading(last.lines, last.body) or is_heading(group, body):
        return False
    if ITEM.match(following) or is_paragraph_heading(following):
        return False
    if text.rstrip(_CLOSING).endswith(_ENDS):
        return False
    if following[0].islower():
        return True
    left = min(styled.line.x0 for styled in last.lines)
    full = end.line.x1 - left >= _FULL * (last.right - left)
    # A row of a table is no sentence that goes on.
    return full and not text[-1].isdigit() and following[0].isalpha()


def _before_items(group: Sequence[Styled]) -> int:
    """How many lines stand before the first item of a list."""
    return next((at for at, styled in enumerate(group) if ITEM.match(styled.line.text)), len(group))
