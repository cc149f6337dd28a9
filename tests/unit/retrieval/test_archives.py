# SPDX-License-Identifier: EUPL-1.2
"""Zip tricks: an archive's directory is judged before anything is unpacked, its parts when they are read."""

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, family, open_archive, read_part
from genius_retrieval.parsing.safe_xml import parse_xml
from tests.support.office import archive, docx, odt, paragraph
from tests.unit.retrieval.parsing_helpers import outcome

BOUNDS = Bounds(10, 10_000, 5, 3_000_000, 5_000_000, 100)
DTD = '<!DOCTYPE x [<!ENTITY e "boom">]>'
PLAIN = {"a.xml": "<a/>", "b.xml": "<b/>"}


def refusal(content: bytes, bounds: Bounds = BOUNDS) -> str | None:
    """The code with which the archive is refused; read to the last part where it is not."""
    try:
        with open_archive(content, bounds) as opened:
            for name in opened.namelist():
                read_part(opened, name, bounds)
    except Refused as refused:
        return refused.code
    return None


def patched(content: bytes, offset: int, value: bytes, *, entry: int = 0) -> bytes:
    """`value` at `offset` of directory entry `entry`."""
    raw = bytearray(content)
    at = -1
    for _ in range(entry + 1):
        at = raw.index(b"PK\x01\x02", at + 1)
    raw[at + offset : at + offset + len(value)] = value
    return bytes(raw)


