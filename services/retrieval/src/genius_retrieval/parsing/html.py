# SPDX-License-Identifier: EUPL-1.2
"""HTML by lxml: text of the body in its block structure. No script runs, no link or image is followed (ING-02)."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds

_SKIPPED = {"script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object", "embed", "canvas"}
_SKIPPED |= {"input", "select", "textarea", "button", "audio", "video"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {"p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "blockquote", "pre", "figure"}
_BLOCKS |= {"address", "dl", "dt", "dd", "form", "fieldset", "body", "figcaption", "details", "summary", "hr", "center"}
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?!\.)|"
    r"(?<!-)color\s*:\s*(?:#fff(?:fff)?\b|white\b)",
    re.IGNORECASE,
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_KNOWN = {"utf-8", "utf8", "iso-8859-1", "iso-8859-15", "windows-1252", "cp1252", "latin-1", "latin1", "us-ascii"}
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MAX_DEPTH = 200


def refuse_xml(content: bytes) -> CanonicalDocument:
    """XML of other kinds (SVG, RSS, XÖV) is not read; one with a DTD or entities is named as unsafe."""
    raise Refused("unsafe_xml" if b"<!DOCTYPE" in content or b"<!ENTITY" in content else "unknown_type")


def parse(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument:
    if b"<!ENTITY" in content or b"<!entity" in content:
        raise Refused("unsafe_xml")
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    # Decoded here: inside the cage libxml2 can't load its tables, and a declared encoding must not be believed twice.
    text = _DECLARATION.sub("", content.decode(_encoding(content), "replace").removeprefix("\ufeff"))
    try:
        root = lxml_html.document_fromstring(_CONTROL.sub("", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refused("broken") from error
    title = root.findtext(".//title")
    for meta in root.iter("meta"):
        refuse_marked(str(meta.get("content") or ""))
    builder = DocumentBuilder(bounds, "text/html")
    body = root.find("body")
    _Walk(builder).block(root if body is None else body, 0)
    return builder.build(title, name)


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        found = _META_CHARSET.search(content[:4096])
        named = found[1].decode("ascii").lower() if found else ""
        return named if named in _KNOWN - {"utf-8", "utf8", "us-ascii"} else "cp1252"
    return "utf-8"


class _Walk:
    """Depth-first over the tree; inline text gathers until a block begins or ends."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._text: list[str] = []

    def block(self, element: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise Refused("too_complex")
        self._gather(element.text)
        for child in element:
            self._child(child, depth)
            self._gather(child.tail)
        if depth == 0:
            self._flush()

    def _child(self, child: Any, depth: int) -> None:
        tag = child.tag if isinstance(child.tag, str) else ""
        if not tag or tag in _SKIPPED:
            return
        if _is_hidden(child):
            if child.text_content().strip():
                self._builder.warn("hidden_text")
        elif tag in _HEADINGS:
            self._flush()
            self._builder.add("heading", _flat(child), level=_HEADINGS[tag])
        elif tag in {"ul", "ol"}:
            self._list(child)
        elif tag == "table":
            self._flush()
            self._builder.add("table", "\n".join(_rows(child)))
        elif tag == "br":
            self._text.append("\n")
        elif tag in _BLOCKS:
            self._flush()
            self.block(child, depth + 1)
            self._flush()
        else:
            self.block(child, depth + 1)

    def _list(self, element: Any) -> None:
        intro = "".join(self._text).strip()
        self._text = []
        items = [_flat(item) for item in element.iter("li")]
        numbered = element.tag == "ol"
        lines = [f"{number}. {item}" if numbered else f"- {item}" for number, item in enumerate(items, 1) if item]
        self._builder.add("list", "\n".join([intro, *lines] if intro else lines))

    def _gather(self, text: str | None) -> None:
        if text:
            self._text.append(re.sub(r"\s+", " ", text))

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text = []
        self._builder.add("paragraph", text)


def _is_hidden(element: Any) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN_STYLE.search(style))


def _flat(element: Any) -> str:
    """The visible text of an element as one line; nested lists are read by their own items."""
    parts: list[str] = []
    stack: list[Any] = [element]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        if not isinstance(item.tag, str) or item.tag in _SKIPPED or (item is not element and _is_hidden(item)):
            continue
        if item is not element and item.tag in {"ul", "ol"}:
            continue
        inner: list[Any] = [item.text or ""]
        for child in item:
            inner += [" " if child.tag in _BLOCKS or child.tag in {"br", "td"} else "", child, child.tail or ""]
        stack.extend(reversed(inner))
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _rows(table: Any) -> list[str]:
    rows = []
    for row in table.iter("tr"):
        cells = [_flat(cell) for cell in row if cell.tag in {"td", "th"}]
        if any(cells):
            rows.append(" | ".join(cells))
    return rows
