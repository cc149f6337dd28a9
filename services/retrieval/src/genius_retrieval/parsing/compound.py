# SPDX-License-Identifier: EUPL-1.2
"""Compound files with MAPI properties, as Outlook writes them (MS-CFB, MS-OXMSG 2): streams by name, whole or not.

olefile reads on where a file is damaged. Here whatever it complains of in the directory ends the reading, and so do
sectors that two streams share or one has twice: text would be lost or come twice, and a small file could hold any
amount of it (ING-06).
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import olefile

from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.mail_headers import decode_text

Path = tuple[str, ...]
"""Names of storages from the root on."""
_PROPERTIES = "__properties_version1.0"
_MOST_ENTRIES = 4_096
"""Of one storage: olefile looks through all of them for each name."""
_STRING, _STRING8, _BINARY = "001F", "001E", "0102"
_CODEPAGE, _INTERNET_CODEPAGE = 0x3FFD, 0x3FDE
_ENTRY, _DIRECTORY_ENTRY = 16, 128
_MARK_CHARS = 2_000
_CHARSETS = {65001: "utf-8", 20127: "ascii", 20866: "koi8-r", 1200: "utf-16"}
_ISO = range(28591, 28606)
_DAMAGED = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, UnicodeError)


class CompoundFile:
    """Raises `Refused` for anything that is wrong with the file."""

    def __init__(self, content: IO[bytes]) -> None:
        self._taken: dict[bool, set[int]] = {True: set(), False: set()}
        try:
            with _deep():
                self._ole = olefile.OleFileIO(content)
        except RecursionError as error:
            raise Refused("too_complex") from error
        except _DAMAGED as error:
            raise Refused("broken") from error
        if not self.has_properties(()):
            # Another program's file that mentions such a stream.
            raise Refused("unknown_type")
        if self._ole.parsing_issues:
            raise Refused("broken")
        self._claim(self._ole.first_dir_sector, len(self._ole.direntries) * _DIRECTORY_ENTRY, mini=False)
        self._claim(self._ole.root.isectStart, self._ole.root.size, mini=False)

    def has_properties(self, path: Path) -> bool:
        node = self._node(path)
        return node is not None and _PROPERTIES in node.kids_dict

    def storages(self, path: Path, prefix: str) -> list[str]:
        """Names of the storages below `path` that begin with `prefix`, in their order."""
        return sorted(kid.name for kid in self._kids(path) if kid.name.startswith(prefix) and _is_storage(kid))

    def streams(self, path: Path) -> list[str]:
        return [kid.name for kid in self._kids(path) if not _is_storage(kid)]

    def read(self, path: Path) -> bytes:
        """The stream at `path`, whole."""
        entry = self._node(path)
        try:
            content: bytes = self._ole.openstream(list(path)).read()
        except _DAMAGED as error:
            raise Refused("broken") from error
        if len(content) != entry.size:
            raise Refused("broken")
        self._claim(entry.isectStart, entry.size, mini=entry.size < self._ole.minisectorcutoff)
        return content

    def _claim(self, sector: int, size: int, *, mini: bool) -> None:
        """Take the chain of sectors that `size` bytes lie in; nothing else may have any of them."""
        table, length = self._ole.fat, self._ole.sectorsize
        if mini:
            table, length = self._ole.minifat, self._ole.minisectorsize
        taken = self._taken[mini]
        for _ in range(-(-size // length)):
            if sector in taken or sector >= len(table):
                raise Refused("broken")
            taken.add(sector)
            sector = table[sector]

    def _kids(self, path: Path) -> list[Any]:
        node = self._node(path)
        kids: list[Any] = node.kids if node is not None else []
        if len(kids) > _MOST_ENTRIES:
            raise Refused("too_complex")
        return kids

    def _node(self, path: Path) -> Any:
        node: Any = self._ole.root
        for name in path:
            node = node.kids_dict.get(name.lower()) if node is not None else None
        return node


@contextmanager
def _deep() -> Iterator[None]:
    """Olefile walks the directory by recursion, an entry of a storage a call where a writer left it unbalanced."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + 2 * _MOST_ENTRIES)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _is_storage(entry: Any) -> bool:
    return bool(entry.entry_type == olefile.STGTY_STORAGE)


class Properties:
    """Of the message, recipient or attachment at `path`; `head` bytes stand before the fixed ones.

    Texts and bytes are read once, here, so that nothing is counted twice.
    """

    def __init__(self, file: CompoundFile, path: Path, head: int) -> None:
        self.file = file
        self.path = path
        self.warnings: list[str] = []
        self._streams: dict[str, bytes] = {}
        self._fixed: dict[int, bytes] = {}
        for name in file.streams(path):
            if name == _PROPERTIES:
                self._fixed = dict(_fixed(file.read((*path, name)), head))
            elif name.startswith("__substg1.0_") and name[-4:].upper() in {_STRING, _STRING8, _BINARY}:
                self._streams[name[12:].upper()] = file.read((*path, name))

    def text(self, identifier: int) -> str:
        """An empty text where there is none."""
        return self._text(identifier, _CODEPAGE)

    def html(self, identifier: int) -> str:
        """A text that is stored as bytes in the encoding of the message, as a rule."""
        raw = self.binary(identifier)
        if raw is None:
            return self._text(identifier, _INTERNET_CODEPAGE)
        return self._decoded(raw, _INTERNET_CODEPAGE)

    def texts(self, apart: Sequence[int]) -> Iterator[str]:
        """The beginning of all others, line by line, to be searched for classification marks."""
        for name in self._streams:
            identifier = int(name[:4], 16) if _is_hex(name[:4]) else 0
            if name[4:] != _BINARY and identifier not in apart:
                for line in self.text(identifier).splitlines():
                    yield line[:_MARK_CHARS]

    def binary(self, identifier: int) -> bytes | None:
        return self._streams.get(f"{identifier:04X}{_BINARY}")

    def number(self, identifier: int) -> int:
        """A number or time of up to 64 bits; 0 where there is none."""
        return int.from_bytes(self._fixed.get(identifier, b""), "little")

    def _text(self, identifier: int, codepage: int) -> str:
        wide = self._streams.get(f"{identifier:04X}{_STRING}")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return self._decoded(self._streams.get(f"{identifier:04X}{_STRING8}", b""), codepage).rstrip("\0")

    def _decoded(self, raw: bytes, codepage: int) -> str:
        number = self.number(codepage) or self.number(_CODEPAGE) or 1252
        charset = _CHARSETS.get(number) or (f"iso8859-{number - 28590}" if number in _ISO else f"cp{number}")
        text, guessed = decode_text(raw, charset)
        if guessed and "guessed_encoding" not in self.warnings:
            self.warnings.append("guessed_encoding")
        return text


def _fixed(raw: bytes, head: int) -> Iterator[tuple[int, bytes]]:
    """Id and value of each property that has its value in the entry: 2 bytes type, 2 id, 4 flags, 8 value."""
    widths = {0x0002: 2, 0x0003: 4, 0x000B: 2, 0x0014: 8, 0x0040: 8}
    for at in range(head, len(raw) - _ENTRY + 1, _ENTRY):
        kind, identifier = struct.unpack_from("<HH", raw, at)
        if kind in widths:
            yield identifier, raw[at + 8 : at + 8 + widths[kind]]


def _is_hex(text: str) -> bool:
    return all(char in "0123456789ABCDEF" for char in text)
