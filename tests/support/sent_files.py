# SPDX-License-Identifier: EUPL-1.2
"""Files of several kinds for the kill test, each of numbered lines under a mark of its own, so that nothing can be
taken for something else and a missing line is seen."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from tests.support import office, pdf, sheets
from tests.support.scans import font

WORD = "Merkwort"


@dataclass(frozen=True)
class File:
    """`lines`: words that must all be found; `fails`: it must end as failed with a reason."""

    suffix: str
    mark: str
    content: bytes
    lines: frozenset[str]
    fails: bool = False


def made(chance: random.Random, mark: str) -> File:
    """A file of some kind: a scan and a broken one now and then."""
    kind = chance.choices(list(_KINDS), weights=[weight for weight, _ in _KINDS.values()])[0]
    count = chance.choice([3, 40, 80, 120])
    if kind == "png":
        return File("png", mark, _scan(mark), frozenset())
    tokens = [f"Zeile{number:03}" for number in range(count)]
    texts = [f"{WORD} {mark} {token}: Der Antrag auf Wohngeld ist vollständig." for token in tokens]
    content = _KINDS[kind][1](texts)
    fails = kind == "broken"
    return File("pdf" if fails else kind, mark, content, frozenset() if fails else frozenset(tokens), fails)


def _txt(texts: Sequence[str]) -> bytes:
    return "\n\n".join(texts).encode()


def _pdf(texts: Sequence[str]) -> bytes:
    return pdf.build(*(pdf.text_page(*texts[at : at + 30]) for at in range(0, len(texts), 30)))


def _broken(texts: Sequence[str]) -> bytes:
    return b"%PDF-1.4\n" + texts[0].encode() + b"\n1 0 obj\n<< /Type /Catalog"


def _xlsx(texts: Sequence[str]) -> bytes:
    rows = [sheets.row(number, *text.split(": ")) for number, text in enumerate(["Zeile: Inhalt", *texts], 1)]
    return sheets.xlsx({"Vorgänge": sheets.sheet(*rows)})


def _docx(texts: Sequence[str]) -> bytes:
    return office.docx(*(office.paragraph(text) for text in texts))


def _csv(texts: Sequence[str]) -> bytes:
    return "\n".join(["Zeile;Inhalt", *(text.replace(": ", ";") for text in texts)]).encode()


def _scan(mark: str) -> bytes:
    page = Image.new("L", (900, 220), 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate((WORD, mark, "liegt vollständig vor.")):
        draw.text((30, 20 + 60 * number), line, font=font(14), fill=0)
    out = io.BytesIO()
    page.save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


_KINDS: dict[str, tuple[int, Callable[[Sequence[str]], bytes]]] = {
    "txt": (30, _txt),
    "pdf": (25, _pdf),
    "xlsx": (15, _xlsx),
    "docx": (12, _docx),
    "csv": (10, _csv),
    "broken": (5, _broken),
    "png": (3, lambda _: b""),
}
