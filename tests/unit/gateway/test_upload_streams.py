# SPDX-License-Identifier: EUPL-1.2
"""Multipart uploads as a stream: however the bytes are cut, one file comes out whole, or a named refusal."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request

from genius_common.errors import InvalidInput, PlatformError, UnsupportedMedia
from genius_gateway.documents.errors import FileTooLarge
from genius_gateway.documents.upload import FileUpload

LIMIT = 100_000


def part(content: bytes, field: str = "file", name: str | None = "a.txt") -> bytes:
    options = f'; filename="{name}"' if name is not None else ""
    return b'--x\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (
        field.encode(),
        options.encode(),
        content,
    )


def request(chunks: Iterable[bytes], kind: str = "multipart/form-data; boundary=x", *, gone: bool = False) -> Request:
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    messages.append({"type": "http.disconnect"} if gone else {"type": "http.request", "body": b""})
    pending = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(pending)

    return Request({"type": "http", "headers": [(b"content-type", kind.encode())]}, receive)


async def read(upload: FileUpload) -> bytes:
    await upload.open()
    return b"".join([chunk async for chunk in upload])


def cut(raw: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(raw), *(place % (len(raw) + 1) for place in places)})
    return [raw[a:b] for a, b in itertools.pairwise(edges)]


@given(st.binary(max_size=300), st.lists(st.integers(0, 500), max_size=20))
async def test_any_content_in_any_pieces(content: bytes, places: list[int]) -> None:
    """Also content that looks almost like the boundary, cut at every place."""
    content = content.replace(b"\r\n--x", b"") + b"\r\n--y\r\n-\r\n--"
    upload = FileUpload(request(cut(part(content) + b"--x--\r\n", places)), LIMIT)
    assert await read(upload) == content
    assert (upload.name, upload.failure) == ("a.txt", None)


BROKEN: dict[str, tuple[list[bytes], str]] = {
    "nothing": ([], "/file"),
    "no part": ([b"--x--\r\n"], "/file"),
    "no boundary": ([b"abc"], "/file"),
    "another field": ([part(b"x", "datei"), b"--x--\r\n"], "/datei"),
    "a field before": ([part(b"1", "kind", None), part(b"x"), b"--x--\r\n"], "/kind"),
    "no name of a file": ([part(b"x", name=None), b"--x--\r\n"], "/file"),
    "empty name": ([part(b"x", name=""), b"--x--\r\n"], "/file"),
    "name of dots and slashes only": ([part(b"x", name="../"), b"--x--\r\n"], "/file"),
    "long name": ([part(b"x", name="n" * 256), b"--x--\r\n"], "/file"),
    "two files": ([part(b"1"), part(b"2"), b"--x--\r\n"], "/file"),
    "two in one piece": ([part(b"1") + part(b"2") + b"--x--\r\n"], "/file"),
    "no end": ([part(b"x")], "/file"),
    "end of another boundary": ([part(b"x"), b"--y--\r\n"], "/file"),
    "header without end": ([b"--x\r\n" + b"a" * 100_000], "/file"),
    "many headers": ([b"--x\r\n" + b"a: b\r\n" * 5000 + b"\r\n"], "/file"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_bodies_are_named(name: str) -> None:
    """GW-02: the problem points at the field, and never is a part of it taken for the whole."""
    chunks, pointer = BROKEN[name]
    with pytest.raises(InvalidInput) as refused:
        await read(FileUpload(request(chunks), LIMIT))
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    "kind",
    ["", "application/json", "multipart/mixed; boundary=x", "multipart/form-data", "multipart/form-data; boundary="],
)
def test_other_kinds_of_bodies_are_not_taken(kind: str) -> None:
    with pytest.raises(UnsupportedMedia):
        FileUpload(request([], kind), LIMIT)


@pytest.mark.parametrize("pieces", [1, 7])
async def test_the_limit_is_exact_and_counts_the_file_alone(pieces: int) -> None:
    def chunks(size: int) -> list[bytes]:
        raw = part(b"x" * size) + b"--x--\r\n"
        step = len(raw) // pieces + 1
        return [raw[start : start + step] for start in range(0, len(raw), step)]

    assert len(await read(FileUpload(request(chunks(LIMIT)), LIMIT))) == LIMIT
    with pytest.raises(FileTooLarge):
        await read(FileUpload(request(chunks(LIMIT + 1)), LIMIT))


async def test_who_hangs_up_leaves_a_reason() -> None:
    upload = FileUpload(request([part(b"halb")[:-2]], gone=True), LIMIT)
    await upload.open()
    with pytest.raises(ClientDisconnect):
        await read_on(upload)
    assert isinstance(upload.failure, PlatformError)


async def read_on(upload: FileUpload) -> None:
    async for _ in upload:
        pass


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Akten\\Brief.pdf", "Brief.pdf"),
        ("a\tb\u202egnp.exe", "abgnp.exe"),
        ("  Bescheid über Wohngeld.pdf ", "Bescheid über Wohngeld.pdf"),
    ],
)
async def test_names_are_their_last_part(given_name: str, kept: str) -> None:
    upload = FileUpload(request([part(b"x", name=given_name.replace("\\", "\\\\")), b"--x--\r\n"]), LIMIT)
    await read(upload)
    assert upload.name == kept
