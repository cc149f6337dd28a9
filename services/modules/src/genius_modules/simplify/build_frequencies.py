# SPDX-License-Identifier: EUPL-1.2
"""Make the frequency list of legal German from the shipped laws. Deterministic.

`python -m genius_modules.simplify.build_frequencies PATH_OF_laws.jsonl.xz`

A line is `word<TAB>occurrences<TAB>laws that have it`, most frequent first; a noun keeps its capital letter.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter
from pathlib import Path

TARGET = Path(__file__).parent / "data" / "gesetze.txt.xz"
_LEAST, _LEAST_LAWS = 12, 3
_WORD = re.compile(r"[^\W\d_]{3,}")


def build(laws: Path) -> bytes:
    """Word forms that the laws use often enough to be a habit of theirs, not of one of them."""
    counts: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    with lzma.open(laws, "rt", encoding="utf-8") as lines:
        for line in lines:
            seen = Counter(word for section in json.loads(line)["sections"] for word in _WORD.findall(section["text"]))
            counts.update(seen)
            spread.update(seen.keys())
    kept: dict[str, tuple[int, int]] = {}
    for word, count in counts.items():
        lower = counts[word.lower()] if word != word.lower() else 0
        # "Wird" begins a sentence; "Wohngeld" is always written so.
        if count >= _LEAST and spread[word] >= _LEAST_LAWS and lower < count:
            kept[word] = (count, spread[word])
    ordered = sorted(kept.items(), key=lambda item: (-item[1][0], item[0]))
    return "\n".join(f"{word}\t{count}\t{laws_}" for word, (count, laws_) in ordered).encode()


def main() -> None:
    TARGET.write_bytes(lzma.compress(build(Path(sys.argv[1])), preset=9))


if __name__ == "__main__":
    main()
