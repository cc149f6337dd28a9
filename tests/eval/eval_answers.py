# SPDX-License-Identifier: EUPL-1.2
"""`make eval-answers`: right § among the first three hits, and "nicht gefunden" where the laws have no answer.

Last line: JSON with both figures for each set; also in .genius/bench/eval-answers.json. The search was tuned on the
sets `dev…`, never on `test` and `test_2`, which strangers wrote. `--sets dev,dev_2` takes only these; `--show dev`
lists what went wrong in a tuning set.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from genius_common.contracts.retrieval import SearchRequest
from genius_retrieval.search.service import SearchScope, SearchService
from tests.eval.laws import index_laws

HERE = Path(__file__).parent
RESULT = Path(".genius/bench/eval-answers.json")
TUNING = ("dev", "more_dev", "dev_2", "dev_3", "dev_4", "dev_5", "dev_6")
SETS = (*TUNING, "test", "test_2")


async def one_set(service: SearchService, scope: SearchScope, name: str, show: bool) -> dict[str, Any]:
    questions = json.loads((HERE / f"answers_{name}.json").read_text("utf-8"))
    right = refused = 0
    times = []
    for item in questions:
        started = time.perf_counter()
        result = await service.search(scope, SearchRequest(query=item["question"]))
        times.append(time.perf_counter() - started)
        if item["relevant"]:
            found = any(hit.source_id in item["relevant"] for hit in result.hits[:3])
            good = found and result.verdict.answerable
            right += good
        else:
            good = not result.verdict.answerable
            refused += good
        if show and not good:
            print(result.verdict, item["question"], item["sections"], [h.section_path[-1] for h in result.hits[:3]])
    answerable = sum(1 for item in questions if item["relevant"])
    return {
        "answerable": answerable,
        "right_in_first_three": round(right / answerable, 3),
        "unanswerable": len(questions) - answerable,
        "not_found": round(refused / (len(questions) - answerable), 3),
        "p50_ms": round(1000 * statistics.median(times), 1),
        "p95_ms": round(1000 * statistics.quantiles(times, n=20)[-1], 1),
    }


async def evaluate(sets: tuple[str, ...], shown: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        index, scope = await index_laws(Path(folder) / "edge")
        took = round(time.perf_counter() - started, 1)
        service = SearchService(index)
        result = {name: await one_set(service, scope, name, name == shown and name in TUNING) for name in sets}
        await index.close()
    return {"import_s": took, **result}


def main() -> int:
    shown = sys.argv[sys.argv.index("--show") + 1] if "--show" in sys.argv else ""
    sets = tuple(sys.argv[sys.argv.index("--sets") + 1].split(",")) if "--sets" in sys.argv else SETS
    result = asyncio.run(evaluate(sets, shown))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
