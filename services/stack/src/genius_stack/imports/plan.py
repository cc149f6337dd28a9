# SPDX-License-Identifier: EUPL-1.2
"""What an import has to do: compares files with the documents that hold in the knowledge base, by content and name.

A file whose content is there is not sent again. One that has changed supersedes the document of its name, so what has
the older content under another name is sent after it: otherwise the only document with that content would be gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from genius_common.contracts.retrieval import DocumentState


@dataclass(frozen=True, slots=True)
class Local:
    """A file here: the name of its document and the SHA-256 of its bytes in hex."""

    name: str
    version: str

    @property
    def key(self) -> str:
        """Names are compared as the platform does it."""
        return self.name.casefold()


@dataclass(slots=True)
class Plan:
    """`rounds` are sent one after the other; `changes` are those names in them that supersede a document."""

    rounds: list[list[Local]] = field(default_factory=list)
    changes: set[str] = field(default_factory=set)
    unchanged: list[Local] = field(default_factory=list)
    elsewhere: list[tuple[str, str]] = field(default_factory=list)
    """Files whose content is there, with the name that it has there."""
    failed: list[tuple[Local, DocumentState]] = field(default_factory=list)
    """Content that the platform could not read the last time."""
    again: list[DocumentState] = field(default_factory=list)
    """Failed documents that give way because their files are sent once more."""
    missing: list[DocumentState] = field(default_factory=list)
    """Documents without a file here."""


def plan(files: Sequence[Local], documents: Iterable[DocumentState], *, retry_failed: bool = False) -> Plan:
    """`documents` are those that hold, failed ones too."""
    known = list(documents)
    made = Plan()
    held: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for document in known:
        if document.state != "failed" and document.version:
            held.setdefault(document.name.casefold(), set()).add(document.version)
            names[document.name.casefold()] = document.name
    made.changes = {file.name for file in files if file.key in held and file.version not in held[file.key]}
    waiting = _without_failed(files, known, held, made, retry_failed)
    while todo := _absent(waiting, held):
        for file in todo:
            held[file.key] = {file.version}
            names[file.key] = file.name
        made.rounds.append(todo)
        waiting = [file for file in waiting if file not in todo]
    where = {version: names[key] for key, versions in held.items() for version in versions}
    for file in waiting:
        if file.version in held.get(file.key, ()):
            made.unchanged.append(file)
        else:
            made.elsewhere.append((file.name, where[file.version]))
    sent = {file.name for todo in made.rounds for file in todo}
    made.changes &= sent
    keys, versions = {file.key for file in files}, {file.version for file in files}
    made.missing = [d for d in known if d.name.casefold() not in keys and d.version not in versions]
    return made


def _without_failed(
    files: Sequence[Local], known: Sequence[DocumentState], held: dict[str, set[str]], made: Plan, retry: bool
) -> list[Local]:
    """The files that are not known to fail. What could not be read yesterday would only fail once more."""
    there = {version for versions in held.values() for version in versions}
    broken = {d.version: d for d in known if d.state == "failed" and d.version not in there}
    if retry:
        here = {file.version for file in files} - there
        made.again = [document for document in known if document.state == "failed" and document.version in here]
        return list(files)
    made.failed = [(file, broken[file.version]) for file in files if file.version in broken]
    return [file for file in files if file.version not in broken]


def _absent(files: Iterable[Local], held: dict[str, set[str]]) -> list[Local]:
    """Files whose content is nowhere now, one for each content."""
    there = {version for versions in held.values() for version in versions}
    first: dict[str, Local] = {}
    for file in files:
        if file.version not in there:
            first.setdefault(file.version, file)
    return list(first.values())
