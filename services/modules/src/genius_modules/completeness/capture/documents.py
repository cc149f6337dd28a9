# SPDX-License-Identifier: EUPL-1.2
"""From an opened file to its documents: split at titles, classified, values read, equal ones found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from genius_modules.completeness.capture.classify import Classifier, Title
from genius_modules.completeness.capture.description import DocumentReading, FormDescription
from genius_modules.completeness.capture.document_values import Read, read_document
from genius_modules.completeness.capture.folded import fold, name_parts
from genius_modules.completeness.capture.lines import Text
from genius_modules.completeness.capture.naming import as_spelled
from genius_modules.completeness.capture.notices import notices_on
from genius_modules.completeness.observed import ObservedDocument, ObservedPerson, Place

_LEAST_LETTERS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file or attachment. `unreadable`: why nobody can read it; `version` its SHA-256, empty for an attachment.

    `message`: the words of a mail, which are never more than a letter.
    """

    text: Text
    unreadable: str | None = None
    version: str = ""
    message: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    text: Text
    title: Title | None
    read: Read


def documents_of(
    source: Source,
    classifier: Classifier,
    form: FormDescription,
    persons: Sequence[ObservedPerson],
    *,
    is_form: bool,
) -> list[ObservedDocument]:
    """The documents in a file; `persons` are those of the form, for documents that name them without a label."""
    file = source.text.file
    if source.unreadable:
        return [_unreadable(file, source.unreadable, classifier)]
    if is_form:
        name = tuple((person.name, None) for person in persons[:1] if person.name)
        return [
            ObservedDocument(
                file=file,
                pages=source.text.pages,
                document_type=form.document_type,
                names=name,
                places=(Place(file=file, page=1, quote=source.text.lines[0].verbatim if source.text.lines else ""),),
                notices=notices_on(source.text),
            )
        ]
    if not source.message and _illegible(source.text, classifier):
        return [_unreadable(file, "unleserlich", classifier)]
    return [_observed(part, classifier, source.message, persons) for part in _parts(source, classifier, form)]


def _illegible(text: Text, classifier: Classifier) -> bool:
    """A scan of whose words too few are sure: what is read of it is never guessed at."""
    letters = sum(character.isalpha() for line in text.lines for character in line.text)
    if letters < _LEAST_LETTERS:
        return True
    return text.poor_pages >= set(text.pages) and classifier.title(text) is None


def _unreadable(file: str, reason: str, classifier: Classifier) -> ObservedDocument:
    return ObservedDocument(
        file=file,
        readable=False,
        unreadable_reason="unleserlich" if reason == "unleserlich" else "nicht-pruefbar",
        expected_type=classifier.hint(file),
    )


def _parts(source: Source, classifier: Classifier, form: FormDescription) -> list[_Part]:
    """Pages with a title of their own begin a document; of one kind and person they stay one."""
    groups: list[tuple[Title | None, list[int]]] = []
    for page in source.text.pages:
        title = None if source.message else classifier.title(source.text.on([page]))
        if title is not None or not groups:
            groups.append((title, [page]))
        else:
            groups[-1][1].append(page)
    parts: list[_Part] = []
    for title, pages in groups:
        read = _read(source.text.on(pages), title, form)
        last = parts[-1] if parts else None
        if last and title and last.title and last.title.type == title.type and _same(last.read, read):
            text = source.text.on([*last.text.pages, *pages])
            parts[-1] = _Part(text, last.title, _read(text, last.title, form))
        else:
            parts.append(_Part(source.text.on(pages), title, read))
    return parts


def _read(text: Text, title: Title | None, form: FormDescription) -> Read:
    reading = form.documents.get(title.type, DocumentReading()) if title else DocumentReading()
    return read_document(text, reading, title.line if title else None)


def _same(first: Read, second: Read) -> bool:
    """Whether two parts of a file are about the same people, or the second does not say."""
    names = [{name_parts(name) for name, _ in read.names} for read in (first, second)]
    return not names[1] or names[0] == names[1]


def _observed(
    part: _Part, classifier: Classifier, message: bool, persons: Sequence[ObservedPerson]
) -> ObservedDocument:
    kind = part.title.type if part.title else classifier.letter(part.text)
    names = part.read.names or (() if message else _named_anywhere(part.text, persons))
    found = dict(part.read.values)
    if part.text.scanned_pages:
        names = as_spelled(tuple(names), [person.name for person in persons])
        found |= {"people": [name for name, _ in names]} if "people" in found else {}
    first = part.text.lines[0] if part.text.lines else None
    places = part.read.places or ((part.text.place(first),) if first else ())
    return ObservedDocument(
        file=part.text.file,
        pages=part.text.pages,
        document_type=kind,
        names=tuple(names),
        values=found,
        places=places,
        notices=notices_on(part.text),
    )


def _named_anywhere(text: Text, persons: Sequence[ObservedPerson]) -> Iterator[tuple[str, None]]:
    """People of the form whose whole name stands in one row, where no label says whom the document is about."""
    for person in persons:
        words = name_parts(person.name)
        if len(words) > 1 and any(words <= name_parts(row.text) for row in text.rows):
            yield person.name, None


def mark_duplicates(sources: Sequence[Source], documents: Sequence[ObservedDocument]) -> Iterator[ObservedDocument]:
    """Documents whose bytes or words are those of an earlier file name that file."""
    versions = {source.text.file: source.version for source in sources}
    texts = {source.text.file: _digest(source.text) for source in sources}
    seen: dict[str, str] = {}
    for document in documents:
        keys = [key for key in (versions.get(document.file), texts.get(document.file)) if key]
        first = next((seen[key] for key in keys if key in seen and seen[key] != document.file), None)
        for key in keys:
            seen.setdefault(key, document.file)
        yield replace(document, duplicate_of=first) if first else document


def _digest(text: Text) -> str:
    words = "\n".join(fold(line.text).text for line in text.lines)
    return hashlib.sha256(words.encode()).hexdigest() if len(words) >= _LEAST_LETTERS else ""
