# SPDX-License-Identifier: EUPL-1.2
"""`make eval-citations`: whether wrong numbers, dates, amounts and §§ of a sentence are found, and right ones pass.

Right and wrong sentences are generated from administrative prose and the shipped laws (tests/eval/citations/). `dev` is
for tuning; `blind` has other seeds, other kinds of letters and other laws. Precision: of the sentences marked as
unsupported, how many are wrong; recall: of the wrong ones, how many are marked. Beside it a naive check in the same
run: every number of the sentence stands somewhere in the passage. One JSON object on the last line, also in
`.genius/bench/eval-citations.json`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from genius_modules.citations import Check, Evidence, check
from tests.eval.citations.cases import Case
from tests.eval.citations.laws import law_cases
from tests.eval.citations.letters import letter_cases
from tests.eval.citations.letters_blind import BLIND
from tests.eval.citations.letters_dev import DEV
from tests.eval.citations.sentences import boundaries, chunks, common, search

RESULT = Path(".genius/bench/eval-citations.json")
_SEEDS = {"dev": (20261126, DEV, 0), "blind": (4711, BLIND, 1)}
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")

Judged = tuple[Case, Check]


def cases(part: str, rounds: int, sentences: int) -> list[Case]:
    seed, letters, half = _SEEDS[part]
    rng = random.Random(seed)
    return [*letter_cases(rng, letters, rounds), *law_cases(rng, half, sentences)]


def checked(case: Case) -> Check:
    return check(case.claim, [Evidence(case.source, case.heading)])


def marked_by_naive(case: Case) -> bool:
    whole = f"{case.heading}\n{case.source}"
    return any(number not in whole for number in _NUMBER.findall(case.claim))


def is_named(case: Case, found: Check) -> bool:
    """Whether what is marked as missing is what was changed."""
    return any(one.span.start < end and start < one.span.end for one in found.missing for start, end in case.changed)


def figures(cases: Sequence[Case], marks: Sequence[bool]) -> dict[str, Any]:
    wrong = sum(bool(case.wrong) for case in cases)
    true = sum(mark for case, mark in zip(cases, marks, strict=True) if case.wrong)
    false = sum(marks) - true
    return {
        "precision": round(true / max(1, true + false), 4),
        "recall": round(true / max(1, wrong), 4),
        "right": len(cases) - wrong,
        "right_marked": false,
        "wrong": wrong,
    }


def by_kind(judged: Sequence[Judged]) -> dict[str, list[int]]:
    """Kind of change → wrong sentences, those marked, those where the changed fact is named."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for case, found in judged:
        if case.wrong:
            count = counts[case.wrong]
            count[0] += 1
            count[1] += not found.supported
            count[2] += is_named(case, found)
    return dict(sorted(counts.items()))


def evaluate(part: str, rounds: int, sentences: int) -> dict[str, Any]:
    all_cases = cases(part, rounds, sentences)
    started = time.process_time()
    judged = [(case, checked(case)) for case in all_cases]
    seconds = time.process_time() - started
    result: dict[str, Any] = {"naive": {}}
    for name in ("all", "letters", "laws"):
        group = [one for one in judged if name == "all" or (one[0].origin == "law") == (name == "laws")]
        result[name] = figures([case for case, _ in group], [not found.supported for _, found in group])
        result["naive"][name] = figures([case for case, _ in group], [marked_by_naive(case) for case, _ in group])
    return {**result, "kinds": by_kind(judged), "ms_per_sentence": round(1000 * seconds / len(judged), 2)}


def show(part: str, rounds: int, sentences: int, most: int) -> None:
    """Sentences of `part` that came out wrong; for tuning, so never for the blind part."""
    judged = [(case, checked(case)) for case in cases(part, rounds, sentences)]
    wrong = [(case, found.values) for case, found in judged if found.supported == bool(case.wrong)]
    for case, missing in random.Random(1).sample(wrong, min(most, len(wrong))):
        pieces = [case.claim[start:end] for start, end in case.changed]
        print(f"{case.wrong or 'RIGHT'} {pieces or missing}\n  {case.claim}\n  {case.heading} | {case.source[:1500]}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="letters of each kind")
    parser.add_argument("--sentences", type=int, default=1500, help="of laws")
    parser.add_argument("--parts", nargs="+", choices=sorted(_SEEDS), default=["dev", "blind"])
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N dev sentences that came out wrong")
    given = parser.parse_args()
    if given.show:
        show("dev", given.rounds, given.sentences, given.show)
        return 0
    result: dict[str, Any] = {part: evaluate(part, given.rounds, given.sentences) for part in given.parts}
    result["sentences"] = {"answers": boundaries(common), "chunks": boundaries(chunks), "search": boundaries(search)}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
