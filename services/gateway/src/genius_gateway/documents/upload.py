# SPDX-License-Identifier: EUPL-1.2
"""Multipart uploads, read as a stream: the file goes on to retrieval while it arrives and never touches a disk here."""

from __future__ import annotations

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from genius_common.errors import FieldError, InvalidInput, PlatformError, UnsupportedMedia
from genius_gateway.documents.errors import FileTooLarge

_FIELD = "file"
_MAX_NAME = 255


class FileUpload:
    """The one file of a request. Use `name` after `open`, then iterate once; `failure` says why it broke off."""

    def __init__(self, request: Request, limit: int) -> None:
        self._stream = request.stream()
        self._limit = limit
        self._chunks: list[bytes] = []
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._in_file = False
        self._complete = False
        self._size = 0
        self.name = ""
        self.failure: PlatformError | None = None
        self._parser = self._make_parser(request.headers.get("content-type", ""))

    async def open(self) -> FileUpload:
        """Read up to the file's first bytes. Raises: InvalidInput, UnsupportedMedia, FileTooLarge."""
        async for chunk in self._stream:
            self._feed(chunk)
            if self.name:
                return self
        raise _wrong("Die Datei fehlt. Bitte wählen Sie eine Datei aus.")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while True:
                for chunk in self._chunks:
                    yield chunk
                self._chunks.clear()
                more = await anext(self._stream, None)
                if more is None:
                    break
                self._feed(more)
            if not self._complete:
                raise _wrong("Die Übertragung ist unvollständig. Bitte laden Sie die Datei erneut hoch.")
        except PlatformError as error:
            self.failure = error
            raise
        except ClientDisconnect:
            self.failure = _wrong("Die Übertragung wurde abgebrochen.")
            raise

    def _make_parser(self, content_type: str) -> MultipartParser:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise UnsupportedMedia("Bitte senden Sie die Datei als multipart/form-data mit dem Feld „file“.")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begin,
                    "on_header_field": self._field_bytes,
                    "on_header_value": self._value_bytes,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _wrong() from error

    def _feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _wrong() from error

    def _part_begin(self) -> None:
        self._headers.clear()

    def _field_bytes(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _value_bytes(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        field = options.get(b"name", b"").decode("utf-8", "replace")
        if field != _FIELD or self.name:
            detail = "Dieses Feld gibt es nicht." if field != _FIELD else "Bitte senden Sie eine Datei je Anfrage."
            raise InvalidInput(errors=[FieldError(f"/{field[:60]}", detail)])
        self.name = _file_name(options.get(b"filename", b""))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._size > self._limit:
            raise FileTooLarge(f"Die Datei ist zu groß: erlaubt sind {self._limit // 2**20} MB.")
        self._chunks.append(data[start:end])

    def _end(self) -> None:
        self._complete = True


def _file_name(raw: bytes) -> str:
    """The last part of the name that the browser gave, without control characters."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    name = "".join(c for c in text.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip()
    if not name or len(name) > _MAX_NAME:
        raise _wrong("Die Datei braucht einen Namen von höchstens 255 Zeichen.")
    return name


def _wrong(detail: str = "Die Übertragung ist nicht lesbar. Bitte laden Sie die Datei erneut hoch.") -> InvalidInput:
    return InvalidInput(errors=[FieldError(f"/{_FIELD}", detail)])
