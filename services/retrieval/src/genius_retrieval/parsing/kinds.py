# SPDX-License-Identifier: EUPL-1.2
"""Which parser reads which file. Imports what a family needs, and only that: every parser process pays for it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.guards import Bounds

_HTML = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_ENCODINGS = ("ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp437", "iso8859-1", "iso8859-15")
_XML = re.compile(rb"^\s*<\?xml\b|^\s*<!DOCTYPE|^\s*<svg\b", re.I)

PAGED = frozenset({"pdf", "image"})
"""Families whose parsers count pages: `seen(done, total)`."""


def load_parser(family: str, task: str) -> Callable[..., Any]:
    """The function that carries out `task` (`parse` or `render`) for a family of files.

    Everything that Python loads late must be here already: the cage lets no file be opened.
    """
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    if family == "pdf":
        from genius_retrieval.parsing import pdf, pdf_pictures

        return pdf_pictures.render if task == "render" else pdf.parse
    if family == "image":
        from genius_retrieval.parsing import image_pictures, images

        return image_pictures.render if task == "render" else images.parse
    if family == "zip":
        from genius_retrieval.parsing import office

        return office.parse
    if family in {"mail", "outlook", "archive"}:
        return _load_messages(family)
    from genius_retrieval.parsing import delimited, html, markdown, plain

    def parse_text(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument:
        head = _head(content)
        if _HTML.match(head):
            return html.parse(content, name, bounds)
        if _XML.match(head):
            return html.refuse_xml(content)
        # Markdown is text either way; the name only decides whether "#" makes a heading.
        if name.lower().endswith((".md", ".markdown")):
            return markdown.parse(content, name, bounds)
        return delimited.parse(content, name, bounds) or plain.parse(content, name, bounds)

    return parse_text


def _load_messages(family: str) -> Callable[..., Any]:
    """Messages and archives may hold each other, and all that others read."""
    from genius_retrieval.parsing import archives, mail, outlook

    def parse(content: bytes, name: str, bounds: Bounds, readings: dict[str, Any] | None = None) -> CanonicalDocument:
        openers: dict[str, Callable[[bytes], Any]] = {
            "mail": mail.open_mail,
            "outlook": outlook.open_message,
            "archive": partial(archives.open_files, bounds=bounds),
        }
        return parsers[family](readers, openers, content, name, bounds, readings)

    readers = {kind: load_parser(kind, "parse") for kind in ("pdf", "image", "zip", "text")}
    parsers = {"mail": mail.parse, "outlook": outlook.parse, "archive": archives.parse}
    return parse


def _head(content: bytes) -> bytes:
    """The beginning without a byte order mark, UTF-16 brought to UTF-8."""
    start = content[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace").encode()
    return start.removeprefix(b"\xef\xbb\xbf")
