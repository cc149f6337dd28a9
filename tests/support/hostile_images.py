# SPDX-License-Identifier: EUPL-1.2
"""Hostile and unusable pictures, made here: name → (content, reason codes that are right answers)."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin

from tests.support.office import archive

NOTHING_TO_READ = {"no_text", "ocr_missing"}


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, *chunks: bytes, rows: bytes) -> bytes:
    """One bit a pixel."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    data = _chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + _chunk(b"IEND", b"")


def _looping_tiff() -> bytes:
    """Its first directory names itself as the next one."""
    raw = bytearray(encoded(PAGE, "TIFF"))
    (start,) = struct.unpack_from("<I", raw, 4)
    (entries,) = struct.unpack_from("<H", raw, start)
    struct.pack_into("<I", raw, start + 2 + 12 * entries, start)
    return bytes(raw)


def _tiff_of_other_size(width: int, height: int) -> bytes:
    """The directory says more pixels than there are."""
    raw = bytearray(encoded(PAGE, "TIFF"))
    (start,) = struct.unpack_from("<I", raw, 4)
    (entries,) = struct.unpack_from("<H", raw, start)
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        tag, kind = struct.unpack_from("<HH", raw, at)
        if tag in {256, 257}:
            struct.pack_into("<I" if kind == 4 else "<H", raw, at + 8, width if tag == 256 else height)
    return bytes(raw)


def _noted(text: str) -> bytes:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", text)
    return encoded(PAGE, "PNG", pnginfo=note)


PAGE = Image.new("L", (200, 280), 255)
DOT = Image.new("1", (8, 8), 1)
NOISE = Image.effect_noise((200, 280), 90)
_HUGE = b"\0" * (3751 * 30_000)

FILES: dict[str, tuple[bytes, set[str]]] = {
    "kopf.png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, {"broken"}),
    "kopf.jpg": (b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 9, {"broken"}),
    "kopf.tif": (b"II*\0\x08\0\0\0" + b"\xff" * 300, {"broken"}),
    "abgeschnitten.png": (encoded(NOISE, "PNG")[:9000], {"broken"}),
    "abgeschnitten.jpg": (encoded(NOISE, "JPEG")[:4000], {"broken"}),
    "abgeschnitten.tif": (encoded(NOISE, "TIFF", compression="tiff_lzw")[:3000], {"broken"}),
    "30k.png": (_png(30_000, 30_000, rows=_HUGE), {"image_too_large"}),
    "gelogen.png": (_png(2_000_000_000, 2_000_000_000, rows=b"\0" * 100), {"image_too_large", "broken"}),
    "gelogen.tif": (_tiff_of_other_size(60_000, 60_000), {"image_too_large"}),
    "etwas-gelogen.tif": (_tiff_of_other_size(8_000, 9_000), {"broken"}),
    "text-bombe.png": (
        _png(8, 8, _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 80_000_000, 9)), rows=b"\0" * 16),
        {"broken"} | NOTHING_TO_READ,
    ),
    "schleife.tif": (_looping_tiff(), {"broken"} | NOTHING_TO_READ),
    "viele.tif": (encoded(DOT, "TIFF", save_all=True, append_images=[DOT] * 60), {"too_many_pages"}),
    "bild-mit-zip.png": (encoded(PAGE, "PNG") + archive({"a.txt": "x"}), {"ambiguous_type"}),
    "bild-mit-pdf.jpg": (encoded(PAGE, "JPEG", comment=b"%PDF-1.4"), {"ambiguous_type"}),
    "vs.png": (_noted("VS-NfD"), {"vs_marking"}),
    "vs.jpg": (encoded(PAGE, "JPEG", comment=b"VS - NUR FUER DEN DIENSTGEBRAUCH"), {"vs_marking"}),
    "vs.tif": (encoded(PAGE, "TIFF", description="VS-NfD"), {"vs_marking"}),
    "leer.png": (encoded(PAGE, "PNG"), NOTHING_TO_READ),
}
