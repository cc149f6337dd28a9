# SPDX-License-Identifier: EUPL-1.2
"""Pack a folder of law files into the package data: `python -m genius_retrieval.laws.pack FOLDER`."""

from __future__ import annotations

import json
import lzma
import sys
from pathlib import Path

from genius_retrieval.laws.source import without_sentence_numbers

_TARGET = Path(__file__).parent / "data"


def pack(folder: Path) -> None:
    """`folder` holds index.json and one JSON Lines file a law (`file` in the index)."""
    index = json.loads((folder / "index.json").read_text("utf-8"))
    index.sort(key=lambda item: item["citation_name"])
    with lzma.open(_TARGET / "laws.jsonl.xz", "wt", preset=9 | lzma.PRESET_EXTREME, encoding="utf-8") as packed:
        for law in index:
            lines = (folder / law.pop("file")).read_text("utf-8").splitlines()
            sections = [json.loads(line) for line in lines]
            for section in sections:
                section["text"] = without_sentence_numbers(section["text"])
            packed.write(json.dumps({"bjnr": law["bjnr"], "sections": sections}, ensure_ascii=False) + "\n")
    (_TARGET / "index.json").write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
