# SPDX-License-Identifier: EUPL-1.2
"""`make eval-retrieval [QUERIES=FILE]`: heading → § and masked cross-reference → §, nDCG@10 and recall@10.

Heading queries run against the bodies alone; cross-references against the product's own index, without the § that the
sentence is from. FILE has the form {"heading": [{"query", "relevant"}], "crossref": [{…, "from"}]}.
"""

from __future__ import annotations

import asyncio
import json
import lzma
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from genius_common.contracts.retrieval import SearchRequest
from genius_retrieval.search.service import SearchService
from tests.eval.laws import bodies_only, index_laws

DATA = Path(__file__).parent / "data"
RESULT = Path(".genius/bench/eval-retrieval.json")


def load(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(lzma.decompress(content) if path.suffix == ".xz" else content)


async def task(queries: Sequence[dict[str, str]], bodies: bool) -> dict[str, Any]:
    sections = frozenset(load(DATA / "law_eval_ids.json.xz")) if bodies else None
    gain = recall = 0.0
    times = []
    with tempfile.TemporaryDirectory() as folder:
        index, scope = await index_laws(
            Path(folder) / "edge", sections=sections, change=bodies_only if bodies else None
        )
        service = SearchService(index)
        for item in queries:
            started = time.perf_counter()
            result = await service.search(scope, SearchRequest(query=item["query"][:4000], limit=12))
            times.append(time.perf_counter() - started)
            ranked = [hit.source_id for hit in result.hits if hit.source_id != item.get("from")][:10]
            if item["relevant"] in ranked:
                recall += 1
                gain += 1 / math.log2(ranked.index(item["relevant"]) + 2)
        await index.close()
    times.sort()
    return {
        "queries": len(queries),
        "ndcg@10": round(100 * gain / len(queries), 1),
        "recall@10": round(100 * recall / len(queries), 1),
        "p50_ms": round(1000 * times[len(times) // 2], 1),
        "p95_ms": round(1000 * times[int(len(times) * 0.95)], 1),
    }


async def evaluate(path: Path, limit: int) -> dict[str, Any]:
    queries = load(path)
    return {
        name: await task(queries[name][:limit], bodies=name == "heading")
        for name in ("heading", "crossref")
        if queries.get(name)
    }


def argument(name: str, default: str) -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def main() -> int:
    path = Path(argument("--queries", str(DATA / "law_queries_dev.json.xz")))
    result = asyncio.run(evaluate(path, int(argument("--limit", "100000"))))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
