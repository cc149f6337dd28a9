# SPDX-License-Identifier: EUPL-1.2
"""What is checked before a parser sees a file: family by content, an archive's directory (ING-05, ING-06)."""

from __future__ import annotations

import contextlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal

from genius_retrieval.parsing.errors import Refused

Family = Literal["pdf", "image", "zip", "archive", "mail", "outlook", "text"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A name in the directory of every Outlook message (MS-OXMSG 2.4).
_MSG = "__properties_version1.0".encode("utf-16-le")
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_BINARY_STARTS = (
    _OLE,
    b"GIF8",
    b"RIFF",
    b"\x7fELF",
    b"MZ",
    b"\x1f\x8b",
    b"BZh",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xfd7zXZ",
    b"{\\rtf",
    b"%!PS",
    b"\0asm",
    b"SQLite format 3",
)
_MAIL_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
_MAIL_FIELDS = frozenset({b"date", b"message-id", b"mime-version", b"received", b"content-type", b"return-path"})
_MAIL_HEAD = 65_536
_RATIO_FREE_BYTES = 1024 * 1024
_HEAD = 1024
# What zipfile raises for bent entries; ValueError for names that are not in the encoding that they claim.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of what a parser may produce or unpack (`settings.UploadLimits`)."""

    pages: int
    text_chars: int
    archive_entries: int
    archive_part_bytes: int
    archive_total_bytes: int
    archive_ratio: int
    image_pixels: int = 80_000_000


def family(content: bytes) -> Family:
    """Which parser may try the bytes; reads magic numbers only, so that it may run outside of the cage."""
    head = content[:_HEAD]
    if not content.strip(b"\0 \t\r\n"):
        raise Refused("empty")
    if head.startswith(_OLE) and _MSG in content:
        # Before what its attachments look like, which may lie anywhere in it.
        return "outlook"
    if b"%PDF-" in head:
        # Readers accept the header anywhere in the first kilobyte; in front of it hide other formats.
        if not head.startswith(b"%PDF-") or b"PK\x05\x06" in content[-70_000:]:
            raise Refused("ambiguous_type")
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip" if _is_office(content) else "archive"
    if head.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("encrypted")
    if head.startswith(_BINARY_STARTS) or head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise Refused("unknown_type")
    if b"PK\x05\x06" in content[-70_000:]:
        raise Refused("ambiguous_type")
    if head.startswith(_IMAGES):
        return "image"
    return "mail" if _is_mail(content[:_MAIL_HEAD]) else "text"


def _is_office(content: bytes) -> bool:
    """Whether the directory of a ZIP names what every office file has; a bent directory is left to their parser."""
    end = content.rfind(b"PK\x05\x06")
    if end < 0 or len(content) < end + 20:
        return True
    size, start = struct.unpack_from("<II", content, end + 12)
    directory = content[start : start + size]
    entry = rb"PK\x01\x02.{42}(?:\[Content_Types\]\.xml|mimetype|META-INF/MANIFEST\.MF)"
    return not directory.startswith(b"PK\x01\x02") or re.search(entry, directory, re.DOTALL) is not None


def _is_mail(head: bytes) -> bool:
    """Whether it begins with the header of a message (RFC 5322): fields only, a sender and what programs add."""
    names: set[bytes] = set()
    position = 0
    while field := _MAIL_FIELD.match(head, position):
        names.add(field[1].lower())
        position = field.end()
    return b"from" in names and bool(names & _MAIL_FIELDS)


def open_archive(content: bytes, bounds: Bounds) -> zipfile.ZipFile:
    """The archive, if its directory is harmless; nothing is unpacked for that."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise Refused("broken") from error
    if len(entries) > bounds.archive_entries:
        raise Refused("archive_bomb")
    total = 0
    names: set[str] = set()
    for entry in entries:
        _check_entry(entry, bounds)
        if entry.filename in names:
            raise Refused("unsafe_archive")
        names.add(entry.filename)
        total += entry.file_size
    if total > bounds.archive_total_bytes or _overlap(entries):
        raise Refused("archive_bomb")
    if "META-INF/MANIFEST.MF" in names or any(name.endswith(".class") for name in names):
        raise Refused("ambiguous_type")
    if entries and min(entry.header_offset for entry in entries) != 0:
        raise Refused("ambiguous_type")
    return archive


def _check_entry(entry: zipfile.ZipInfo, bounds: Bounds) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    absolute = entry.filename.startswith(("/", "\\")) or ":" in parts[0]
    if absolute or ".." in parts or "\0" in entry.orig_filename or stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("unsafe_archive")
    if entry.flag_bits & 0x1:
        raise Refused("encrypted")
    if entry.file_size > bounds.archive_part_bytes:
        raise Refused("archive_bomb")
    if entry.file_size > _RATIO_FREE_BYTES and entry.file_size > bounds.archive_ratio * max(entry.compress_size, 1):
        raise Refused("archive_bomb")


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether entries share bytes of the file (an overlapping bomb needs no nesting)."""
    end = 0
    for entry in sorted(entries, key=lambda item: item.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + 30 + len(entry.filename.encode()) + entry.compress_size
    return False


@contextlib.contextmanager
def open_part(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """One entry as a stream, for what is too large to hold; it ends at the declared size, which was checked."""
    try:
        with archive.open(name) as part:
            yield part
    except KeyError as error:
        raise Refused("broken") from error
    except _UNREADABLE as error:
        raise Refused("broken") from error


def read_part(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> bytes | None:
    """One entry, None where it is missing; never more than its declared size or the limit."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return None
    try:
        with archive.open(entry) as part:
            content = part.read(bounds.archive_part_bytes + 1)
    except _UNREADABLE as error:
        raise Refused("broken") from error
    if len(content) > bounds.archive_part_bytes:
        raise Refused("archive_bomb")
    return content
