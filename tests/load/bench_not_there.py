# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_not_there`: can somebody tell by time that a foreign object exists (TEN-02)?

A whole platform (`genius up`), objects of one authority's clerk, and a clerk of another authority who asks for each of
them and for an id that nobody has, in turns, one request at a time over one connection. For each kind of object the
medians, the difference with a bootstrap interval, and the Kolmogorov-Smirnov distance D: how much better than chance
the best rule "slower than t" guesses from one answer. Below `noise` (5 % level) D is what chance alone gives. The
control compares unknown ids with unknown ids. The last line of stdout is one JSON object, also written to
`.genius/bench/not-there.json`.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import numpy as np

from tests.support.platform import Platform, wait_document

OUTPUT = Path(".genius/bench/not-there.json")
CONTROL = "control: knowledge base"


def planted(platform: Platform) -> dict[str, tuple[str, str]]:
    """Kind of object → path with a place for the id, and the id of one that is there."""
    with platform.client(0) as owner:

        def made(path: str, **options: Any) -> Any:
            return owner.post("/api/v1" + path, **options).raise_for_status().json()

        text = {"file": ("a.txt", b"Ein Text.")}
        base = made("/knowledge-bases", json={"name": "Sammlung", "purpose": "Probe", "owner": "person"})["id"]
        document = made(f"/knowledge-bases/{base}/documents", files=text)["id"]
        file = made("/files", files=text)["id"]
        wait_document(owner, f"/api/v1/documents/{document}")
        wait_document(owner, f"/api/v1/files/{file}")
        turn = made("/modules/chat/runs", json={"input": {"message": "Guten Tag"}})
        return {
            "knowledge base": ("/knowledge-bases/{}", base),
            "document": ("/documents/{}", document),
            "text of a document": ("/documents/{}/text", document),
            "file": ("/files/{}", file),
            "case": ("/cases/{}", made("/cases", json={"reference": "1-2026"})["id"]),
            "conversation": ("/conversations/{}", turn["conversation"]),
            "messages": ("/conversations/{}/messages", turn["conversation"]),
            "run": ("/runs/{}", turn["id"]),
        }


async def asked(session: aiohttp.ClientSession, path: str) -> float:
    """Seconds to the end of the answer, which must be the one for the unknown."""
    begin = time.perf_counter()
    async with session.get("/api/v1" + path) as response:
        await response.read()
    took = time.perf_counter() - begin
    assert response.status == 404, (response.status, path)
    return took


async def pairs(session: aiohttp.ClientSession, path: str, known: str | None, tries: int) -> Any:
    """Array (tries, 2) of seconds: for the id that is there (or one more unknown), for an unknown one.

    The unknown one is repeated like the other: a client takes longer with an address that it has not seen before.
    """
    ids = (known or uuid4(), uuid4())
    rows = np.zeros((tries, 2))
    for attempt in range(-50, tries):
        columns = [0, 1]
        random.shuffle(columns)
        for column in columns:
            took = await asked(session, path.format(ids[column]))
            if attempt >= 0:
                rows[attempt, column] = took
    return rows


def compared(name: str, rows: Any) -> dict[str, Any]:
    foreign, unknown = (np.sort(rows[:, column]) * 1e6 for column in (0, 1))
    draw = np.random.default_rng(1).integers(0, len(rows), (2000, len(rows)))
    differences = np.median(rows[draw, 0], axis=1) - np.median(rows[draw, 1], axis=1)
    low, high = np.quantile(differences, [0.025, 0.975]) * 1e6
    every = np.concatenate([foreign, unknown])
    shares = [np.searchsorted(column, every, side="right") / len(rows) for column in (foreign, unknown)]
    return {
        "object": name,
        "foreign_us": round(float(np.median(foreign)), 1),
        "unknown_us": round(float(np.median(unknown)), 1),
        "difference_us_95": [round(float(low), 1), round(float(high), 1)],
        "d": round(float(np.abs(shares[0] - shares[1]).max()), 3),
        "noise": round(1.358 * (2 / len(rows)) ** 0.5, 3),
    }


async def measured(platform: Platform, tries: int) -> list[dict[str, Any]]:
    objects = planted(platform)
    stranger = platform.token(login=platform.login(1)["username"])
    headers = {"authorization": f"Bearer {stranger}"}
    one = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(platform.url, headers=headers, connector=one) as session:
        return [
            compared(CONTROL, await pairs(session, objects["knowledge base"][0], None, tries)),
            *[compared(name, await pairs(session, path, known, tries)) for name, (path, known) in objects.items()],
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=1000, help="of each kind of object, foreign and unknown")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder) / "data", options=("--no-laws", "--no-web-ui")).start()
        try:
            rows = asyncio.run(measured(platform, given.tries))
        finally:
            platform.stop()
    line = json.dumps({"benchmark": "not-there", "tries": given.tries, "rows": rows})
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n")
    print(line)


if __name__ == "__main__":
    main()
