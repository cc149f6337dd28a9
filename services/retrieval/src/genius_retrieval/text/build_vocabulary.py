# SPDX-License-Identifier: EUPL-1.2
"""Make the vocabulary of the shipped laws and the first layer of their subject index. Deterministic.

Later layers are left out: another vocabulary splits words otherwise, and every collection would have to be built anew
(REL-11), the authorities' own too.

`python -m genius_retrieval.text.build_vocabulary`
"""

from __future__ import annotations

import lzma
from collections import Counter
from pathlib import Path

from genius_retrieval.laws.source import read_laws
from genius_retrieval.laws.subjects import FIRST, subjects
from genius_retrieval.text.vocabulary import VOCABULARY
from genius_retrieval.text.words import words


def build() -> bytes:
    """Word forms of letters only with the number of §§ that hold them, most frequent first."""
    frequencies: Counter[str] = Counter()
    sections = 0
    known = subjects(FIRST)
    for law in read_laws():
        for section in law.sections:
            sections += 1
            found = words(f"{section.heading} {section.text} {known.get(section.id, '')}")
            frequencies.update({word for word in found if word.isalpha() and len(word) > 1})
    ordered = sorted(frequencies.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{VOCABULARY}\t{sections}", *(f"{word}\t{count}" for word, count in ordered)]
    return "\n".join(lines).encode()


def main() -> None:
    target = Path(__file__).parent / "data" / "vocabulary.txt.xz"
    target.write_bytes(lzma.compress(build(), preset=9))


if __name__ == "__main__":
    main()
