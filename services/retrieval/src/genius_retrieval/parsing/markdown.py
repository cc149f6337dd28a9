# SPDX-License-Identifier: EUPL-1.2
"""Markdown by its block structure: headings, lists, tables, code. Inline marks stay, nothing is fetched or rendered."""

from __future__ import annotations

import re

from genius_retrieval.chunks import BlockKind, CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.plain import decode

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\S")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")
_FRONT_MATTER = re.compile(r"---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def parse(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument:
    text, guessed = decode(content)
    builder = DocumentBuilder(bounds, "text/markdown")
    if guessed:
        builder.warn("guessed_encoding")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (front := _FRONT_MATTER.match(text)) is not None:
        text = text[front.end() :]
    shown = _COMMENT.sub("", text)
    if shown != text:
        builder.warn("hidden_text")
    _Blocks(builder).read(shown.split("\n"))
    return builder.build(None, name)


class _Blocks:
    """Collects lines of one kind and hands them over when the kind changes."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._kind: BlockKind = "paragraph"
        self._lines: list[str] = []

    def read(self, lines: list[str]) -> None:
        fenced = False
        for line in lines:
            if _FENCE.match(line):
                fenced = not fenced
                self._flush()
            elif fenced:
                self._lines.append(line)
            else:
                self._line(line)
        self._flush()

    def _line(self, line: str) -> None:
        if heading := _HEADING.match(line):
            self._flush()
            self._builder.add("heading", heading[2], level=len(heading[1]))
        elif not line.strip() or _RULE.match(line):
            self._flush()
        elif _ITEM.match(line):
            # The paragraph right above a list is its introduction and stays with it.
            self._kind = "list"
            self._lines.append(line)
        elif line.lstrip().startswith("|"):
            if self._kind != "table":
                self._flush()
            self._kind = "table"
            self._lines.append(line)
        else:
            self._lines.append(line)

    def _flush(self) -> None:
        self._builder.add(self._kind, "\n".join(self._lines))
        self._kind, self._lines = "paragraph", []
