# SPDX-License-Identifier: EUPL-1.2
"""Lines that repeat at one height of the pages' edges, whatever the order of the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from genius_retrieval.chunks import BlockKind
from genius_retrieval.parsing.furniture.edges import Edge, EdgeLine
from genius_retrieval.parsing.furniture.numbers import Pattern, counts_pages, is_number_alone, pattern, says_page
from genius_retrieval.parsing.layout import is_heading

_SAME_HEIGHT, _SAME_HEIGHT_ROUGH = 3.0, 12.0
_ALIKE = 0.85
_MOST_MODELS = 16
_ENOUGH_PAGES = 3
_T = TypeVar("_T", str, tuple[int, ...])


@dataclass(frozen=True, slots=True)
class Place:
    """Line `at` of `edge`."""

    edge: Edge
    at: int
    pattern: Pattern

    @property
    def line(self) -> EdgeLine:
        return self.edge.lines[self.at]


@dataclass(frozen=True, slots=True)
class Repeated:
    """Places of one line; `counting`: with another page number on each page; `sure`: it can be nothing else."""

    places: tuple[Place, ...]
    counting: bool
    sure: bool

    @property
    def pages(self) -> frozenset[int]:
        return frozenset(place.edge.page for place in self.places)


def repeated(edges: Iterable[Edge], total: int) -> list[Repeated]:
    """What stands on enough of `total` pages: three, or most of them; left and right pages count together."""
    found: list[Repeated] = []
    for places in _gathered(edges):
        for cluster in _one_height(places):
            found += _kinds(cluster)
    twice = [one for one in found if len(one.pages) >= 2]
    return [
        one for one, pages in _with_opposite(twice) if _is_enough(len(pages), total) and not _is_heading(one, total)
    ]


def _gathered(edges: Iterable[Edge]) -> Iterator[list[Place]]:
    """Places of the same words in the same size."""
    exact = defaultdict[tuple[BlockKind, float, str], list[Place]](list)
    rough = defaultdict[tuple[BlockKind, str], list[Place]](list)
    for edge in edges:
        for at in range(edge.zone):
            styled = edge.lines[at].styled
            place = Place(edge, at, pattern(styled.line.text))
            if edge.rough:
                rough[edge.kind, place.pattern.key].append(place)
            else:
                exact[edge.kind, round(styled.size * 2), place.pattern.key].append(place)
    yield from exact.values()
    yield from _with_misread(rough)


def _with_misread(groups: dict[tuple[BlockKind, str], list[Place]]) -> Iterator[list[Place]]:
    """Lines of recognised pages; one that differs by a few letters goes with the one that stands there most often."""
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    models: list[tuple[BlockKind, str, list[Place]]] = []
    for (kind, key), places in ordered:
        model = next((m for m in models if m[0] == kind and _is_alike(key, m[1])), None)
        if model:
            model[2].extend(places)
        elif len(places) > 1 and len(models) < _MOST_MODELS:
            models.append((kind, key, list(places)))
        else:
            yield places
    for _, _, places in models:
        yield places


def _is_alike(one: str, model: str) -> bool:
    if abs(len(one) - len(model)) > (1 - _ALIKE) * 2 * len(model) or len(model) < 5:
        return False
    matcher = SequenceMatcher(None, one, model, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _one_height(places: list[Place]) -> Iterator[list[Place]]:
    if len(places) < 2:
        return
    ordered = sorted(places, key=lambda place: (place.line.depth, place.edge.page, place.at))
    tolerance = _SAME_HEIGHT_ROUGH if ordered[0].edge.rough else _SAME_HEIGHT
    cluster = [ordered[0]]
    for place in ordered[1:]:
        if place.line.depth - cluster[-1].line.depth > tolerance:
            yield cluster
            cluster = []
        cluster.append(place)
    yield cluster


def _kinds(cluster: list[Place]) -> Iterator[Repeated]:
    """All as one where their numbers count pages; else those with the same numbers together."""
    usual = _usual([place.pattern.key for place in cluster])
    values = [place.pattern.values for place in cluster if place.pattern.key == usual]
    sure = says_page(usual)
    if counts_pages(usual, values):
        yield Repeated(tuple(cluster), counting=True, sure=sure)
        return
    same = defaultdict[tuple[int, ...], list[Place]](list)
    for place in cluster:
        # A misread line has no numbers of its own.
        same[place.pattern.values if place.pattern.key == usual else _usual(values)].append(place)
    for places in same.values():
        yield Repeated(tuple(places), counting=False, sure=False)


def _usual(found: Sequence[_T]) -> _T:
    """What is there most often, the smallest of several."""
    counts = defaultdict[_T, int](int)
    for one in found:
        counts[one] += 1
    return min(counts, key=lambda one: (-counts[one], one))


def _is_enough(pages: int, total: int) -> bool:
    return pages >= _ENOUGH_PAGES or 2 * pages > total


def _with_opposite(found: Sequence[Repeated]) -> Iterator[tuple[Repeated, frozenset[int]]]:
    """Each with the pages that it covers together with what stands at its height on others."""
    by_height = sorted(found, key=lambda one: (one.places[0].edge.kind, one.places[0].line.depth))
    slot: list[Repeated] = []
    for one in (*by_height, None):
        if slot and (one is None or not _at_one_height(slot[-1].places[0], one.places[0])):
            together = frozenset().union(*(each.pages for each in slot))
            yield from ((each, together) for each in slot)
            slot = []
        if one is not None:
            slot.append(one)


def _at_one_height(one: Place, other: Place) -> bool:
    return one.edge.kind == other.edge.kind and abs(one.line.depth - other.line.depth) <= _SAME_HEIGHT


def _is_heading(one: Repeated, total: int) -> bool:
    """Looks like a heading and stands on less than two thirds of the pages."""
    if one.counting and is_number_alone(one.places[0].pattern.key):
        return False
    headings = sum(is_heading([place.line.styled], place.edge.body) for place in one.places)
    if 2 * headings <= len(one.places):
        return False
    return one.counting or len(one.pages) < _ENOUGH_PAGES or 3 * len(one.pages) < 2 * total
