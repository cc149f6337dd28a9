# SPDX-License-Identifier: EUPL-1.2
"""Trees of messages, titles and search terms."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from genius_gateway.conversations.terms import term_ids, words
from genius_gateway.conversations.tree import Node, Tree
from genius_gateway.conversations.turns import title_of


def n(number: int) -> UUID:
    return UUID(int=number)


def tree(*pairs: tuple[int, int | None]) -> Tree:
    return Tree(Node(n(child), None if parent is None else n(parent), "user") for child, parent in pairs)


def test_path_siblings_and_deepest() -> None:
    found = tree((1, None), (2, 1), (3, 1), (4, 2), (5, None))
    assert found.path(n(4)) == [n(1), n(2), n(4)]
    assert found.siblings(n(3)) == [n(2), n(3)]
    assert found.siblings(n(5)) == [n(1), n(5)]
    assert found.deepest(n(1)) == n(3)
    assert found.deepest(n(2)) == n(4)
    assert found.path(None) == found.path(n(99)) == []


def test_a_circle_ends() -> None:
    assert len(tree((1, 2), (2, 1)).path(n(1))) == 2


@given(st.lists(st.integers(0, 20), max_size=20))
def test_every_path_ends_at_its_leaf_and_starts_at_a_root(parents: list[int]) -> None:
    # Message i follows an earlier one, or is a root.
    pairs = [(i + 1, parent if 0 < parent <= i else None) for i, parent in enumerate(parents)]
    found = tree(*pairs)
    for message in found.all():
        path = found.path(message)
        assert path[-1] == message
        assert found.parent(path[0]) is None
        assert all(found.parent(below) == above for above, below in pairwise(path))
        assert message in found.siblings(message)


def test_words_are_normalised() -> None:
    assert words("Größe, GROESSE und Straße. a § 25") == ["groesse", "und", "strasse", "25"]
    key = b"k" * 32
    assert term_ids(key, "Müller") == term_ids(key, "MUELLER")
    assert term_ids(key, "Müller") != term_ids(b"x" * 32, "Müller")


def test_titles_are_cut_between_words() -> None:
    assert title_of("  Wie   lange?\n") == "Wie lange?"
    assert title_of("wort " * 30) == "wort " * 12 + "…"
