# SPDX-License-Identifier: EUPL-1.2
"""Headers and footers of a DOCX: which parts hold those that Word shows."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from genius_retrieval.chunks import BlockKind
from genius_retrieval.parsing.guards import Bounds, read_part
from genius_retrieval.parsing.packages import relations
from genius_retrieval.parsing.safe_xml import parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_KINDS: tuple[tuple[BlockKind, str], ...] = (("page_header", "header"), ("page_footer", "footer"))


def page_edges(archive: zipfile.ZipFile, root: Any, bounds: Bounds) -> Iterator[tuple[BlockKind, str]]:
    """Kind and name of each part that a section of the document `root` refers to and shows: all headers come first."""
    parts = relations(archive, "word/document.xml", bounds)
    there = set(archive.namelist())
    settings = read_part(archive, "word/settings.xml", bounds)
    both = settings is not None and _is_on(parse_xml(settings), "evenAndOddHeaders")
    seen: set[str] = set()
    for kind, name in _KINDS:
        for section in root.iter(_W + "sectPr"):
            shown = {"default", *(["first"] if _is_on(section, "titlePg") else []), *(["even"] if both else [])}
            for item in section.iterfind(f"{_W}{name}Reference"):
                part = parts.get(str(item.get(_ID)))
                known = part is not None and part.kind == name and part.target in there
                if part and known and part.target not in seen and (item.get(_W + "type") or "default") in shown:
                    seen.add(part.target)
                    yield kind, part.target


def _is_on(parent: Any, name: str) -> bool:
    found = parent.find(_W + name)
    return found is not None and found.get(_W + "val") not in {"0", "false", "off"}
