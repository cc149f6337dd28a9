# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_many_documents`: whether 10,000 small documents leave anything behind in retrieval.

A real service with a database of its own; texts, PDFs of one page, DOCX and CSV of sentences of the shipped laws come
in through its API. After every tenth of them, when all are ready: memory of the service (PSS: its share of what it has
in common with others), the largest parser since the last look (every 0.2 s), open files, threads and temporary files.
The last line of stdout is one JSON object, also written to `.genius/bench/many-documents.json` after each look.
"""

import argparse
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.load.bench_memory import sentences
from tests.support import office, pdf
from tests.support.postgres import running_postgres
from tests.support.processes import children, command
from tests.support.retrieval import Office, RetrievalService, running_service, upload

OUTPUT = Path(".genius/bench/many-documents.json")
WAVE, SETTLED_S = 50, 300.0
KINDS = ("txt", "pdf", "docx", "csv")
_MIB = 1024.0


def document(kind: str, pool: list[str], chance: random.Random, number: int) -> bytes:
    """About a page under a line of its own."""
    lines = [f"Vorgang {number}", *chance.sample(pool, 8)]
    if kind == "pdf":
        printable = [line.encode("cp1252", "replace").decode("cp1252")[:95] for line in lines]
        return pdf.build(pdf.text_page(*printable))
    if kind == "docx":
        escaped = [line.replace("&", "und").replace("<", "").replace(">", "") for line in lines]
        return office.docx(*(office.paragraph(line) for line in escaped))
    if kind == "csv":
        rows = [f"{place};{line.replace(';', ',').replace(chr(34), '')}" for place, line in enumerate(lines)]
        return "\n".join(["Nummer;Inhalt", *rows]).encode()
    return "\n\n".join(lines).encode()


def rollup(pid: int) -> dict[str, int]:
    """KiB: Rss, Pss and the anonymous part of the process's own; empty where it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return {}
    lines = [line.split() for line in text.splitlines()[1:]]
    return {name.rstrip(":"): int(value) for name, value, *_ in lines if name in {"Rss:", "Pss:", "Anonymous:"}}


class Parsers:
    """The largest child since the last `take`, resident, in MiB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0

    def look(self) -> None:
        # A child that has not begun its own program yet shows the memory of the service.
        for child in (child for child in children(self._pid) if "genius_retrieval.parsing" in command(child)):
            self._most = max(self._most, rollup(child).get("Rss", 0) or _resident(child))

    def take(self) -> float:
        most, self._most = self._most, 0
        return round(most / _MIB, 1)


def _resident(pid: int) -> int:
    """KiB, also of a process that lets nobody look into its memory map."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


@contextmanager
def watched(pid: int) -> Iterator[Parsers]:
    parsers, stop = Parsers(pid), threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            parsers.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield parsers
    finally:
        stop.set()
        thread.join()


def sample(service: RetrievalService, parsers: Parsers, temporary: Path) -> dict[str, Any]:
    assert service.process
    pid = service.process.pid
    memory = {name.lower(): round(value / _MIB, 1) for name, value in rollup(pid).items()}
    processor = sum(int(field) for field in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15])
    return {
        **memory,
        "largest_parser": parsers.take(),
        "files": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": len(os.listdir(f"/proc/{pid}/task")),
        "children": len(children(pid)),
        "temporary": sum(1 for _ in temporary.iterdir()),
        "processor_s": round(processor / os.sysconf("SC_CLK_TCK"), 1),
    }


def bring_in(desk: Office, pool: list[str], chance: random.Random, numbers: range) -> None:
    """Upload and wait until all are ready; one that fails ends the measurement."""
    with desk.client() as client:
        for number in numbers:
            kind = KINDS[number % len(KINDS)]
            upload(client, desk.documents, f"{number}.{kind}", document(kind, pool, chance, number))
        end = time.monotonic() + SETTLED_S
        while (counts := client.get(f"/knowledge-bases/{desk.knowledge_base}").json())["ready"] < numbers.stop:
            assert counts.get("failed", 0) == 0, counts
            assert time.monotonic() < end, counts
            time.sleep(0.1)
        assert client.post("/search", json={"query": chance.choice(pool)}).status_code == 200


def measure(service: RetrievalService, temporary: Path, documents: int) -> dict[str, Any]:
    assert service.process
    desk, pool, chance = Office(service).set_up(), sentences(), random.Random(11)
    step, samples, begin = max(WAVE, documents // 10), list[dict[str, Any]](), time.monotonic()
    with watched(service.process.pid) as parsers:
        samples.append({"documents": 0, **sample(service, parsers, temporary)})
        for start in range(0, documents, WAVE):
            bring_in(desk, pool, chance, range(start, min(start + WAVE, documents)))
            done = min(start + WAVE, documents)
            if done % step == 0 or done == documents:
                found = {"documents": done, "seconds": round(time.monotonic() - begin)}
                samples.append(found | sample(service, parsers, temporary))
                print(samples[-1], flush=True)
                write({"unit": "MiB", "documents": done, "samples": samples})
    return {"unit": "MiB", "documents": documents, "samples": samples}


def write(result: dict[str, Any]) -> str:
    line = json.dumps(result)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n", encoding="utf-8")
    return line


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=10_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="genius-many-") as folder, running_postgres() as postgres:
        temporary = Path(folder) / "temporary"
        temporary.mkdir()
        os.environ["TMPDIR"] = str(temporary)
        with running_service(postgres, Path(folder)) as service:
            result = measure(service, temporary, chosen.documents)
    print(write(result))


if __name__ == "__main__":
    main()
