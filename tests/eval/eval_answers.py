# SPDX-License-Identifier: EUPL-1.2
"""`make eval-answers`: right § among the first three hits, and "nicht gefunden" where the laws have no answer.

Last line: JSON with both figures for each set; also in .genius/bench/eval-answers.json. `roc_auc` is the area under ROC
of the verdict's confidence: how often a question with an answer gets more of it than one without, ties half; for each
set, for all tuning sets (`tuned`) and for all blind ones (`blind`). Processor time, since wall time on a shared machine
is that of the others too. The search was tuned on the
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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from genius_common.contracts.retrieval import SearchRequest
from genius_retrieval.search.service import SearchScope, SearchService
from tests.eval.laws import index_laws

HERE = Path(__file__).parent
RESULT = Path(".genius/bench/eval-answers.json")
TUNING = ("dev", "more_dev", "dev_2", "dev_3", "dev_4", "dev_5", "dev_6")
BLIND = ("test", "test_2")
SETS = (*TUNING, *BLIND)
GROUPS = {"tuned": TUNING, "blind": BLIND}
# Confidence of the verdict for each question with an answer, and for each without.
Confidences = tuple[list[float], list[float]]


def roc_auc(with_answer: Sequence[float], without: Sequence[float]) -> float | None:
    """Share of pairs in which the first is higher, ties half; None without pairs."""
    if not with_answer or not without:
        return None
    won = sum((one > other) + 0.5 * (one == other) for one in with_answer for other in without)
    return round(won / (len(with_answer) * len(without)), 3)


async def one_set(
    service: SearchService, scope: SearchScope, name: str, show: bool
) -> tuple[dict[str, Any], Confidences]:
    questions = json.loads((HERE / f"answers_{name}.json").read_text("utf-8"))
    right = refused = 0
    times = []
    sure: Confidences = ([], [])
    for item in questions:
        started = time.process_time()
        result = await service.search(scope, SearchRequest(query=item["question"]))
        times.append(time.process_time() - started)
        sure[0 if item["relevant"] else 1].append(result.verdict.confidence)
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
    figures = {
        "answerable": answerable,
        "right_in_first_three": round(right / answerable, 3),
        "unanswerable": len(questions) - answerable,
        "not_found": round(refused / (len(questions) - answerable), 3),
        "roc_auc": roc_auc(*sure),
        "cpu_p50_ms": round(1000 * statistics.median(times), 1),
        "cpu_p95_ms": round(1000 * statistics.quantiles(times, n=20)[-1], 1),
    }
    return figures, sure


async def evaluate(sets: tuple[str, ...], shown: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        index, scope = await index_laws(Path(folder) / "edge")
        took = round(time.perf_counter() - started, 1)
        service = SearchService(index)
        result, sure = {}, {}
        for name in sets:
            result[name], sure[name] = await one_set(service, scope, name, name == shown and name in TUNING)
        await index.close()
    areas = {group: together([sure[name] for name in names if name in sure]) for group, names in GROUPS.items()}
    return {"import_s": took, "roc_auc": areas, **result}


def together(parts: Sequence[Confidences]) -> float | None:
    return roc_auc(*([value for part in parts for value in part[kind]] for kind in (0, 1)))


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
