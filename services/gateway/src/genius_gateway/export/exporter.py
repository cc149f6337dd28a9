# SPDX-License-Identifier: EUPL-1.2
"""The way in: a document to the bytes of a file."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from genius_gateway.export.errors import ExportTooLarge
from genius_gateway.export.model import Document
from genius_gateway.export.pdf import Typesetter
from genius_gateway.export.settings import ExportSettings
from genius_gateway.export.word import written

Format = Literal["docx", "pdf"]
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_UNSAFE = re.compile(r"[^\w .()-]+")
_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class ExportFile:
    """`name` has no path in it; `headers` make it a download that nobody keeps on the way."""

    name: str
    media_type: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        plain = self.name.encode("ascii", "replace").decode().replace("?", "_")
        return {
            "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name)}",
            "cache-control": "no-store",
        }


class Exporter:
    """One per process: PDF is made in child processes, of which only so many run at a time."""

    def __init__(self, settings: ExportSettings) -> None:
        self._settings = settings
        self._typesetter = Typesetter(settings)

    async def file(self, document: Document, form: Format, name: str | None = None) -> ExportFile:
        """`name` without ending, the title where there is none. Raises: ExportFailed, ExportTooLarge."""
        document = document.tidy()
        if document.length > self._settings.chars:
            raise ExportTooLarge
        if form == "docx":
            content = await asyncio.to_thread(written, document)
        else:
            content = await self._typesetter.pdf(document)
        return ExportFile(f"{_safe(name or document.title)}.{form}", MEDIA_TYPES[form], content)


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip(" ._")[:_NAME_CHARS].rstrip(" ._") or "Dokument"
