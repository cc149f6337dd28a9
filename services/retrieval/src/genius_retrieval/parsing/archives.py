# SPDX-License-Identifier: EUPL-1.2
"""ZIP archives of files, as applicants send them: a message without words, whose attachments are the files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import Any

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.builder import refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, open_archive, read_part
from genius_retrieval.parsing.messages import Attachment, Mail, Opener, Reader, write_mail

MEDIA_TYPE = "application/zip"
_NOISE = ("__MACOSX/", "Thumbs.db", ".DS_Store", "desktop.ini")


def parse(
    readers: Mapping[str, Reader],
    openers: Mapping[str, Opener],
    content: bytes,
    name: str,
    bounds: Bounds,
    readings: Mapping[str, Any] | None = None,
) -> CanonicalDocument:
    """The files of an archive, each with the limits of a file of its own. Raises: Refused where none is in it."""
    return write_mail(open_files(content, bounds, name), name, MEDIA_TYPE, bounds, readers, openers, readings)


def open_files(content: bytes, bounds: Bounds, name: str = "") -> Mail:
    """The files by their names without folders, in the order of the archive. A bent one is told as broken."""
    files: list[Attachment] = []
    with open_archive(content, bounds) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or any(part in entry.filename for part in _NOISE):
                continue
            refuse_marked(entry.filename)
            files.append(_file(archive, entry.filename, bounds))
    if not files:
        raise Refused("no_content")
    return Mail(name, "", "", (), (), files)


def _file(archive: zipfile.ZipFile, path: str, bounds: Bounds) -> Attachment:
    name = path.replace("\\", "/").rpartition("/")[2]
    try:
        return Attachment(name, read_part(archive, path, bounds) or b"")
    except Refused as refused:
        return Attachment(name, unread=refused.code)
