# SPDX-License-Identifier: EUPL-1.2
"""Versions of a law: one that an operator hands in, which document holds one, and what changed between two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from genius_common.contracts.laws import LawText
from genius_common.errors import FieldError, InvalidInput
from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.laws.documents import LawDocument, canonical, law_document_id
from genius_retrieval.laws.source import Law, LawSection, law_index, without_sentence_numbers


def handed_in(text: LawText) -> LawDocument:
    """The law in the form of the shipped ones. Raises: InvalidInput for a law that the platform has no names of."""
    known = next((info for info in law_index() if info.key == text.bjnr), None)
    if known is None:
        told = "Dieses Gesetz gehört nicht zu den mitgelieferten. Andere Gesetze laden Sie als Dokument hoch."
        raise InvalidInput(errors=[FieldError("/law/bjnr", told)])
    sections = tuple(
        LawSection(
            item.id, item.number, item.heading, tuple(item.path), item.as_of, without_sentence_numbers(item.text)
        )
        for item in text.sections
    )
    law = Law(replace(known, as_of=text.as_of, sections=len(sections)), sections)
    return LawDocument(known.key, known.citation, canonical(law))


@dataclass(frozen=True, slots=True)
class Place:
    """What the rows of a knowledge base have of one law.

    `latest`: its version that is not superseded, whatever its state; `after`: the one that came last, superseded or not
    (where somebody has deleted the latest).
    """

    identifier: UUID
    latest: Any | None
    after: UUID | None
    superseded: tuple[UUID, ...]


def place_of(rows: Iterable[Any], knowledge_base: UUID, key: str) -> Place:
    """`rows`: all documents of the knowledge base."""
    law = law_document_id(knowledge_base, key)
    versions = [row for row in rows if row.id in (_first(law, row.version), _again(law, row.version, row.replaces))]
    versions.sort(key=lambda row: (row.superseded_by is None, row.created_at, row.id))
    last = versions[-1] if versions else None
    latest = last if last is not None and last.superseded_by is None else None
    superseded = tuple(row.id for row in versions if row.superseded_by is not None)
    return Place(law, latest, last.id if last is not None else None, superseded)


def version_id(place: Place, version: str) -> UUID:
    """The id of the document of a version (SHA-256, hex) that comes after `place.after`, which it has to name.

    The same for every try. A version that was there before has an id of its own each time it returns.
    """
    first = _first(place.identifier, version)
    return _again(place.identifier, version, place.after) if first in (*place.superseded, place.after) else first


def _first(law: UUID, version: str) -> UUID:
    return uuid5(law, version)


def _again(law: UUID, version: str, after: UUID | None) -> UUID:
    return uuid5(law, f"{version}/{after}")


@dataclass(frozen=True, slots=True)
class Changes:
    """How many §§ of a new version are changed, new, gone and as they were."""

    changed: int
    new: int
    gone: int
    same: int


def changes(old: CanonicalDocument | None, new: CanonicalDocument) -> Changes:
    """By the id of a § in the source: its heading, its text, and the chapters above it. Without `old` all are new."""
    before, after = _sections(old) if old else {}, _sections(new)
    common = before.keys() & after.keys()
    same = sum(before[identifier] == after[identifier] for identifier in common)
    return Changes(len(common) - same, len(after) - len(common), len(before) - len(common), same)


def _sections(document: CanonicalDocument) -> dict[str | None, tuple[tuple[str, ...], str]]:
    return {
        section.source_id: (section.path, document.text[section.char_from : section.char_to])
        for section in document.sections
    }
