# SPDX-License-Identifier: EUPL-1.2
"""`make eval-retrieval [QUERIES=FILE]`: heading → § and masked cross-reference → §, nDCG@10 and recall@10.

Through the HTTP API of a real retrieval service, and beside it the popular Python default over the same texts in the
same run. Heading queries run against the bodies alone: only the §§ of `law_eval_ids.json`, without headings and
anything made from them. Cross-references run against the product's own index; the § that the sentence is from is taken
out of the hits, and what it refers to is never looked up: it is masked in the query, and no search follows references
of hits. FILE has the form {"heading": [{"query", "relevant"}], "crossref": [{…, "from"}]}. One JSON object on the last
line, also in `.genius/bench/eval-retrieval.json`.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from genius_retrieval.laws.documents import law_documents
from tests.eval.popular_default import PopularDefault
from tests.support.law_service import bodies_alone, law_service, reader

DATA = Path(__file__).parent / "data"
RESULT = Path(".genius/bench/eval-retrieval.json")
_TOKEN_QUERIES = 200
# One more than counted: the § that a sentence is from goes out.
_LIMIT = 11

Query = dict[str, str]
Search = Callable[[Sequence[str]], Iterator[list[str]]]


def load(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(lzma.decompress(content) if path.suffix == ".xz" else content)


def figures(queries: Sequence[Query], found: Iterator[list[str]]) -> dict[str, float]:
    """nDCG@10 and recall@10 in %, with one right § for each query."""
    gain = recall = 0.0
    for item, hits in zip(queries, found, strict=True):
        ranked = [section for section in hits if section != item.get("from")][:10]
        if item["relevant"] in ranked:
            recall += 1
            gain += 1 / math.log2(ranked.index(item["relevant"]) + 2)
    return {"ndcg@10": round(100 * gain / len(queries), 1), "recall@10": round(100 * recall / len(queries), 1)}


def of_service(queries: Sequence[Query], sections: frozenset[str] | None) -> dict[str, Any]:
    times: list[float] = []

    def search() -> Iterator[list[str]]:
        for start in range(0, len(queries), _TOKEN_QUERIES):
            with reader(service, authority, bases).client() as client:
                for item in queries[start : start + _TOKEN_QUERIES]:
                    started = time.perf_counter()
                    answer = client.post("/search", json={"query": item["query"][:4000], "limit": _LIMIT})
                    times.append(time.perf_counter() - started)
                    yield [hit["source_id"] for hit in answer.raise_for_status().json()["hits"]]

    alter = None if sections is None else lambda _: bodies_alone(sections)
    with law_service(alter=alter) as (service, authority, bases):
        found = figures(queries, search())
    ordered = statistics.quantiles([1000 * value for value in times], n=20)
    return {**found, "p50_ms": round(ordered[9], 1), "p95_ms": round(ordered[18], 1)}


def of_default(queries: Sequence[Query], sections: frozenset[str] | None) -> dict[str, Any]:
    """A whole § is a text: its body, or heading and body where the service has headings too."""
    texts = {}
    for law in law_documents():
        for section in law.document.sections:
            text = law.document.text[section.char_from : section.char_to]
            key = section.source_id or ""
            if sections is None:
                texts[key] = text
            elif key in sections:
                texts[key] = text.removeprefix(section.path[-1])
    default = PopularDefault(texts)
    return figures(queries, (default.search(item["query"], _LIMIT) for item in queries))


def task(queries: Sequence[Query], sections: frozenset[str] | None) -> dict[str, Any]:
    return {
        "queries": len(queries),
        **of_service(queries, sections),
        "popular_default": of_default(queries, sections),
    }


def evaluate(path: Path, limit: int) -> dict[str, Any]:
    queries = load(path)
    sections = {"heading": frozenset(load(DATA / "law_eval_ids.json.xz")), "crossref": None}
    return {name: task(queries[name][:limit], ids) for name, ids in sections.items() if queries.get(name)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=Path, default=DATA / "law_queries_dev.json.xz")
    parser.add_argument("--limit", type=int, default=100_000, help="of each kind")
    given = parser.parse_args()
    result = evaluate(given.queries, given.limit)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
