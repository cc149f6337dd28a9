# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_memory`: memory of the whole retrieval process with 100,000 chunks in Qdrant Edge.

A real service with a database of its own; documents of sentences of the shipped laws, mixed by chance, come in through
its API until there are enough chunks. Resident memory of the service and of all its processes is sampled every 50 ms:
while documents are read in, steady (no request for 10 s, after searches), then after a restart, before and after
searches. `anonymous` is what the process itself holds, the rest are pages of the index's files that the system keeps
while there is room. The last line of stdout is one JSON object, also written to `.genius/bench/memory.json`.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from genius_common.text import split_sentences
from genius_retrieval.laws.source import read_laws
from genius_retrieval.parsing.builder import is_marked
from tests.support.postgres import running_postgres
from tests.support.processes import children
from tests.support.retrieval import Office, RetrievalService, running_service, upload, wait_for

OUTPUT = Path(".genius/bench/memory.json")
_MIB = 1024 * 1024


def sentences() -> list[str]:
    found: list[str] = []
    for law in read_laws():
        for section in law.sections:
            found.extend(span.of(section.text) for span in split_sentences(section.text))
    # Laws about classified matters speak of marks, which no upload may bear.
    return [sentence for sentence in found if 40 < len(sentence) < 600 and not is_marked(sentence)]


def document(pool: list[str], chance: random.Random, characters: int) -> bytes:
    """Paragraphs of five sentences under a heading a page, as Markdown."""
    parts: list[str] = []
    length = 0
    while length < characters:
        head = f"## Abschnitt {len(parts) + 1}"
        body = " ".join(chance.choice(pool) for _ in range(5))
        parts += [head, body]
        length += len(head) + len(body) + 4
    return "\n\n".join(parts).encode()


def status(pid: int) -> dict[str, int]:
    """Bytes: `resident` and the `anonymous` part of it."""
    try:
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    except (FileNotFoundError, ProcessLookupError):
        return {"resident": 0, "anonymous": 0}
    return {name: int(lines.get(key, "0 kB").split()[0]) * 1024
            for name, key in (("resident", "VmRSS"), ("anonymous", "RssAnon"))}  # fmt: skip


class Peak:
    """The most that was seen since the last `take`."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.own = self.anonymous = self.tree = self.child = 0

    def see(self, pid: int) -> None:
        service, inner = status(pid), [status(one)["anonymous"] for one in children(pid)]
        self.own = max(self.own, service["resident"])
        self.anonymous = max(self.anonymous, service["anonymous"])
        self.child = max(self.child, *inner, 0)
        self.tree = max(self.tree, service["resident"] + sum(inner))

    def take(self) -> dict[str, float]:
        found = {
            "service": _mib(self.own),
            "service_anonymous": _mib(self.anonymous),
            "largest_child": _mib(self.child),
            "with_children": _mib(self.tree),
        }
        self._reset()
        return found


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    peak, stop = Peak(), threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            peak.see(pid)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _mib(value: int) -> float:
    return round(value / _MIB, 1)


def searches(office: Office, pool: list[str], count: int) -> float:
    """The slowest of `count` searches, in seconds."""
    chance, slowest = random.Random(3), 0.0
    with office.client() as client:
        for _ in range(count):
            words = " ".join(chance.sample(chance.choice(pool).split(), 4))
            begin = time.perf_counter()
            assert client.post("/search", json={"query": words}).status_code == 200
            slowest = max(slowest, time.perf_counter() - begin)
    return slowest


def steady(service: RetrievalService) -> dict[str, float]:
    assert service.process
    time.sleep(10)
    return {name: _mib(value) for name, value in status(service.process.pid).items()}


def points(service: RetrievalService) -> int:
    """Chunks that the rows of the documents say they have."""
    engine = sa.create_engine(service.owner_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT set_config('genius.scope', 'whole', true),"
                                   " set_config('genius.authority', :a, true)"), {"a": str(AUTHORITY)})  # fmt: skip
        found: int = connection.execute(sa.text("SELECT coalesce(sum(points), 0) FROM documents")).scalar_one()
    engine.dispose()
    return found


AUTHORITY = UUID(int=31)


def fill(service: RetrievalService, office: Office, pool: list[str], chunks: int) -> int:
    chance, number = random.Random(7), 0
    while points(service) < chunks:
        # A token lives for some minutes.
        with office.client() as client:
            made = [
                upload(client, office.documents, f"{number + n}.md", document(pool, chance, 1_200_000))["id"]
                for n in range(4)
            ]
            for identifier in made:
                state = wait_for(client, f"/documents/{identifier}", 240)
                assert state["state"] == "ready", state["reason"]
        number += len(made)
        print(f"{points(service)} chunks", flush=True)
    return number


def size_of(folder: Path) -> float:
    return _mib(sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()))


def measure(service: RetrievalService, chunks: int) -> dict[str, Any]:
    assert service.process
    office, pool = Office(service, authority=AUTHORITY).set_up(), sentences()
    result: dict[str, Any] = {"unit": "MiB", "empty": steady(service)}
    with watched(service.process.pid) as peak:
        begin = time.perf_counter()
        result["documents"] = fill(service, office, pool, chunks)
        result["read_in_s"] = round(time.perf_counter() - begin)
        result["peak_while_read_in"] = peak.take()
        result["slowest_search_s"] = round(searches(office, pool, 250), 3)
        result["peak_while_searched"] = peak.take()
    result["chunks"] = points(service)
    # What is new is optimised when nothing was written for a minute.
    time.sleep(90)
    result["steady"] = steady(service)
    service.stop()
    result["index_on_disk"] = size_of(service.data_dir / "data" / "index")
    service.start()
    assert service.process
    result["reloaded"] = steady(service)
    with watched(service.process.pid) as peak:
        searches(office, pool, 250)
        result["peak_after_reload"] = peak.take()
    result["reloaded_and_searched"] = steady(service)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--chunks", type=int, default=100_000)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="genius-memory-") as folder,
        running_postgres() as postgres,
        running_service(postgres, Path(folder)) as service,
    ):
        result = measure(service, chosen.chunks)
    line = json.dumps(result)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
