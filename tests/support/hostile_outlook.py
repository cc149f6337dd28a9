# SPDX-License-Identifier: EUPL-1.2
"""Hostile and unusable Outlook messages, made here: name → (content, reason codes that are right answers)."""

from __future__ import annotations

import struct

from tests.support.outlook import FREE, INNER_HEAD, SECTOR, compound, message, msg, nested

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DATA = "__substg1.0_37010102"
_MARKER = "__properties_version1.0".encode("utf-16-le")
_BROKEN = {"broken", "too_complex"}


def _entries(content: bytes, name: str) -> list[int]:
    """Where the directory's entries of that name begin."""
    raw, found, at = name.encode("utf-16-le") + b"\0\0", list[int](), -1
    while (at := content.find(raw, at + 1)) >= 0:
        found.append(at)
    return found


def _patched(content: bytes, at: int, raw: bytes) -> bytes:
    return content[:at] + raw + content[at + len(raw) :]


def _large() -> bytes:
    return msg("Anbei.", files={"a.txt": b"Wort " * 2_000})


def _fat_loop() -> bytes:
    """The attachment's second sector follows itself."""
    content = _large()
    (start,) = struct.unpack_from("<I", content, _entries(content, _DATA)[0] + 116)
    return _patched(content, SECTOR + (start + 1) * 4, struct.pack("<I", start + 1))


def _directory_loop() -> bytes:
    """The directory's first sector follows itself."""
    content = _large()
    (start,) = struct.unpack_from("<I", content, 48)
    return _patched(content, SECTOR + start * 4, struct.pack("<I", start))


def _ring_of_storages() -> bytes:
    """An attachment holds the root's first entry, and with it itself."""
    content = _large()
    (child,) = struct.unpack_from("<I", content, _entries(content, "Root Entry")[0] + 76)
    return _patched(content, _entries(content, "__attach_version1.0_#00000000")[0] + 76, struct.pack("<I", child))


def _sized(size: int) -> bytes:
    content = _large()
    return _patched(content, _entries(content, _DATA)[0] + 120, struct.pack("<Q", size))


def _shared_sectors() -> bytes:
    """300 attachments of 500,000 bytes in the same sectors."""
    content = msg("Anbei.", files={"a.txt": b"Wort " * 100_000, **{f"{n}.txt": b"x" for n in range(300)}})
    entries = _entries(content, _DATA)
    place = next(content[at + 116 : at + 128] for at in entries if content[at + 121] > 4)
    for at in entries:
        content = _patched(content, at + 116, place)
    return content


def as_list(count: int) -> bytes:
    """A message whose directory is no tree but a list of `count` entries, each to the right of the one before."""
    content = msg("x", parts={f"__substg1.0_{n:04X}001F": b"" for n in range(0x4000, 0x4000 + count)})
    (start,) = struct.unpack_from("<I", content, 48)
    at, raw = SECTOR * (start + 1), bytearray(content)
    for number in range(1, count):
        struct.pack_into("<III", raw, at + number * 128 + 68, FREE, number + 1, FREE)
    struct.pack_into("<I", raw, at + 76, 1)
    return bytes(raw)


FILES: dict[str, tuple[bytes, set[str]]] = {
    "nur-kopf.msg": (_OLE + b"\0" * 504 + _MARKER + b"\0" * 99, {"broken"}),
    "mit-passwort.msg": (_OLE + b"\0" * 504 + _MARKER + "EncryptedPackage".encode("utf-16-le"), {"broken"}),
    "anderes.msg": (compound({"WordDocument": _MARKER}), {"unknown_type"}),
    "halb.msg": (_large()[:-6_000], {"broken"}),
    "letzter-sektor.msg": (_large()[:-400], {"broken"}),
    "ohne-verzeichnis.msg": (_large()[:700] + _MARKER, {"broken"}),
    "fat-schleife.msg": (_fat_loop(), _BROKEN),
    "verzeichnis-schleife.msg": (_directory_loop(), _BROKEN),
    "ring.msg": (_ring_of_storages(), _BROKEN),
    "riesig.msg": (_sized(0x7FFFFFFF), {"broken"}),
    "riesiger.msg": (_sized(0x7FFFFFFFFFFFFFFF), {"broken"}),
    "zu-lang.msg": (_sized(12_000), {"broken"}),
    "geteilt.msg": (_shared_sectors(), {"broken"}),
    "liste.msg": (as_list(12_000), {"too_complex"}),
    "viele-anhaenge.msg": (msg("x", files={f"{n}": b"x" for n in range(1_001)}), {"too_complex"}),
    "viele-eigenschaften.msg": (
        msg("x", parts={f"__substg1.0_{n:04X}001F": b"" for n in range(0x4000, 0x5100)}),
        {"too_complex"},
    ),
    "verschluesselt.msg": (msg(more={0x001A: "IPM.Note.SMIME"}, files={"smime.p7m": b"0\x80"}), {"encrypted"}),
    "vs-betreff.msg": (msg("Text", subject="VS-NfD Lage"), {"vs_marking"}),
    "vs-text.msg": (msg("VS - Nur für den Dienstgebrauch"), {"vs_marking"}),
    "vs-kategorie.msg": (msg("Text", more={0x8001: "VS-NfD"}), {"vs_marking"}),
    "vs-kopf.msg": (msg("Text", more={0x007D: "From: a@b.example\r\nX-Einstufung: VS-NfD\r\n"}), {"vs_marking"}),
    "vs-anhang.msg": (msg("Text", files={"a.txt": b"VS-NfD\n\nInhalt"}), {"vs_marking"}),
    "vs-anhangname.msg": (msg("Text", files={"VS-NfD Lage.bin": b"MZ"}), {"vs_marking"}),
    "vs-innen.msg": (msg("Text", inner={"a.msg": message("VS-NfD", head=INNER_HEAD)}), {"vs_marking"}),
    "vs-tief.msg": (compound(nested(2) | {"__substg1.0_8001001F": "VS-NfD".encode("utf-16-le")}), {"vs_marking"}),
}
