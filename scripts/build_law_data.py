# SPDX-License-Identifier: EUPL-1.2
"""Packs a folder of law files (one JSON line a §, `index.json`) into the package, and builds the word list from them.

`python -m scripts.build_law_data FOLDER`; the same input gives the same bytes.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from genius_retrieval.text.compounds import VOCABULARY
from genius_retrieval.text.words import tokens

PACKAGE = Path(__file__).resolve().parents[1] / "services/retrieval/src/genius_retrieval"
MIN_SECTIONS = 3
MIN_LETTERS = 4


def pack(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def main(folder: Path) -> None:
    index: list[dict[str, Any]] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    entries, lines, counts = [], [], Counter[str]()
    for law in index:
        rows = (folder / law["file"]).read_text(encoding="utf-8").splitlines()
        aliases = sorted({law["abbreviation"], *law["aliases"]} - {law["citation_name"]})
        entries.append(
            {
                "name": law["citation_name"],
                "title": law["title"],
                "aliases": aliases,
                "as_of": law["as_of"],
                "sections": len(rows),
            }
        )
        for row in rows:
            section = json.loads(row)
            lines.append(json.dumps(section, ensure_ascii=False, sort_keys=True))
            words = {token.word for token in tokens(f"{section['heading'] or ''} {section['text']}")}
            counts.update(word for word in words if word.isalpha() and len(word) >= MIN_LETTERS)
    pack(PACKAGE / "laws/data/index.json.xz", json.dumps(entries, ensure_ascii=False))
    pack(PACKAGE / "laws/data/sections.jsonl.xz", "\n".join(lines) + "\n")
    known = sorted((word, count) for word, count in counts.items() if count >= MIN_SECTIONS)
    pack(PACKAGE / f"text/data/{VOCABULARY}.xz", "".join(f"{word}\t{count}\n" for word, count in known))
    sys.stdout.write(f"{len(entries)} laws, {len(lines)} sections, {len(known)} words\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
