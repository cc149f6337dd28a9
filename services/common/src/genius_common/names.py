# SPDX-License-Identifier: EUPL-1.2
"""Names of files are data: shown, encrypted at rest, never part of a path (ING-04)."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_NAME = 200
UNNAMED = "Unbenannt"
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def display_name(raw: str) -> str:
    """The last path component without control, formatting (bidi, zero-width) and surrogate characters, in NFC."""
    visible = "".join(char for char in raw if unicodedata.category(char) not in _HIDDEN)
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", visible))[-1]
    name = re.sub(r"\s+", " ", last).strip(" .")
    if len(name) > MAX_NAME:
        stem, dot, suffix = name.rpartition(".")
        short = f"{dot}{suffix}" if dot and len(suffix) <= 8 else ""
        name = (stem if short else name)[: MAX_NAME - len(short) - 1] + "…" + short
    return name or UNNAMED


def attachment(name: str) -> str:
    """The value of Content-Disposition for `name` (RFC 6266, RFC 8187); always an attachment, never inline."""
    fallback = re.sub(r"[^A-Za-z0-9._ -]", "_", unicodedata.normalize("NFKD", name))
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}"
