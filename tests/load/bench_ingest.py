# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_ingest`: born-digital PDFs from upload to searchable, beside reading their text alone.

A real retrieval service with Qdrant Edge and PostgreSQL; every document is uploaded, read in the cage, chunked, sealed
and indexed. The peer is pypdfium2 in one process over the same files, which does nothing but extract their text.
Memory is looked at every 50 ms: the service, and the largest parser process. The last line of stdout is one JSON
object, also written to `.genius/bench/ingest.json`.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pypdfium2

from genius_retrieval.laws.source import read_laws
from genius_retrieval.parsing.builder import is_marked
from genius_stack.postgresql.cluster import Cluster, new_password
from genius_stack.postgresql.location import temporary
from tests.load.relays.processes import cpu_s
from tests.support import pdf
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, RetrievalService, running_service

OUTPUT = Path(".genius/bench/ingest.json")
LINES, WIDTH = 48, 88
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def postgres() -> Iterator[TestPostgres]:
    """A throwaway cluster with the durability of a real one."""
    with tempfile.TemporaryDirectory(prefix="genius-pg-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        password = new_password()
        cluster = Cluster(temporary(folder), password, {})
        cluster.initialise(sync=False)
        with (folder / "server.log").open("wb") as log:
            cluster.start(log)
        try:
            yield TestPostgres(cluster, password)
        finally:
            cluster.stop()


def files(count: int, pages: int) -> list[bytes]:
    """PDFs of distinct pages: the text of the shipped laws in lines, shuffled so that none is like another."""
    lines: list[str] = []
    for law in read_laws():
        for section in law.sections:
            if is_marked(section.text):
                continue  # a law that speaks of classified files: a PDF with its words is refused (ING-11)
            words = section.text.split()
            lines += [" ".join(words[start : start + 11])[:WIDTH] for start in range(0, len(words), 11)]
    lines = [line for line in lines if _writable(line)]
    draw = random.Random(5)
    made = []
    for number in range(count):
        sheets = []
        for page in range(1, pages + 1):
            start = draw.randrange(len(lines) - LINES)
            sheets.append(pdf.text_page(f"Akte {number}, Seite {page}", "", *lines[start : start + LINES], leading=15))
        made.append(pdf.build(*sheets, title=f"Akte {number}"))
    return made


def _writable(line: str) -> bool:
    """Whether the font of these PDFs has its characters; a few lines of the laws have signs like "♦"."""
    try:
        line.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def peer(contents: list[bytes]) -> float:
    """Seconds to extract all text."""
    started = time.perf_counter()
    for content in contents:
        document = pypdfium2.PdfDocument(content)
        for page in document:
            page.get_textpage().get_text_bounded()
        document.close()
    return time.perf_counter() - started


class Memory(threading.Thread):
    """The largest resident sizes of the service and of any of its children, in MB, and the service's at the end."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.service = self.child = 0.0

    def run(self) -> None:
        while not self._ended.wait(0.05):
            self.service = max(self.service, rss_mb(self._pid))
            for child in children(self._pid):
                self.child = max(self.child, rss_mb(child))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def rss_mb(pid: int) -> float:
    with contextlib.suppress(OSError, IndexError):  # it has ended
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 2**20
    return 0.0


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _of(task)]
    return []


def _of(task: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return (task / "children").read_text().split()
    return []


async def ingested(service: RetrievalService, office: Office, contents: list[bytes], clients: int) -> float:
    """Seconds until all are ready. Raises: AssertionError where one is not."""
    token = service.signer.sign(office.who(), audience=["retrieval"])
    waiting = list(enumerate(contents))
    async with aiohttp.ClientSession(service.url, headers={"authorization": f"Bearer {token}"}) as session:

        async def one() -> None:
            while waiting:
                number, content = waiting.pop()
                address = f"{office.documents}?name=akte-{number}.pdf"
                async with session.post(address, data=content) as answer:
                    assert answer.status == 202, await answer.text()

        started = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(clients)))
        await ready(session, office, len(contents))
        return time.perf_counter() - started


async def ready(session: aiohttp.ClientSession, office: Office, count: int) -> None:
    while True:
        async with session.get(f"/knowledge-bases/{office.knowledge_base}") as answer:
            found = await answer.json()
        assert found["failed"] == 0, await reasons(session, office)
        if found["ready"] == count:
            return
        await asyncio.sleep(0.1)


async def reasons(session: aiohttp.ClientSession, office: Office) -> list[str]:
    """Why documents failed."""
    async with session.get(office.documents) as answer:
        documents = await answer.json()
    return [f"{item['name']}: {item['reason']}" for item in documents["items"] if item["state"] == "failed"]


def measured(given: argparse.Namespace) -> dict[str, Any]:
    contents = files(given.documents, given.pages)
    pages = given.documents * given.pages
    alone = peer(contents)
    with (
        postgres() as server,
        tempfile.TemporaryDirectory() as folder,
        running_service(server, Path(folder)) as service,
    ):
        assert service.process
        office = Office(service).set_up()
        memory = Memory(service.process.pid)
        rounds = []
        before = cpu_s(service.process.pid, waited=True)
        memory.start()
        for start in range(0, len(contents), step := max(1, len(contents) // given.rounds)):
            part = contents[start : start + step]
            base = Office(service, authority=office.authority).set_up()
            took = asyncio.run(ingested(service, base, part, given.clients))
            pages_here = len(part) * given.pages
            rounds.append({"pages_per_s": round(pages_here / took, 1), "rss_mb": round(rss_mb(service.process.pid))})
        memory.stop()
        cpu = cpu_s(service.process.pid, waited=True) - before
    total = sum(item["pages_per_s"] for item in rounds) / len(rounds)
    return {
        "benchmark": "ingest",
        "documents": given.documents,
        "pages_each": given.pages,
        "pages_per_s": round(total, 1),
        "documents_per_s": round(total / given.pages, 2),
        "cpu_ms_per_page": round(1000 * cpu / pages, 2),
        "peer_pages_per_s": round(pages / alone, 1),
        "service_rss_mb": round(memory.service),
        "parser_rss_mb": round(memory.child),
        "rounds": rounds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    number: Callable[[str], int] = int
    parser.add_argument("--documents", type=number, default=60)
    parser.add_argument("--pages", type=number, default=40, help="of each document")
    parser.add_argument("--rounds", type=number, default=3, help="memory and speed are reported after each")
    parser.add_argument("--clients", type=number, default=4, help="uploads at the same time")
    line = json.dumps(measured(parser.parse_args()))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n")
    print(line)


if __name__ == "__main__":
    main()