def with_mode(mode: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        entry = zipfile.ZipInfo("a.xml")
        entry.external_attr = mode << 16
        zipped.writestr(entry, "/etc/passwd")
    return out.getvalue()


def twice() -> bytes:
    return archive({"a.xml": "<a/>", "b.xml": "<b/>"}).replace(b"b.xml", b"a.xml")


def stored(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as zipped:
        zipped.writestr("a.xml", content)
    return out.getvalue()


def wrong_crc() -> bytes:
    raw = stored(b"<a>Inhalt</a>")
    return raw.replace(b"Inhalt", b"iNHALT")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive(PLAIN), None),
        (archive({"word/": "", "word/a.xml": "x"}), None),
        (archive({"..a/b..": "x", "...": "x"}), None),
        (archive({f"{n}.xml": "" for n in range(5)}), None),
        (archive({f"{n}.xml": "" for n in range(6)}), "archive_bomb"),
        (archive({"../a": "x"}), "unsafe_archive"),
        (archive({"a/../../b": "x"}), "unsafe_archive"),
        (archive({"a\\..\\b": "x"}), "unsafe_archive"),
        (archive({"..": "x"}), "unsafe_archive"),
        (archive({"/etc/passwd": "x"}), "unsafe_archive"),
        (archive({"\\\\server\\x": "x"}), "unsafe_archive"),
        (archive({"C:\\x": "x"}), "unsafe_archive"),
        (archive({"file:x": "x"}), "unsafe_archive"),
        (with_mode(0o120777), "unsafe_archive"),
        (with_mode(0o100644), None),
        (twice(), "unsafe_archive"),
        (archive({"a.xml": b"\0" * 2_900_000}), "archive_bomb"),
        (archive({"a.xml": b"\0" * 1_000_000}), None),
        (stored(b"x" * 3_000_000), None),
        (stored(b"x" * 3_000_001), "archive_bomb"),
        (patched(archive(PLAIN), 8, b"\x01", entry=0), "encrypted"),
        (patched(archive(PLAIN), 8, b"\x01", entry=1), "encrypted"),
        (patched(archive(PLAIN), 42, struct.pack("<I", 0), entry=1), "archive_bomb"),
        (patched(archive(PLAIN), 10, struct.pack("<H", 99)), "broken"),
        (patched(archive(PLAIN), 24, struct.pack("<I", 1)), "broken"),
        (wrong_crc(), "broken"),
        (archive({"META-INF/MANIFEST.MF": "x"}), "ambiguous_type"),
        (archive({"Haupt.class": "x"}), "ambiguous_type"),
        (archive(PLAIN, prefix=b"GIF89a"), "ambiguous_type"),
        (archive(PLAIN)[:-10], "broken"),
        (archive(PLAIN)[:60], "broken"),
        (b"PK\x03\x04", "broken"),
        (b"", "broken"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else str(value),
)
def test_directories(content: bytes, code: str | None) -> None:
    """ING-05: each trick has its reason, and what only looks like one is accepted."""
    assert refusal(content) == code


def test_the_sum_of_harmless_parts_counts() -> None:
    parts = {f"{n}.bin": bytes(range(256)) * 4_000 for n in range(5)}
    free = replace(BOUNDS, archive_ratio=10_000)
    assert refusal(archive(parts), free) == "archive_bomb"
    assert refusal(archive(parts), replace(free, archive_total_bytes=6_000_000)) is None


def test_an_archive_inside_of_an_archive_stays_closed() -> None:
    """A nested bomb is bytes of a part that nobody reads."""
    bomb = archive({"x": b"\0" * 2_000_000})
    content = docx(paragraph("außen"), parts={"word/embeddings/x.zip": archive({"y": bomb})})
    found = outcome(content, "x.docx")
    assert not isinstance(found, str)
    assert found.text == "außen"


def test_missing_parts_are_none_and_not_an_error() -> None:
    with open_archive(archive(PLAIN), BOUNDS) as opened:
        assert read_part(opened, "c.xml", BOUNDS) is None
        assert read_part(opened, "a.xml", BOUNDS) == b"<a/>"
        with pytest.raises(Refused):
            read_part(opened, "a.xml", replace(BOUNDS, archive_part_bytes=3))


@given(st.data())
def test_a_bent_archive_is_refused_or_read(data: st.DataObject) -> None:
    """Whatever bytes of a valid file are changed: a document or a known reason, never another exception."""
    raw = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(raw)
    try:
        family(content)
    except Refused:
        return
    outcome(content, "x.docx")


SMALL = docx(paragraph("Ein Satz."))


@pytest.mark.parametrize(
    "part", ["word/document.xml", "word/styles.xml", "word/header1.xml", "word/footer1.xml", "docProps/core.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-16-le"])
def test_a_dtd_in_any_part_of_a_docx_is_refused(part: str, encoding: str) -> None:
    """ING-07."""
    content = docx(paragraph("x"), parts={part: f"{DTD}<a>&e;</a>".encode(encoding)})
    assert outcome(content, "x.docx") == "unsafe_xml"


@pytest.mark.parametrize("part", ["content.xml", "meta.xml", "styles.xml"])
def test_a_dtd_in_any_part_of_an_odt_is_refused(part: str) -> None:
    """ING-07."""
    assert outcome(odt("<text:p>x</text:p>", parts={part: f"{DTD}<a>&e;</a>"}), "x.odt") == "unsafe_xml"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!DOCTYPE a><a/>", "unsafe_xml"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>', "unsafe_xml"),
        (b"<a>&unbekannt;</a>", "broken"),
        (b"<a>", "broken"),
        (b"", "broken"),
        (b"<a/><b/>", "broken"),
        (b"\xff\xfe\x00", "broken"),
        (b"<a>" * 400 + b"</a>" * 400, "broken"),
        (b'<?xml version="1.0" encoding="quatsch"?><a/>', "broken"),
        (b"<?xml version='1.0' encoding='UTF-7'?>+ADw-+ACE-DOCTYPE a+AD4-<a/>", "unsafe_xml"),
    ],
)
def test_xml_that_is_not_read(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_xml(content)
    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_xml_in_other_encodings_is_read(encoding: str) -> None:
    raw = f"<?xml version='1.0' encoding='{encoding}'?><a>Größe</a>".encode(encoding)
    assert parse_xml(raw).text == "Größe"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: b"%PDF-1.7 x", "pdf"),
        (lambda: archive(PLAIN), "archive"),
        (lambda: b"Text", "text"),
        (lambda: "Größe".encode("utf-16"), "text"),
        (lambda: b"x" * 1030 + b"%PDF-1.7", "text"),
        (lambda: b" %PDF-1.7", "ambiguous_type"),
        (lambda: b"%PDF-1.7" + archive(PLAIN), "ambiguous_type"),
        (lambda: b"Text" + archive(PLAIN), "ambiguous_type"),
        (lambda: b"PK\x05\x06" + b"\0" * 18, "unknown_type"),
        (lambda: b"\xff\xd8\xff\xe0JFIF", "image"),
        (lambda: b"7z\xbc\xaf\x27\x1c", "unknown_type"),
        (lambda: b"", "empty"),
        (lambda: b"\0\0 \n", "empty"),
    ],
)
def test_kinds_by_content(make: Callable[[], bytes], expected: str) -> None:
    """ING-06: the name plays no part."""
    try:
        found: str = family(make())
    except Refused as refused:
        found = refused.code
    assert found == expected
