# SPDX-License-Identifier: EUPL-1.2
"""Outlook messages (MSG) as Outlook writes them: a compound file (MS-CFB) with MAPI properties (MS-OXMSG)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

Tree = Mapping[str, Any]
"""Name → bytes of a stream, or the tree of a storage."""
SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
PROPERTIES = "__properties_version1.0"
ROOT_HEAD, INNER_HEAD, PART_HEAD = 32, 24, 8
SENT = 134177805000000000  # 12.03.2026 09:15 UTC


class _Directory:
    """Entries of 128 bytes; streams shorter than 4,096 bytes lie in the mini stream."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.mini = b""
        self.mini_fat: list[int] = []
        self.large: list[tuple[int, bytes]] = []

    def add(self, name: str, node: bytes | Tree) -> int:
        at = len(self.entries)
        self.entries.append(b"")
        if isinstance(node, bytes):
            self.entries[at] = _entry(name, 2, start=self._place(at, node), size=len(node))
        else:
            kids = sorted(node, key=lambda kid: (len(kid), kid.upper()))
            self.entries[at] = _entry(name, 1 if at else 5, child=self._tree(kids, node))
        return at

    def _tree(self, names: Sequence[str], node: Tree) -> int:
        """The middle one, with those before it to its left and those after it to its right."""
        if not names:
            return FREE
        middle = len(names) // 2
        at = self.add(names[middle], node[names[middle]])
        left, right = self._tree(names[:middle], node), self._tree(names[middle + 1 :], node)
        entry = self.entries[at]
        self.entries[at] = entry[:68] + struct.pack("<II", left, right) + entry[76:]
        return at

    def _place(self, at: int, content: bytes) -> int:
        if len(content) >= CUTOFF:
            self.large.append((at, content))
            return 0
        if not content:
            return END
        start, count = len(self.mini) // MINI, -(-len(content) // MINI)
        self.mini += content.ljust(count * MINI, b"\0")
        self.mini_fat += [*range(start + 1, start + count), END]
        return start


def _entry(name: str, kind: int, *, child: int = FREE, start: int = 0, size: int = 0) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", FREE, FREE, child)
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw), kind, 1)
        + links
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def compound(tree: Tree) -> bytes:
    """The compound file of a tree, up to 6 MB."""
    directory = _Directory()
    directory.add("Root Entry", tree)
    mini_fat = b"".join(struct.pack("<I", n) for n in directory.mini_fat)
    parts = [content for _, content in directory.large]
    sizes = [_sectors(len(directory.entries) * 128), _sectors(len(mini_fat)), _sectors(len(directory.mini)),
             *(_sectors(len(part)) for part in parts)]  # fmt: skip
    fats = 1
    while fats * SECTOR // 4 < sum(sizes) + fats:
        fats += 1
    starts = [fats + sum(sizes[:n]) for n in range(len(sizes))]
    for (at, content), start in zip(directory.large, starts[3:], strict=True):
        directory.entries[at] = directory.entries[at][:116] + struct.pack("<IQ", start, len(content))
    mini_start = starts[2] if directory.mini else END
    directory.entries[0] = directory.entries[0][:116] + struct.pack("<IQ", mini_start, len(directory.mini))
    fat = [FAT] * fats
    for start, size in zip(starts, sizes, strict=True):
        fat += [*range(start + 1, start + size), END] if size else []
    fat += [FREE] * (fats * SECTOR // 4 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    first_mini = starts[1] if mini_fat else END
    header += struct.pack("<9I", 0, fats, starts[0], 0, CUTOFF, first_mini, sizes[1], END, 0)
    header = header.ljust(76, b"\0") + b"".join(struct.pack("<I", n) for n in [*range(fats), *[FREE] * (109 - fats)])
    body = [b"".join(struct.pack("<I", n) for n in fat), b"".join(directory.entries), mini_fat, directory.mini, *parts]
    return header + b"".join(part.ljust(_sectors(len(part)) * SECTOR, b"\0") for part in body)


def _sectors(size: int) -> int:
    return -(-size // SECTOR)


def properties(head: int, values: Mapping[int, Any]) -> dict[str, Any]:
    """Streams of MAPI properties by id: texts, bytes, numbers, and times as (ticks,)."""
    fixed, streams = b"", dict[str, Any]()
    for identifier, value in values.items():
        if isinstance(value, str):
            streams[f"__substg1.0_{identifier:04X}001F"] = value.encode("utf-16-le")
        elif isinstance(value, bytes):
            streams[f"__substg1.0_{identifier:04X}0102"] = value
        else:
            kind, raw = (0x40, value[0]) if isinstance(value, tuple) else (0x03, value)
            fixed += struct.pack("<HHIQ", kind, identifier, 6, raw)
    return {PROPERTIES: b"\0" * head + fixed, **streams}


def message(
    text: str | None = None,
    *,
    head: int = ROOT_HEAD,
    subject: str = "Wohngeld",
    html: bytes | None = None,
    more: Mapping[int, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
    inner: Mapping[str, Tree] | None = None,
    parts: Tree | None = None,
) -> dict[str, Any]:
    """A message with attached `files`, messages `inner` attached as such, and whatever stands in `more` and `parts`."""
    values: dict[int, Any] = {
        0x001A: "IPM.Note", 0x0037: subject, 0x0042: "Erika Müster", 0x5D02: "erika@amt.example", 0x0039: (SENT,),
        0x3FDE: 65001,
    }  # fmt: skip
    if text is not None:
        values[0x1000] = text
    if html is not None:
        values[0x1013] = html
    tree = properties(head, {**values, **(more or {})})
    people = [
        ("Poststelle", "poststelle@amt.example", 1),
        ("Max", "max@amt.example", 2),
        ("Geheim", "bcc@amt.example", 3),
    ]
    for number, (name, address, kind) in enumerate(people):
        tree[f"__recip_version1.0_#{number:08X}"] = properties(PART_HEAD, {0x3001: name, 0x39FE: address, 0x0C15: kind})
    attached = [
        properties(PART_HEAD, {0x3707: name, 0x3701: content, 0x3705: 1}) for name, content in (files or {}).items()
    ]
    attached += [
        {**properties(PART_HEAD, {0x3707: name, 0x3705: 5}), "__substg1.0_3701000D": one}
        for name, one in (inner or {}).items()
    ]
    tree |= {f"__attach_version1.0_#{number:08X}": one for number, one in enumerate(attached)}
    return {**tree, **(parts or {})}


def msg(text: str | None = None, **what: Any) -> bytes:
    return compound(message(text, **what))


def nested(depth: int) -> Tree:
    """A message in a message in a message …; the outermost is the file's own."""
    made = message("Innerstes.", head=INNER_HEAD, subject="Tiefe 0")
    for level in range(1, depth + 1):
        head = ROOT_HEAD if level == depth else INNER_HEAD
        made = message(f"Ebene {level}.", head=head, subject=f"Tiefe {level}", inner={"weiter.msg": made})
    return made
