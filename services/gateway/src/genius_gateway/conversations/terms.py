# SPDX-License-Identifier: EUPL-1.2
"""Search terms of one's own conversations: words, normalised, stored under the person's search key only."""

from __future__ import annotations

import re
import unicodedata

from genius_common.crypto import term_id

_WORD = re.compile(r"\w+")
_MIN_LENGTH = 2
_MAX_TERMS = 2_000
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def words(text: str) -> list[str]:
    """The distinct normalised words of `text`, in order of appearance ("Größe" and "GROESSE" are one)."""
    normal = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    found = dict.fromkeys(word for word in _WORD.findall(normal) if len(word) >= _MIN_LENGTH)
    return list(found)[:_MAX_TERMS]


def term_ids(search_key: bytes, text: str) -> list[int]:
    return sorted({term_id(search_key, word) for word in words(text)})
