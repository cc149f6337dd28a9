# SPDX-License-Identifier: EUPL-1.2
"""What office packages (ECMA-376) share: relations between their parts, title, marks outside of the body."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass

from genius_retrieval.parsing.builder import refuse_marked
from genius_retrieval.parsing.guards import Bounds, read_part
from genius_retrieval.parsing.safe_xml import parse_xml

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


@dataclass(frozen=True, slots=True)
class Relation:
    """`kind` is the last part of its type, `target` the name of a part inside of the package."""

    kind: str
    target: str


def relations(archive: zipfile.ZipFile, part: str, bounds: Bounds) -> dict[str, Relation]:
    """Relations of a part by id; what lies outside of the package is no relation."""
    folder, name = posixpath.split(part)
    raw = read_part(archive, f"{folder}/_rels/{name}.rels", bounds)
    if raw is None:
        return {}
    return {
        str(item.get("Id")): Relation(
            str(item.get("Type") or "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, str(item.get("Target") or ""))).lstrip("/"),
        )
        for item in parse_xml(raw).iter(_RELATION)
        if item.get("TargetMode") != "External"
    }


def related(archive: zipfile.ZipFile, part: str, bounds: Bounds, kind: str) -> list[str]:
    """Names of the parts of `kind` that `part` refers to and that are there."""
    there = set(archive.namelist())
    found = relations(archive, part, bounds).values()
    return [relation.target for relation in found if relation.kind == kind and relation.target in there]


def refuse_marked_parts(archive: zipfile.ZipFile, bounds: Bounds, starts: tuple[str, ...]) -> None:
    """Raise for a classification mark in any XML part whose name begins so: paragraphs and texts as one line each."""
    for entry in archive.namelist():
        if entry.startswith(starts) and entry.endswith(".xml") and "/_rels/" not in entry:
            tree = parse_xml(read_part(archive, entry, bounds) or b"")
            # Once as lines and once joined: a mark may be parted over runs.
            refuse_marked("\n".join(tree.itertext()))
            refuse_marked("".join(tree.itertext()))


def core_title(archive: zipfile.ZipFile, bounds: Bounds) -> str | None:
    """The title from the properties, of which nothing else is kept (ING-12)."""
    raw = read_part(archive, "docProps/core.xml", bounds)
    return parse_xml(raw).findtext(_TITLE) if raw else None
