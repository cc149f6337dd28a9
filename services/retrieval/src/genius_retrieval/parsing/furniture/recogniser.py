# SPDX-License-Identifier: EUPL-1.2
"""Which lines at the edges of pages are headers and footers.

They repeat at one height, and stand apart from a text that is another one on every page. What repeats without standing
apart is the head of a table that goes on; what stands before the same text each time belongs to copies of one form.
Nothing depends on the order of the pages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from genius_retrieval.chunks import BlockKind
from genius_retrieval.parsing.furniture.edges import Edge
from genius_retrieval.parsing.furniture.repeated import Place, Repeated, repeated

_APART = 0.6
"""Share of its pages on which a line must stand apart: text may run close to it by chance."""
_BESIDE = 3
_ROUNDS = 15
Known = Mapping[tuple[int, BlockKind], Mapping[int, Repeated]]
"""By page and edge: which of its lines are taken for what."""
Marks = dict[int, dict[int, BlockKind]]
"""By page: the kind of the lines with these indices."""


def recognise(edges: Sequence[Edge], total: int) -> Marks:
    """The headers and footers among the lines of `edges` of a document with `total` pages that have text."""
    taken = repeated(edges, total)
    for _ in range(_ROUNDS):
        known = _known(taken)
        kept = [one for one in taken if one.sure or (_stands_apart(one, known) and not _is_copied(one, known))]
        if len(kept) == len(taken):
            break
        taken = kept
    else:
        # Lines that hang on each other in a chain this long are no headers.
        taken = [one for one in taken if one.sure]
    marks: Marks = defaultdict(dict)
    for one in taken:
        for place in one.places:
            marks[place.edge.page][place.line.index] = place.edge.kind
    return dict(marks)


def _known(taken: Iterable[Repeated]) -> Known:
    known = defaultdict[tuple[int, BlockKind], dict[int, Repeated]](dict)
    for one in taken:
        for place in one.places:
            known[place.edge.page, place.edge.kind][place.at] = one
    return known


def _stands_apart(one: Repeated, known: Known) -> bool:
    return sum(_is_apart(place, known) for place in one.places) >= _APART * len(one.places)


def _is_apart(place: Place, known: Known) -> bool:
    """Whether a clear step, or a page number, lies between the line and the text of its page."""
    edge, mine = place.edge, known[place.edge.page, place.edge.kind]
    for at in range(place.at + 1, len(edge.lines)):
        step = edge.lines[at].depth - edge.lines[at - 1].depth
        if step > edge.clear:
            return True
        other = mine.get(at)
        if other is None:
            return False
        if other.sure:
            return True
    return True


def _is_copied(one: Repeated, known: Known) -> bool:
    """Whether the same text follows on most of its pages."""
    if one.counting:
        return False
    following = Counter(text for place in one.places if (text := _following(place, known)))
    return any(2 * count > len(one.places) for _, count in following.most_common(1))


def _following(place: Place, known: Known) -> tuple[str, ...]:
    edge, mine = place.edge, known[place.edge.page, place.edge.kind]
    inside = (at for at in range(place.at + 1, len(edge.lines)) if at not in mine)
    return tuple(edge.lines[at].styled.line.text for at, _ in zip(inside, range(_BESIDE), strict=False))
