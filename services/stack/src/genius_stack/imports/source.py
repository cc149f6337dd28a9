# SPDX-License-Identifier: EUPL-1.2
"""The files of a folder or a ZIP: names are data, links are not followed, nothing is unpacked to the disk."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genius_common.names import MAX_NAME, display_name

SEPARATOR = " › "
LARGEST = 100 * 2**20
"""Bytes of one file that are read at all; the platform's own limit for an upload is lower unless it was raised."""
_LONGEST_SUFFIX = 8
_NOT_DOCUMENTS = {"thumbs.db", "desktop.ini", "__macosx"}
LINK = "Verknüpfungen werden nicht verfolgt. Legen Sie die Datei selbst in den Ordner."


class NotTaken(Exception):
    """Why a file stays out; the text is German and says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to import. `name` is what its document is called; `read` answers its bytes or raises NotTaken."""

    name: str
    read: Callable[[], bytes]


@dataclass(slots=True)
class Source:
    """What was found: files, those that can't be taken with the reason, and those that are no documents."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def add(self, parts: Sequence[str], read: Callable[[], bytes]) -> None:
        if is_no_document(parts):
            self.passed_over.append(document_name(parts))
        else:
            self.entries.append(Entry(document_name(parts), read))

    def refuse(self, parts: Sequence[str], reason: str) -> None:
        self.refused.append((document_name(parts), reason))

    def part_equal_names(self) -> None:
        """Of files whose documents would have one name none is taken: one would replace the other."""
        by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_name.setdefault(entry.name.casefold(), []).append(entry)
        self.entries = [same[0] for same in by_name.values() if len(same) == 1]
        for same in by_name.values():
            reason = f"{len(same)} Dateien hießen hier gleich und würden einander ersetzen. Benennen Sie sie um."
            self.refused.extend((entry.name, reason) for entry in same if len(same) > 1)


def document_name(parts: Sequence[str]) -> str:
    """The path below the imported folder as a name that the platform keeps as it is, e.g. `Bauamt › Satzung.pdf`.

    Folders belong to it, since a document supersedes the older one of its name. A path above the longest name keeps
    its ending and gets a digest, so that two long ones stay two.
    """
    name = SEPARATOR.join(display_name(part) for part in parts)
    if len(name) <= MAX_NAME:
        return name
    dot, suffix = os.path.splitext(name)[1][:1], os.path.splitext(name)[1][1:]
    ending = f"{dot}{suffix}" if dot and len(suffix) <= _LONGEST_SUFFIX else ""
    mark = f"… {hashlib.sha256(name.encode()).hexdigest()[:12]}{ending}"
    return name[: MAX_NAME - len(mark)] + mark


def is_no_document(parts: Sequence[str]) -> bool:
    """What file managers and editors leave behind: hidden files, lock files, previews."""
    return any(part.startswith((".", "~$")) or part.casefold() in _NOT_DOCUMENTS for part in parts)


def read_folder(folder: Path) -> Source:
    """Every file below `folder`, in order of paths."""
    source = Source()
    for parts, entry in _walk(folder, ()):
        if entry.is_symlink():
            source.refuse(parts, LINK)
        else:
            source.add(parts, _reader(Path(entry.path)))
    source.part_equal_names()
    return source


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
    with os.scandir(folder) as found:
        inside = sorted(found, key=lambda entry: entry.name)
    for entry in inside:
        parts = (*above, entry.name)
        if entry.is_dir(follow_symlinks=False) and not is_no_document(parts):
            yield from _walk(Path(entry.path), parts)
        else:
            yield parts, entry


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            # Not following and not waiting: what was a file a moment ago may be a link or a pipe now.
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise NotTaken("Das ist keine Datei.")
                return bounded(file.read(LARGEST + 1))
        except OSError as error:
            raise NotTaken(f"Nicht lesbar: {error.strerror}.") from error

    return read


def bounded(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise NotTaken(f"Die Datei ist größer als {LARGEST // 2**20} MB. Bitte teilen Sie sie auf.")
    return content
