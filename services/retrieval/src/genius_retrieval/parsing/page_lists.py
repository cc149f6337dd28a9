# SPDX-License-Identifier: EUPL-1.2
"""Pages as they are counted, and their numbers in a warning's code.

"ocr:3,7-9", or "ocr:*412" where the list would be too long to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

_LONGEST = 100
_LIST = re.compile(r"\d{1,6}(?:-\d{1,6})?(?:,\d{1,6}(?:-\d{1,6})?)*")
_COUNT = re.compile(r"\*\d{1,6}")

Seen = Callable[[int, int], None]
"""Is told how many pages are read, of how many."""


def unseen(done: int, total: int) -> None:
    """For pages that nobody waits for."""


def with_pages(code: str, pages: Iterable[int]) -> str:
    """`code` with the pages as ranges; with their number alone where those take more than 100 characters."""
    numbers = sorted(set(pages))
    starts = [n for before, n in pairwise([0, *numbers]) if n != before + 1 or n == numbers[0]]
    ends = [n for n, after in pairwise([*numbers, 10**9]) if after != n + 1]
    ranges = ",".join(str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True))
    return f"{code}:{ranges if len(ranges) <= _LONGEST else f'*{len(numbers)}'}"


def in_words(pages: str) -> tuple[str, bool] | None:
    """A list as German says it ("Seiten 3, 7–9", "412 Seiten") and whether it is one page; None if it is no list."""
    if _COUNT.fullmatch(pages):
        return f"{int(pages[1:])} Seiten", False
    if not _LIST.fullmatch(pages):
        return None
    one = pages.isdigit()
    return ("Seite " if one else "Seiten ") + pages.replace(",", ", ").replace("-", "–"), one


def holds(pages: str, number: int) -> bool:
    """Whether a list names page `number`, or may: a count says nothing of a page."""
    if not _LIST.fullmatch(pages):
        return bool(_COUNT.fullmatch(pages))
    ranges = (part.partition("-")[::2] for part in pages.split(","))
    return any(int(first) <= number <= int(last or first) for first, last in ranges)
