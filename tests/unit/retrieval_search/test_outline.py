# SPDX-License-Identifier: EUPL-1.2
"""The outline of an access holds all that it permits and is never the empty filter, which matches everything."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from genius_common.principal import ProtectionClass
from genius_retrieval.index.filters import access_filter, hidden_filter, outline_filter
from genius_retrieval.index.payload import CLASS, DOCUMENT, KIND, KNOWLEDGE_BASE
from genius_retrieval.index.port import Access

IDS = st.frozensets(st.integers(1, 12).map(lambda number: UUID(int=number)), max_size=10)
ACCESSES = st.builds(
    Access,
    knowledge_bases=IDS,
    documents=st.none() | IDS,
    files=IDS,
    owner=st.none() | st.just(UUID(int=99)),
    classification=st.sampled_from(ProtectionClass),
).filter(lambda access: not access.empty)
POINTS = st.fixed_dictionaries(
    {
        CLASS: st.sampled_from([item.value for item in ProtectionClass]),
        DOCUMENT: st.integers(1, 12).map(lambda number: str(UUID(int=number))),
        KIND: st.just("file"),
    }
) | st.fixed_dictionaries(
    {
        CLASS: st.sampled_from([item.value for item in ProtectionClass]),
        DOCUMENT: st.integers(1, 12).map(lambda number: str(UUID(int=number))),
        KIND: st.just("document"),
        KNOWLEDGE_BASE: st.integers(1, 12).map(lambda number: str(UUID(int=number))),
    }
)


class Plain:
    """The filters as functions of a point's clear values, none of them from nothing."""

    def equals(self, key, value):
        return lambda point: point.get(key) == value

    def any_of(self, key, values):
        assert values
        return lambda point: point.get(key) in values

    def points(self, identifiers):
        raise NotImplementedError

    def every(self, conditions, none_of=()):
        assert conditions
        return lambda point: all(one(point) for one in conditions) and not any(one(point) for one in none_of)

    def either(self, conditions):
        assert conditions
        return lambda point: any(one(point) for one in conditions)


@given(ACCESSES, POINTS)
def test_the_outline_parts_into_what_is_permitted_and_what_is_hidden(access, point):
    """TEN-04: where nothing is hidden, the outline permits exactly what the access does."""
    outline = outline_filter(Plain(), access)
    permitted = access_filter(Plain(), access)(point)
    if outline is None:
        return
    assert outline(point) == (permitted or hidden_filter(Plain(), access)(point))
    assert not (permitted and hidden_filter(Plain(), access)(point))
