# SPDX-License-Identifier: EUPL-1.2
"""Small PDF files written by hand: text pages, pages with a picture only, scans, encrypted, white text."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from PIL import Image

A4 = (595, 842)


@dataclass(frozen=True)
class Text:
    """A line at (x, y) in points from the bottom left."""

    text: str
    x: float = 72
    y: float = 770
    size: float = 11
    bold: bool = False
    grey: float = 0.0


@dataclass(frozen=True)
class Field:
    """A fillable field at (x, y); `ticked` makes it a box, True or False. `flags` are those of the annotation."""

    name: str
    value: str = ""
    x: float = 260
    y: float = 765
    width: float = 280
    height: float = 16
    ticked: bool | None = None
    label: str = ""
    flags: int = 4


@dataclass
class Page:
    lines: list[Text] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    picture: bool = False
    scan: Image.Image | None = None
    """In grey, over the whole page; other lines lie above it."""


def text_page(*lines: str, size: float = 11, top: float = 770, leading: float = 14) -> Page:
    """A page of lines below each other; an empty line leaves a gap."""
    return Page([Text(line, y=top - i * leading, size=size) for i, line in enumerate(lines) if line])


def build(*pages: Page, title: str = "", encrypt: bool = False) -> bytes:
    """A PDF 1.4 file with Helvetica in WinAnsi. `encrypt` adds a password dictionary that no password opens."""
    objects: dict[int, bytes] = {
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        5: _picture(),
        6: b"<< /Title (%s) >>" % title.encode("cp1252"),
    }
    kids = []
    fields = []
    for number, page in enumerate(pages):
        page_id, content_id, scan_id = 10 + 2 * number, 11 + 2 * number, 100_000 + number
        own = annotations = b""
        if page.fields:
            first = 200_000 + 1_000 * number
            objects |= {first + at: _field(item, page_id) for at, item in enumerate(page.fields)}
            references = b" ".join(b"%d 0 R" % (first + at) for at in range(len(page.fields)))
            annotations = b" /Annots [%s]" % references
            fields.append(references)
        if page.scan:
            own = b" /Im2 %d 0 R" % scan_id
            objects[scan_id] = _image(page.scan.tobytes(), *page.scan.size)
        kids.append(b"%d 0 R" % page_id)
        objects[page_id] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R /Resources"
            b" << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im1 5 0 R%s >> >>%s >>"
            % (*A4, content_id, own, annotations)
        )
        stream = zlib.compress(_content(page))
        objects[content_id] = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream)
    form = b" /AcroForm << /Fields [%s] /DR << /Font << /F1 3 0 R >> >> >>" % b" ".join(fields) if fields else b""
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R%s >>" % form
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _file(objects, encrypt)


def _field(item: Field, page: int) -> bytes:
    side = 11 if item.ticked is not None else 0
    right, top = item.x + (side or item.width), item.y + (side or item.height)
    kind = b"/FT /Tx /DA (/F1 10 Tf 0 g) /V <%s>" % _utf16(item.value)
    if item.ticked is not None:
        state = b"Yes" if item.ticked else b"Off"
        kind = b"/FT /Btn /V /%s /AS /%s /AP << /N << /Yes 5 0 R /Off 5 0 R >> >>" % (state, state)
    return b"<< /Type /Annot /Subtype /Widget /P %d 0 R /Rect [%.1f %.1f %.1f %.1f] /F %d /T <%s> /TU <%s> %s >>" % (
        page,
        item.x,
        item.y,
        right,
        top,
        item.flags,
        _utf16(item.name),
        _utf16(item.label),
        kind,
    )


def _utf16(text: str) -> bytes:
    return ("\ufeff" + text).encode("utf-16-be").hex().encode()


def _content(page: Page) -> bytes:
    parts = [b"q 500 0 0 700 47 71 cm /Im1 Do Q"] if page.picture else []
    if page.scan:
        parts.append(b"q %d 0 0 %d 0 0 cm /Im2 Do Q" % A4)
    for line in page.lines:
        shown = line.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        font = b"F2" if line.bold else b"F1"
        parts.append(
            b"BT /%s %.1f Tf %.2f g %.1f %.1f Td (%s) Tj ET" % (font, line.size, line.grey, line.x, line.y, shown)
        )
    return b"\n".join(parts)


def _picture() -> bytes:
    return _image(bytes(range(64)) * 4, 16, 16)


def _image(grey: bytes, width: int, height: int) -> bytes:
    data = zlib.compress(grey, 1)
    return (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (width, height, len(data), data)
    )


def _file(objects: dict[int, bytes], encrypt: bool) -> bytes:
    if encrypt:
        objects[7] = (
            b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -44 /O <" + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >>"
        )
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number in sorted(objects):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    extra = b" /Encrypt 7 0 R /ID [<00> <00>]" if encrypt else b""
    size = max(objects) + 1
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, start)
    return bytes(out)
