# SPDX-License-Identifier: EUPL-1.2
"""`make eval-modules [CASES=FOLDER]`: completeness on dossiers, through the public API of a platform started for it.

A dossier is a folder with the files of an application and `expected.json`; without CASES the 14 development dossiers.
Then extract, simplify and summarise on the texts of the repository (`eval_texts`).
Last line: JSON; also in .genius/bench/modules.json. Exit status 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.eval import eval_texts
from tests.eval.completeness import DOSSIERS, Cell, check, figures
from tests.support.platform import Platform
from tests.support.ports import free_port

RESULT = Path(".genius/bench/modules.json")
RIGHT, EVIDENCE = 0.97, 0.95


def measured(cases: Path) -> dict[str, Any]:
    cells: list[Cell] = []
    dossiers: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="genius-eval-") as folder:
        platform = Platform(Path(folder) / "data", free_port()).start()
        try:
            with platform.client() as client:
                for path in sorted(path for path in cases.iterdir() if (path / "expected.json").exists()):
                    checked = check(client, path)
                    cells += checked.cells
                    wrong = [c for c in checked.cells if not c.right or c.pages is False]
                    dossiers[path.name] = {
                        "seconds": round(checked.seconds, 1),
                        "wrong": sum(not cell.right for cell in wrong),
                        "evidence_wrong": sum(cell.pages is False for cell in wrong),
                    }
                    print(path.name, dossiers[path.name])
                    for cell in wrong:
                        print(f"  {cell.requirement}: {cell.found}, truth {cell.truth}, pages {cell.pages}")
        finally:
            platform.stop()
    return {"benchmark": "modules", "completeness": figures(cells), "dossiers": dossiers}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=Path, default=DOSSIERS)
    texts = eval_texts.run()
    found = {**measured(parser.parse_args().cases), "texts": texts}
    line = json.dumps(found, ensure_ascii=False)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(line + "\n", "utf-8")
    print(line)
    total = found["completeness"]
    lacking = eval_texts.missed(texts)
    for one in lacking:
        print(one)
    if lacking or total["right"] < RIGHT or total["hidden_gaps"] or total["evidence_right"] < EVIDENCE:
        sys.exit(1)


if __name__ == "__main__":
    main()
