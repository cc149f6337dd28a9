# SPDX-License-Identifier: EUPL-1.2
"""A module's text (Markdown) as blocks of a document. Everything that is written stays visible; nothing is active.

What would hide or change words of a plain text is off: link definitions, entities, escapes, indented code, underlines
as headings, HTML. A link is its text with its target in words behind it, an image its alternative text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from genius_gateway.export.model import (
    Block,
    Heading,
    ItemList,
    Line,
    Paragraph,
    Preformatted,
    Quotation,
    Span,
    Table,
    gaps,
    texts,
)

_OFF = ("reference", "entity", "escape", "code", "lheading", "html_block", "html_inline", "autolink", "hr")
_MOST_NESTED = 12
_MOST_COLUMNS = 12
_WORD = re.compile(r"\w+")


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": _MOST_NESTED}).enable("table").disable(list(_OFF))


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks in order. One that would lose a word as Markdown, or is too wide, stands there as it was written."""
    lines = text.split("\n")
    reader = _Reader(_parser().parse(text.replace("\0", "\ufffd")))
    found: list[Block] = []
    for first, end, blocks in reader.top():
        source = lines[first:end]
        wide = any(isinstance(block, Table) and len(block.header) > _MOST_COLUMNS for block in blocks)
        found += blocks if _whole(source, blocks) and not wide else _as_written(source)
    return tuple(found)


def _as_written(lines: Sequence[str]) -> list[Block]:
    text = "\n".join(lines).strip("\n")
    return [Paragraph(_plain(part)) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _whole(source: Sequence[str], blocks: Sequence[Block]) -> bool:
    """Whether every word of the source is in the blocks; the name of a code block's language may go."""
    if source and source[0].lstrip().startswith(("```", "~~~")):
        source = source[1:]
    wanted = Counter(_WORD.findall("\n".join(source)))
    return wanted <= Counter(_WORD.findall("\n".join(texts(blocks))))


class _Reader:
    """Walks the flat list of tokens once."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def top(self) -> Iterator[tuple[int, int, list[Block]]]:
        """Blocks of the outermost level with their lines: first, one after the last."""
        while self._at < len(self._tokens):
            token = self._take()
            first, end = token.map or (0, 0)
            yield first, end, self._block(token)

    def blocks(self, end: str) -> list[Block]:
        """Blocks up to the token `end`, which is taken."""
        found: list[Block] = []
        while self._at < len(self._tokens):
            token = self._take()
            if token.type == end:
                break
            found += self._block(token)
        return found

    def _block(self, token: Token) -> list[Block]:
        match token.type:
            case "heading_open":
                line = tuple(span for part in _lines(self._take()) for span in part)
                self._take()
                return [Heading(int(token.tag[1]), line)]
            case "paragraph_open":
                lines = _lines(self._take())
                self._take()
                return [Paragraph(lines)] if any(lines) else []
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token)
            case "blockquote_open":
                return [Quotation(tuple(self.blocks("blockquote_close")))]
            case "table_open":
                return [self._table()]
            case "fence" | "code_block":
                return [Preformatted(token.content.rstrip("\n"))]
            case _:
                return [Paragraph(_plain(token.content))] if token.content else []

    def _list(self, token: Token) -> list[Block]:
        ordered = token.type == "ordered_list_open"
        items: list[tuple[Block, ...]] = []
        signs: list[str] = []
        while self._take_item(signs):
            items.append(tuple(self.blocks("list_item_close")))
        start = int(token.attrs.get("start", 1)) if ordered else None
        if ordered and len(items) == 1:
            # "12. Mai 2026" or "3. Vorschlag" at the start of a line is no list.
            return _with_number(f"{signs[0]}{token.markup} ", items[0])
        return [ItemList(tuple(items), start)]

    def _take_item(self, signs: list[str]) -> bool:
        token = self._take()
        signs.append(token.info)
        return token.type == "list_item_open"

    def _table(self) -> Table:
        rows: list[list[Line]] = []
        while (token := self._take()).type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(tuple(span for part in _lines(token) for span in part))
        header, *rest = rows
        return Table(tuple(header), tuple(tuple(row) for row in rest))


def _with_number(sign: str, item: tuple[Block, ...]) -> list[Block]:
    if item and isinstance(item[0], Paragraph):
        first, *others = item[0].lines
        return [Paragraph(((Span(sign), *first), *others)), *item[1:]]
    return [Paragraph(((Span(sign.rstrip()),),)), *item]


def _plain(text: str) -> tuple[Line, ...]:
    return tuple(tuple(gaps(Span(line))) for line in text.splitlines())


def _lines(inline: Token) -> tuple[Line, ...]:
    """The lines of a paragraph: a line break in the text is one in the document (addresses, references)."""
    lines: list[list[Span]] = [[]]
    style = Span("")
    targets: list[str] = []
    for token in inline.children or []:
        match token.type:
            case "softbreak" | "hardbreak":
                lines.append([])
            case "strong_open" | "strong_close":
                style = replace(style, strong=token.nesting == 1)
            case "em_open" | "em_close":
                style = replace(style, emphasis=token.nesting == 1)
            case "link_open":
                targets.append(str(token.attrs.get("href", "")))
            case "link_close":
                _tell_target(lines[-1], targets.pop(), style)
            case "code_inline":
                lines[-1].append(replace(style, text=token.content, code=True))
            case "image":
                lines[-1].append(replace(style, text=f"[Bild: {token.content or token.attrs.get('src', '')}]"))
            case _:
                lines[-1].append(replace(style, text=token.content))
    return tuple(tuple(_joined(line)) for line in lines)


def _tell_target(line: list[Span], target: str, style: Span) -> None:
    """Where a link leads is for the reader to see; the document itself leads nowhere (OUT-03)."""
    if target and target not in "".join(span.text for span in line):
        line.append(replace(style, text=f" ({target})"))


def _joined(line: list[Span]) -> list[Span]:
    """Neighbours of one style as one span, so that a gap is found also where the parser cut it."""
    joined: list[Span] = []
    for span in line:
        if joined and replace(joined[-1], text="") == replace(span, text=""):
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        elif span.text:
            joined.append(span)
    return [part for span in joined for part in gaps(span)]
