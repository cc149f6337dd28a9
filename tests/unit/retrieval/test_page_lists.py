# SPDX-License-Identifier: EUPL-1.2
"""Page numbers in warnings: nothing is cut, and what is too long to read is counted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genius_retrieval.parsing.page_lists import holds, in_words, with_pages


def numbers(listed: str) -> list[int]:
    ranges = (part.partition("-")[::2] for part in listed.split(","))
    return [number for first, last in ranges for number in range(int(first), int(last or first) + 1)]


@pytest.mark.parametrize(
    ("pages", "code"),
    [([3], "ocr:3"), ([9, 3, 8, 7, 3], "ocr:3,7-9"), ([1, 2], "ocr:1-2"), (range(1, 5001), "ocr:1-5000")],
)
def test_lists(pages: list[int], code: str) -> None:
    assert with_pages("ocr", pages) == code


@settings(deadline=None)
@given(st.sets(st.integers(1, 5000), min_size=1, max_size=80))
def test_every_page_is_named_or_counted(pages: set[int]) -> None:
    code, _, listed = with_pages("ocr", pages).partition(":")
    assert code == "ocr"
    assert listed == f"*{len(pages)}" if listed.startswith("*") else numbers(listed) == sorted(pages)
    assert len(listed) <= 100
    said = in_words(listed)
    assert said
    assert said[1] == (len(pages) == 1)
    if not listed.startswith("*"):
        assert {page for page in range(1, 5001) if holds(listed, page)} == pages


def test_a_count_may_mean_any_page_and_nonsense_none() -> None:
    assert holds("*412", 7)
    assert not holds("", 7)
    assert not holds("7;", 7)
