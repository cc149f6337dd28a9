# SPDX-License-Identifier: EUPL-1.2
"""Names and pieces of a person's copy: what others have named a file never becomes a path, and nothing is lost."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_gateway.persons.archive import Archive
from genius_gateway.persons.export import safe


@given(st.text(max_size=300))
def test_a_name_is_never_a_path(name: str) -> None:
    """DSG-04: on no system, however the file was called."""
    made = safe(name)
    assert 0 < len(made) <= 100
    assert PurePosixPath(made).parts == PureWindowsPath(made).parts == (made,)
    assert made.isprintable()
    assert not made.startswith(".")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x", "C:\\x", "/x", "a/b", "\0", "", "...", "CON\n", "a" * 900]
)
def test_hostile_names(name: str) -> None:
    """DSG-04"""
    assert not {"/", "\\", ":", "\0", "\n"} & set(safe(name))


@given(st.dictionaries(st.uuids().map(str), st.lists(st.binary(max_size=200_000), max_size=3), max_size=4))
def test_what_goes_in_comes_out(members: dict[str, list[bytes]]) -> None:
    """DSG-04: byte by byte, also of nothing; without the end it is no archive."""

    async def pieces(parts: list[bytes]) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    async def written() -> tuple[bytes, bytes]:
        archive, sent = Archive(), b""
        for name, parts in members.items():
            async for data in archive.add(name, pieces(parts)):
                sent += data
        return sent, b"".join(archive.close())

    sent, end = asyncio.run(written())
    with zipfile.ZipFile(io.BytesIO(sent + end)) as found:
        assert {name: found.read(name) for name in found.namelist()} == {n: b"".join(p) for n, p in members.items()}
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(sent))
