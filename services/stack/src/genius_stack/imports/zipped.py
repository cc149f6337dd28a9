# SPDX-License-Identifier: EUPL-1.2
"""The files of a ZIP, each read when it is needed and never written to the disk (ING-05, ING-06).

The directory is checked first: a whole archive is refused where its entries overlap or are too many, an entry where it
leads out, is a link, encrypted, an archive itself, or unpacks to far more than it takes.
"""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from genius_stack.errors import Refused
from genius_stack.imports.source import LARGEST, LINK, NotTaken, Source, bounded

_MOST_ENTRIES = 100_000
_RATIO, _RATIO_FREE_BYTES = 100, 2**20
_ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".iso", ".cab"}
_LOCAL_HEADER = 30
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError)


def read_zip(path: Path) -> Source:
    """Raises: Refused where `path` is no ZIP, or one that is built to harm."""
    try:
        archive = zipfile.ZipFile(path)
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise Refused(f"{path} ist weder ein Ordner noch ein lesbares ZIP-Archiv.") from error
    if len(entries) > _MOST_ENTRIES:
        raise Refused(f"{path} hat mehr als {_MOST_ENTRIES} Einträge. Bitte teilen Sie das Archiv auf.")
    if _overlap(entries):
        raise Refused(f"{path} ist ein unzulässiges Archiv: Einträge überlagern einander.")
    source = Source()
    for entry in entries:
        # A drive or an empty part would vanish from the name: shown as it stands, but refused below.
        parts = tuple(part for part in entry.filename.replace("\\", "/").split("/") if part)
        if not parts or entry.is_dir():
            continue
        if reason := _reason(entry, parts):
            source.refuse(parts, reason)
        else:
            source.add(parts, _reader(archive, entry))
    source.part_equal_names()
    return source


def _reason(entry: zipfile.ZipInfo, parts: Sequence[str]) -> str | None:
    if entry.filename.startswith(("/", "\\")) or ":" in parts[0] or ".." in parts or "\0" in entry.orig_filename:
        return "Der Eintrag führt aus dem Archiv hinaus."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return LINK
    if entry.flag_bits & 0x1:
        return "Der Eintrag ist mit einem Passwort geschützt. Bitte entfernen Sie den Schutz."
    if PurePosixPath(parts[-1]).suffix.casefold() in _ARCHIVES:
        return "Ein Archiv im Archiv wird nicht gelesen. Bitte importieren Sie es für sich."
    if entry.file_size > LARGEST:
        return f"Die Datei ist größer als {LARGEST // 2**20} MB. Bitte teilen Sie sie auf."
    if entry.file_size > _RATIO_FREE_BYTES and entry.file_size > _RATIO * max(entry.compress_size, 1):
        return "Der Eintrag entpackt sich auf eine unzulässige Größe."
    return None


def _overlap(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether entries share bytes of the file: an overlapping bomb needs no nesting."""
    end = 0
    for entry in sorted(entries, key=lambda item: item.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
    return False


def _reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(entry) as part:
                return bounded(part.read(LARGEST + 1))
        except _BROKEN as error:
            raise NotTaken("Der Eintrag ist beschädigt oder in einer unbekannten Art gepackt.") from error

    return read
