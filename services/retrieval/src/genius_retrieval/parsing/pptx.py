# SPDX-License-Identifier: EUPL-1.2
"""PPTX (ECMA-376) read from its XML parts: slides in their order, each with its title, texts, tables, charts and notes.

Own reading instead of python-pptx, which opens every part of the package and answers hidden slides, hidden shapes and
what lies beside the slide like any other.
"""

from __future__ import annotations

import zipfile
from typing import Any

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.charts import ChartParts
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, read_part
from genius_retrieval.parsing.packages import core_title, refuse_marked_parts, related, relations
from genius_retrieval.parsing.page_lists import with_pages
from genius_retrieval.parsing.pptx_shapes import A, P, Shapes, Size, is_text
from genius_retrieval.parsing.safe_xml import parse_xml

PRESENTATION = "ppt/presentation.xml"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
# Masters and layouts hold headers and footers; hidden slides are read for their marks only.
_ASIDE = (
    *("docProps/", "ppt/slides/", "ppt/notes", "ppt/comments", "ppt/diagrams/", "ppt/charts/"),
    *("ppt/slideMasters/", "ppt/slideLayouts/", "ppt/handoutMasters/"),
)
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"


def parse(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> CanonicalDocument:
    root = parse_xml(read_part(archive, PRESENTATION, bounds) or b"")
    builder = DocumentBuilder(bounds, _MEDIA_TYPE)
    refuse_marked_parts(archive, bounds, _ASIDE)
    if any(entry.startswith("ppt/comments") for entry in archive.namelist()):
        builder.warn("tracked_changes")
    parts = relations(archive, PRESENTATION, bounds)
    listed = [parts.get(str(item.get(_R))) for item in root.iterfind(f"{P}sldIdLst/{P}sldId")]
    targets = [part.target for part in listed if part is not None and part.kind == "slide"]
    if len(targets) > bounds.pages:
        raise Refused("too_many_pages")
    if len(set(targets)) < len(targets):
        raise Refused("broken")
    first = str(root.get("firstSlideNum") or "1")
    deck = _Deck(archive, builder, bounds, _size(root))
    for number, target in enumerate(targets, int(first) if first.isdigit() and len(first) < 6 else 1):
        deck.slide(number, target)
    if deck.bare:
        builder.warn(with_pages("pages_without_text", deck.bare))
    return builder.build(core_title(archive, bounds), name)


def _size(root: Any) -> Size | None:
    """Width and height of the slides."""
    found = root.find(P + "sldSz")
    values = ("" if found is None else str(found.get(name) or "") for name in ("cx", "cy"))
    width, height = (int(value) if value.isdigit() and len(value) < 10 else 0 for value in values)
    return (width, height) if width and height else None


class _Deck:
    """The slides of one file; `bare` collects the numbers of those that show pictures and no text."""

    def __init__(self, archive: zipfile.ZipFile, builder: DocumentBuilder, bounds: Bounds, size: Size | None) -> None:
        self._archive = archive
        self._builder = builder
        self._bounds = bounds
        self._size = size
        self._charts = ChartParts(archive, bounds)
        self._seen: set[str] = set()
        self.bare: list[int] = []

    def slide(self, number: int, part: str) -> None:
        root = self._tree(part)
        if root is None:
            raise Refused("broken")
        if root.get("show") in {"0", "false"}:
            if is_text(root):
                self._builder.warn("hidden_text")
            return
        before = self._builder.length
        # The title of a slide ends with the slide, also where the next one has none.
        self._builder.place(f"Folie {number}", ends=2)
        shapes = Shapes(self._builder, self._size, self._charts.of(part))
        shapes.read(root.find(f"{P}cSld/{P}spTree"))
        self._diagrams(part)
        if shapes.pictures and self._builder.length == before:
            self.bare.append(number)
        self._notes(number, part)

    def _diagrams(self, slide: str) -> None:
        """SmartArt: its texts stand in a part of their own."""
        for part in related(self._archive, slide, self._bounds, "diagramData"):
            root = self._tree(part)
            points = () if root is None else root.iter(_DIAGRAM + "pt")
            texts = (" ".join("".join(node.itertext()) for node in point.iter(A + "p")).strip() for point in points)
            self._builder.add("list", "\n".join("- " + text for text in texts if text))

    def _notes(self, number: int, slide: str) -> None:
        for part in related(self._archive, slide, self._bounds, "notesSlide"):
            root = self._tree(part)
            if root is not None:
                self._builder.place(f"Folie {number}, Notizen")
                Shapes(self._builder, None, notes=True).read(root.find(f"{P}cSld/{P}spTree"))

    def _tree(self, part: str) -> Any:
        """The root of a part; None where it is missing or was read already: each part is read for one slide only."""
        if part in self._seen:
            return None
        self._seen.add(part)
        raw = read_part(self._archive, part, self._bounds)
        return None if raw is None else parse_xml(raw)
