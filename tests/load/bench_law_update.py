# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_law_update`: one § of a law changed, beside the same law written anew.

The shipped laws are in a real Qdrant Edge collection, with PostgreSQL and object storage as in the service, in this
process. Counted are points written; time is processor time of this process. The last line of stdout is one JSON object,
also written to `.genius/bench/law-update.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from genius_common.contracts.laws import LawText
from genius_common.principal import ProtectionClass
from genius_retrieval.app import build
from genius_retrieval.laws.versions import handed_in
from genius_retrieval.settings import Settings
from tests.support.laws import Section, amended, longer, shipped
from tests.support.postgres import running_postgres
from tests.support.retrieval import memory_folder, principal, running_service

OUTPUT = Path(".genius/bench/law-update.json")


def every_section(sections: list[Section]) -> None:
    """What an update was before points were shared: each § is written."""
    for section in sections:
        section["path"] = ["Neuer Teil", *section["path"]]


async def measure(settings: Settings, citations: list[str]) -> list[dict[str, Any]]:
    base = uuid4()
    own = frozenset({base})
    operator = principal(None, knowledge_bases=own, writable_knowledge_bases=own)
    found = []
    async with AsyncExitStack() as stack:
        parts = await build(settings, stack, works=True)
        await parts.knowledge_bases.put(operator, base, None, ProtectionClass.OFFEN)
        row = await parts.laws.start(operator, base)

        async def timed(law: LawText | None) -> tuple[dict[str, Any], float]:
            started = time.process_time()
            handed = handed_in(law) if law else None
            steps = [step async for step in parts.laws.run(operator, row, handed)]
            return steps[0], round(time.process_time() - started, 3)

        _, whole_s = await timed(None)
        found.append({"law": "all", "cpu_s": whole_s})
        for citation in citations:
            law = shipped(citation)
            one = amended(law, longer(0, "Ein Absatz mehr."), days=1)
            told, one_s = await timed(one)
            anew, all_s = await timed(amended(one, every_section, days=2))
            found.append(
                {
                    "law": citation,
                    "sections": len(law.sections),
                    "points": anew["points"],
                    "one_section": {"points_written": told["points"], "cpu_s": one_s},
                    "every_section": {"points_written": anew["points"], "cpu_s": all_s},
                }
            )
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--laws", nargs="*", default=["WoGG", "SGB X", "BGB"])
    wanted = arguments.parse_args()
    with (
        running_postgres() as postgres,
        memory_folder() as folder,
        running_service(postgres, folder, start=False) as idle,
    ):
        found = asyncio.run(measure(idle.settings(), wanted.laws))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"laws": found})
    OUTPUT.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
