# SPDX-License-Identifier: EUPL-1.2
"""A ZIP file that is written while it is sent: nothing of it lies on a disk, and in memory only what is not yet sent.

A reader that gets less than the whole file notices: the list of contents of a ZIP file stands at its end.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

from typing_extensions import override

_CHUNK = 64 * 1024


class _Outgoing(io.RawIOBase):
    """What `zipfile` has written since the last look."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


class Archive:
    """`add` gives the bytes that are ready to be sent, in pieces; `close` the rest."""

    def __init__(self) -> None:
        self._out = _Outgoing()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    async def add(self, name: str, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        with self._zip.open(name, "w", force_zip64=True) as member:
            async for part in content:
                for start in range(0, len(part), _CHUNK):
                    member.write(part[start : start + _CHUNK])
                    if data := self._out.take():
                        yield data
        if data := self._out.take():
            yield data

    def close(self) -> Iterator[bytes]:
        self._zip.close()
        yield self._out.take()
