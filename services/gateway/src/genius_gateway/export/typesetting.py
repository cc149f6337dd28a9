# SPDX-License-Identifier: EUPL-1.2
"""The process that makes one PDF: limits and document from stdin, the answer on stdout. Started by `pdf` only.

Answer: one line `{"ok": true, "caged": bool}` and the PDF, or `{"ok": false, "caged": bool, "error": type}`.
The document reaches Typst as data (`sys.inputs`): no text of it is ever read as markup. Nothing is read from disk or
net once the cage is closed; the fonts are part of the library.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
import unicodedata
from importlib.resources import files
from typing import Any

import orjson
import typst

from genius_common import cage

_TEXT = re.compile(r'the text `"((?:[^"\\]|\\.)*)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")
_ROUNDS = 20
_WARM_UP = {
    "title": "x", "title_shown": True, "author": "x", "language": "de", "letterhead": [], "note": "x", "foot": "x",
    "keywords": [], "at": [2026, 1, 1, 0, 0, 0], "blocks": [{"kind": "preformatted", "text": "x"}],
}  # fmt: skip


def main() -> None:
    limits = orjson.loads(sys.stdin.buffer.readline())["cage"]
    template = files("genius_gateway.export").joinpath("document.typ").read_bytes()
    # Starts the library's threads and loads its fonts: afterwards neither is to be had.
    _compile(template, orjson.dumps(_WARM_UP).decode(), 0)
    caged = cage.enter(cage.Limits(**limits))
    text = sys.stdin.buffer.read().decode()
    year, month, day, hour, minute, second = orjson.loads(text)["at"]
    at = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    try:
        content = _shown(template, text, int(at.timestamp()))
    except (RuntimeError, MemoryError) as error:
        _answer({"ok": False, "caged": caged, "error": type(error).__name__})
    else:
        _answer({"ok": True, "caged": caged}, content)


def _shown(template: bytes, text: str, timestamp: int) -> bytes:
    """The PDF; a sign that no font has is named in its place, where PDF/A would refuse the whole."""
    for _ in range(_ROUNDS):
        try:
            return _compile(template, text, timestamp)
        except typst.TypstError as error:
            signs = {_unescaped(found) for found in _TEXT.findall(error.diagnostic)}
            if not signs:
                raise
            text = _named(text, signs)
    return _compile(template, text, timestamp)


def _unescaped(found: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), found).replace('\\"', '"').replace("\\\\", "\\")


def _named(text: str, signs: set[str]) -> str:
    document = orjson.loads(text)
    pattern = re.compile("|".join(map(re.escape, filter(None, signs))))
    return orjson.dumps(_replaced(document, pattern)).decode()


def _replaced(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda match: _name(match[0]), value)
    if isinstance(value, list):
        return [_replaced(item, pattern) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, pattern) for key, item in value.items()}
    return value


def _name(signs: str) -> str:
    return "".join(
        sign if sign.isascii() else f"[{unicodedata.name(sign, f'U+{ord(sign):04X}')}]"
        for sign in signs
        if sign not in "\u200d\ufe0e\ufe0f"
    )


def _compile(template: bytes, text: str, timestamp: int) -> bytes:
    return typst.compile(
        template,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        sys_inputs={"document": text},
        ignore_system_fonts=True,
        timestamp=timestamp,
    )


def _answer(head: dict[str, Any], content: bytes = b"") -> None:
    sys.stdout.buffer.write(orjson.dumps(head) + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
