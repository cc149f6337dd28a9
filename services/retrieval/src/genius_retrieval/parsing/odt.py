# SPDX-License-Identifier: EUPL-1.2
"""ODT (OpenDocument 1.3) read from content.xml; tracked deletions, comments and macros are left out."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from genius_retrieval.chunks import BlockKind, CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, read_part
from genius_retrieval.parsing.safe_xml import parse_xml

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_SKIPPED = {TEXT + "tracked-changes", OFFICE + "annotation", OFFICE + "annotation-end", OFFICE + "forms"}
_SKIPPED |= {TEXT + "change", TEXT + "change-start", TEXT + "change-end", OFFICE + "event-listeners"}
_CONTAINERS = {TEXT + "section", TEXT + "index-body", TEXT + "table-of-content", _DRAW + "frame", _DRAW + "text-box"}
_ASIDE = (OFFICE + "annotation", TEXT + "note", TEXT + "tracked-changes")
_EDGES: tuple[tuple[BlockKind, str], ...] = (("page_header", "header"), ("page_footer", "footer"))
_MAX_DEPTH = 100


def parse(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> CanonicalDocument:
    frame = read_frame(archive, bounds)
    raw = read_part(archive, "content.xml", bounds)
    if raw is None:
        raise Refused("broken")
    root = parse_xml(raw)
    text = root.find(f"{OFFICE}body/{OFFICE}text")
    if text is None:
        raise Refused("broken")
    builder = DocumentBuilder(bounds, "application/vnd.oasis.opendocument.text")
    if next(root.iter(TEXT + "tracked-changes", OFFICE + "annotation"), None) is not None:
        builder.warn("tracked_changes")
    Body(builder, _hidden_styles(root)).read(text, 0)
    if frame.styles is not None:
        _add_edges(builder, frame.styles)
    return builder.build(frame.title, name)


@dataclass(frozen=True, slots=True)
class Frame:
    """What lies around the content of a package: its title, and the tree of styles.xml."""

    title: str | None
    styles: Any


def read_frame(archive: zipfile.ZipFile, bounds: Bounds) -> Frame:
    """Raises: Refused for a package that is encrypted, or marked in its metadata, headers or footers."""
    manifest = read_part(archive, "META-INF/manifest.xml", bounds)
    if manifest and b"encryption-data" in manifest:
        raise Refused("encrypted")
    title = styles = None
    for part in ("meta.xml", "styles.xml"):
        if found := read_part(archive, part, bounds):
            tree = parse_xml(found)
            refuse_marked(" ".join(tree.itertext()))
            title = title or next((element.text for element in tree.iter(_TITLE)), None)
            styles = tree if part == "styles.xml" else None
    return Frame(title, styles)


def _add_edges(builder: DocumentBuilder, styles: Any) -> None:
    """Headers and footers of the page styles, as far as they are shown."""
    hidden = _hidden_styles(styles)
    for kind, name in _EDGES:
        for page in styles.iter(STYLE + "master-page"):
            for variant in ("", "-first", "-left"):
                edge = page.find(f"{STYLE}{name}{variant}")
                if edge is not None and edge.get(STYLE + "display") != "false":
                    with builder.aside(kind):
                        Body(builder, hidden).read(edge, 0)


def _hidden_styles(root: Any) -> frozenset[str]:
    """Names of the automatic styles whose text nobody can see."""
    hidden = set()
    for style in root.iter(STYLE + "style"):
        properties = style.find(STYLE + "text-properties")
        if properties is None:
            continue
        white = str(properties.get(FO + "color")).lower() == "#ffffff" and not properties.get(FO + "background-color")
        if (
            white
            or properties.get(TEXT + "display") == "none"
            or str(properties.get(FO + "font-size")) in {"0pt", "1pt"}
        ):
            hidden.add(str(style.get(STYLE + "name")))
    return frozenset(hidden)


class Body:
    """Headings, paragraphs, lists and tables in order."""

    def __init__(self, builder: DocumentBuilder, hidden: frozenset[str]) -> None:
        self._builder = builder
        self._hidden = hidden

    def read(self, parent: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise Refused("too_complex")
        for child in parent:
            if child.tag == TEXT + "h":
                level = str(child.get(TEXT + "outline-level") or "1")
                self._builder.add("heading", self._text(child), level=min(int(level), 6) if level.isdigit() else 1)
            elif child.tag == TEXT + "p":
                self._builder.add("paragraph", self._text(child))
                for box in child.iter(_DRAW + "text-box"):
                    self.read(box, depth + 1)
            elif child.tag == TEXT + "list":
                self._builder.add("list", "\n".join("- " + item for item in self.items(child)))
            elif child.tag == TABLE + "table":
                self._builder.add("table", "\n".join(self._rows(child)))
            elif child.tag in _CONTAINERS:
                if child.get(TEXT + "display") == "none":
                    self._builder.warn("hidden_text")
                else:
                    self.read(child, depth + 1)

    def items(self, element: Any) -> Iterator[str]:
        """The text of each paragraph in `element`."""
        for paragraph in element.iter(TEXT + "p", TEXT + "h"):
            # Comments are left out, notes are read with the paragraph that they hang on.
            if next(paragraph.iterancestors(*_ASIDE), None) is None and (text := self._text(paragraph).strip()):
                yield text

    def _rows(self, table: Any) -> Iterator[str]:
        for row in table.iter(TABLE + "table-row"):
            if next(row.iterancestors(TABLE + "table")) is not table:
                continue  # of a table inside of a cell, read with that cell
            cells = [" ".join(self.items(cell)) for cell in row.iterchildren(TABLE + "table-cell")]
            if any(cells):
                yield " | ".join(cells)

    def _text(self, paragraph: Any) -> str:
        parts: list[str] = []
        stack: list[Any] = [paragraph]
        while stack:
            node = stack.pop()
            if isinstance(node, str):
                parts.append(node)
                continue
            if node.tag in _SKIPPED or node.tag == _DRAW + "text-box" or not isinstance(node.tag, str):
                continue
            if node.get(TEXT + "style-name") in self._hidden:
                if "".join(node.itertext()).strip():
                    self._builder.warn("hidden_text")
                continue
            stack.extend(reversed(self._inner(node)))
        return "".join(parts)

    def _inner(self, node: Any) -> list[Any]:
        inner: list[Any] = []
        if node.tag == TEXT + "s":
            inner.append(" ")
        elif node.tag == TEXT + "tab":
            inner.append("\t")
        elif node.tag == TEXT + "line-break":
            inner.append("\n")
        inner.append(node.text or "")
        for child in node:
            inner += [child, child.tail or ""]
        return inner
