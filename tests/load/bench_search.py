# SPDX-License-Identifier: EUPL-1.2
"""`make bench-search`: how long a search takes in 20,000 chunks, through the HTTP API of the real service.

The shipped laws stand in two knowledge bases of one authority, cut at 20,000 chunks. Each search is hybrid (all fields
of the index, fused and ranked) and filtered by access, in turns: both knowledge bases, one of them, one document. The
questions are those of the tuning sets of `eval_answers`, each asked once; the first ones
warm the service and don't count. Then 50 clients at once. Beside it, in this process and without HTTP, filters or
rights, the popular Python default over the same texts. `cpu_ms` is processor time of the service per search: on a
machine with other work wall time is that of the others too. The last line of stdout is one JSON object, also written to
`.genius/bench/search.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import httpx
import numpy as np

from genius_retrieval.chunks import Chunk
from genius_retrieval.index.port import DocumentMeta
from tests.eval.eval_answers import HERE, TUNING
from tests.eval.popular_default import PopularDefault
from tests.load.bench_ingest import rss_mb
from tests.load.relays.processes import cpu_s
from tests.support.law_service import Alter, law_service, reader
from tests.support.retrieval import RetrievalService

OUTPUT = Path(".genius/bench/search.json")
CHUNKS, WARM, CLIENTS = 20_000, 200, 50


class Cut:
    """Lets `most` chunks into the index, over all knowledge bases, and keeps their texts for the peer."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.texts: dict[str, str] = {}

    def __call__(self, _: int) -> Alter:
        def alter(chunks: Sequence[Chunk], meta: DocumentMeta) -> tuple[Sequence[Chunk], DocumentMeta]:
            kept = chunks[: self.most - len(self.texts)]
            self.texts |= {str(chunk.id): f"{chunk.heading}\n{chunk.text}" for chunk in kept}
            return kept, meta

        return alter


def questions() -> list[str]:
    found = [item["question"] for name in TUNING for item in json.loads((HERE / f"answers_{name}.json").read_text())]
    random.Random(1).shuffle(found)
    return found


def bodies(asked: Sequence[str], bases: Sequence[UUID], document: str) -> Iterator[dict[str, Any]]:
    one = [str(bases[0])]
    filters: tuple[dict[str, Any], ...] = ({}, {"knowledge_bases": one}, {"documents": [document]})
    for query, narrowed in zip(asked, cycle(filters), strict=False):
        yield {"query": query, "limit": 10, **narrowed}


def quantiles(times: Sequence[float]) -> dict[str, float]:
    p50, p95, p99 = np.quantile(np.array(times) * 1000, [0.5, 0.95, 0.99])
    return {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2), "p99_ms": round(float(p99), 2)}


def cpu(service: RetrievalService) -> float:
    assert service.process
    return cpu_s(service.process.pid)


def one_after_the_other(service: RetrievalService, client: httpx.Client, asked: Sequence[dict[str, Any]]) -> Any:
    times, hits = [], 0
    before = cpu(service)
    for body in asked:
        started = time.perf_counter()
        answer = client.post("/search", json=body)
        times.append(time.perf_counter() - started)
        hits += bool(answer.raise_for_status().json()["hits"])
    used = 1000 * (cpu(service) - before) / len(asked)
    return {"searches": len(asked), "with_hits": hits, **quantiles(times), "cpu_ms": round(used, 2)}


async def at_once(service: RetrievalService, token: str, asked: Sequence[dict[str, Any]], clients: int) -> Any:
    """Each client asks one search after the other, all clients together those of `asked`."""
    times: list[float] = []
    errors: list[str] = []
    left = iter(asked)

    async def client(session: aiohttp.ClientSession) -> None:
        for body in left:
            started = time.perf_counter()
            try:
                async with session.post("/search", json=body) as answer:
                    await answer.read()
                    if answer.status != 200:
                        errors.append(str(answer.status))
            except aiohttp.ClientError as error:
                errors.append(type(error).__name__)
            times.append(time.perf_counter() - started)

    headers = {"authorization": token}
    began, before = time.perf_counter(), cpu(service)
    connections = aiohttp.TCPConnector(limit=clients)
    async with aiohttp.ClientSession(service.url, headers=headers, connector=connections) as session:
        await asyncio.gather(*(client(session) for _ in range(clients)))
    took, used = time.perf_counter() - began, 1000 * (cpu(service) - before) / len(times)
    rate = {"searches_per_s": round(len(times) / took, 1), "cpu_ms": round(used, 2)}
    return {"clients": clients, "searches": len(times), "errors": len(errors), **quantiles(times), **rate}


def popular_default(texts: dict[str, str], asked: Sequence[str]) -> dict[str, Any]:
    default = PopularDefault(texts)
    times = []
    for query in asked:
        started = time.perf_counter()
        default.search(query, 10)
        times.append(time.perf_counter() - started)
    return {"searches": len(asked), **quantiles(times)}


def measured(most: int, clients: int) -> dict[str, Any]:
    cut, asked = Cut(most), questions()
    with law_service(bases=2, alter=cut) as (service, authority, bases):
        office = reader(service, authority, bases)
        with office.client(knowledge_bases=frozenset(bases)) as client:
            documents = client.get(f"/knowledge-bases/{bases[0]}/documents").raise_for_status().json()["items"]
            largest = max(documents, key=lambda item: item["size"])["id"]
            every = list(bodies(asked, bases, largest))
            one_after_the_other(service, client, every[:WARM])
            single = one_after_the_other(service, client, every[WARM:])
        # Tokens last five minutes.
        with office.client(knowledge_bases=frozenset(bases)) as client:
            token = client.headers["authorization"]
            parallel = asyncio.run(at_once(service, token, list(islice(cycle(every), 2 * len(every))), clients))
            assert service.process
            memory = round(rss_mb(service.process.pid))
    return {
        "chunks": len(cut.texts),
        "one_client": single,
        "many_clients": parallel,
        "service_rss_mb": memory,
        "popular_default": popular_default(cut.texts, asked[WARM : WARM + 200]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=CHUNKS)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    given = parser.parse_args()
    line = json.dumps({"benchmark": "search", **measured(given.chunks, given.clients)})
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n")
    print(line)


if __name__ == "__main__":
    main()
