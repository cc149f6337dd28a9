# SPDX-License-Identifier: EUPL-1.2
"""The built web UI, read once and served from memory: no path of a request ever touches the disk."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from genius_common.web import ASGIApp, Receive, Scope, Send

_CLIENT_ROUTE = re.compile(
    r"/(?:(?:chat|modules?|knowledge|data|administration|audit|operation|inspection|help|history|shared|settings|accessibility|imprint|privacy|m)(?:/[^/]+){0,3}/?)?"
)
_NO_PAGE = re.compile(r"/(?:api|v1|auth|internal|assets|fonts|health|metrics|\.well-known)(?:/|$)|.*\.[^/]*$")
_INDEX = "/index.html"
_COMPRESSED = ("text/", "application/javascript", "text/javascript", "application/json", "image/svg+xml")
_MISSING = (
    "<!doctype html><html lang='de'><head><meta charset='utf-8'><title>Genius</title></head><body>"
    "<h1>Die Oberfläche ist nicht gebaut</h1><p>Bitte führen Sie im Projektordner „make web“ aus und starten Sie neu. "
    "Die Schnittstellen unter /api/v1 und /v1 arbeiten ohne sie.</p></body></html>"
).encode()


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes | None
    headers: tuple[tuple[bytes, bytes], ...]
    etag: bytes


class WebUi:
    """Answers GET and HEAD of known files and of the UI's own routes; everything else goes on to `app`.

    `own` are files of the operator by name, in place of those of the same name in `folder`.
    """

    def __init__(self, app: ASGIApp, folder: Path, own: Mapping[str, bytes] | None = None) -> None:
        self._app = app
        bodies = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
        self._files = {f"/{name}": _file(name, body) for name, body in {**bodies, **(own or {})}.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        file = self._files.get(path)
        if file is None and _CLIENT_ROUTE.fullmatch(path):
            file = self._files.get(_INDEX) or _missing()
        if file is None and _is_page(path, scope) and (index := self._files.get(_INDEX)):
            await _send(index, scope, send, status=404)  # the UI shows its own not-found page
            return
        if file is None:
            await self._app(scope, receive, send)
            return
        await _send(file, scope, send)


def _is_page(path: str, scope: Scope) -> bool:
    """Whether a browser asks for a page of that address, and not a program for an interface or a file."""
    return not _NO_PAGE.match(path) and b"text/html" in dict(scope["headers"]).get(b"accept", b"")


async def _send(file: _File, scope: Scope, send: Send, status: int = 200) -> None:
    given = dict(scope["headers"])
    headers = [*file.headers, (b"etag", file.etag), (b"vary", b"accept-encoding")]
    if status == 200 and given.get(b"if-none-match") == file.etag:
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = file.body
    if file.packed is not None and b"gzip" in given.get(b"accept-encoding", b""):
        body = file.packed
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


def _file(name: str, body: bytes) -> _File:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    # Names in assets/ carry a hash of their content.
    hashed = name.startswith("assets/")
    cache = b"public, max-age=31536000, immutable" if hashed else b"no-cache"
    packed = gzip.compress(body, 6, mtime=0) if kind.startswith(_COMPRESSED) and len(body) > 1024 else None
    text = "; charset=utf-8" if kind.startswith("text/") else ""
    headers = ((b"content-type", f"{kind}{text}".encode()), (b"cache-control", cache))
    return _File(body, packed, headers, _etag(body))


def _missing() -> _File:
    headers = ((b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store"))
    return _File(_MISSING, None, headers, _etag(_MISSING))


def _etag(body: bytes) -> bytes:
    return b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode()
