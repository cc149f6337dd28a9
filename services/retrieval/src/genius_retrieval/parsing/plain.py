# SPDX-License-Identifier: EUPL-1.2
"""Plain text: the encoding is found out, blank lines part the blocks, § lines are headings."""

from __future__ import annotations

import re

from genius_retrieval.chunks import BlockKind, CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PARAGRAPH = re.compile(
    r"§§?\s?\d+[a-z]?\b(?!\s*(?:Abs|Satz|Nr|Nummer|bis|und|ff?\b|SGB|[A-ZÄÖÜ][A-Za-z]*G\b))[^.;]{0,150}$"
)
_ITEM = re.compile(r"\s*(?:[-*•–]|\(?\d{1,3}[.)]|\(?[a-z]{1,2}\))\s+\S")
# More than this share of control characters is not text.
_BINARY_SHARE = 0.01


def decode(content: bytes) -> tuple[str, bool]:
    """The text and whether the encoding had to be guessed. Refused where it is no text at all."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _checked(content[len(mark) :].decode(encoding, "replace")), False
    if wide := _wide(content):
        return _checked(content.decode(wide, "replace")), True
    try:
        return _checked(content.decode("utf-8")), False
    except UnicodeDecodeError:
        return _checked(content.decode("cp1252", "replace")), True


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: in German text nearly every second byte is zero."""
    head = content[:4096]
    if len(head) < 4 or len(content) % 2:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > 0.8 * half and head[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if head[0::2].count(0) > 0.8 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _checked(text: str) -> str:
    sample = text[:65_536]
    strange = sum(1 for char in sample if (char < " " and char not in "\t\n\r\f") or char == "\ufffd")
    if strange > max(2, _BINARY_SHARE * len(sample)):
        raise Refused("unknown_type")
    return text


def is_paragraph_heading(line: str) -> bool:
    """Whether the line is the heading of a § ("§ 12 Höchstbeträge"), not a sentence that begins with one."""
    return bool(_PARAGRAPH.match(line.strip()))


def parse(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument:
    text, guessed = decode(content)
    builder = DocumentBuilder(bounds, "text/plain")
    if guessed:
        builder.warn("guessed_encoding")
    add_text(builder, text)
    return builder.build(None, name)


def add_text(builder: DocumentBuilder, text: str) -> None:
    """Add plain text block by block."""
    for part in re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")):
        _add_part(builder, part.strip("\n"))


def _add_part(builder: DocumentBuilder, part: str) -> None:
    first, _, rest = part.partition("\n")
    if is_paragraph_heading(first):
        builder.add("heading", first, level=2)
        part = rest
    lines = [line for line in part.split("\n") if line.strip()]
    kind: BlockKind = (
        "list" if lines and all(_ITEM.match(line) for line in lines[1:]) and len(lines) > 1 else "paragraph"
    )
    builder.add(kind, part)
