# SPDX-License-Identifier: EUPL-1.2
"""Three-valued logic: the unknown stays so until it can't matter; knowing more never turns a result round."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from genius_modules.completeness.engine.logic import Truth, holds
from genius_modules.completeness.rules.model import Condition

FACTS = ("a", "b", "c")
ATOMS = st.sampled_from(FACTS).map(lambda name: Condition.model_validate({"fact": name, "eq": True}))


def _deeper(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    lists = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        lists.map(lambda found: Condition.model_validate({"all": found})),
        lists.map(lambda found: Condition.model_validate({"any": found})),
        parts.map(lambda part: Condition.model_validate({"not": part})),
    )


CONDITIONS = st.recursive(ATOMS, _deeper, max_leaves=8)
KNOWN = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in FACTS})


def negated(condition: Condition) -> Condition:
    return Condition.model_validate({"not": condition})


def truth(condition: Condition, known: dict[str, Any]) -> Truth:
    return holds(condition, known.get)


@given(CONDITIONS, KNOWN, KNOWN)
def test_knowing_more_never_turns_a_result_round(
    condition: Condition, known: dict[str, Any], more: dict[str, Any]
) -> None:
    """The engine may decide early: a requirement that applies with two facts unknown applies whatever they are."""
    before = truth(condition, known)
    after = truth(condition, {name: value if value is not None else more[name] for name, value in known.items()})
    assert before is None or before is after


@given(CONDITIONS, KNOWN)
def test_nothing_is_unknown_when_everything_is_known(condition: Condition, known: dict[str, Any]) -> None:
    whole = {name: bool(value) for name, value in known.items()}
    assert truth(condition, whole) in (True, False)


@given(CONDITIONS, KNOWN)
def test_twice_not_is_the_same(condition: Condition, known: dict[str, Any]) -> None:
    assert truth(negated(negated(condition)), known) is truth(condition, known)


@given(st.lists(CONDITIONS, min_size=1, max_size=3), KNOWN)
def test_de_morgan(parts: list[Condition], known: dict[str, Any]) -> None:
    none_of = Condition.model_validate({"all": [negated(part) for part in parts]})
    any_of = Condition.model_validate({"any": parts})
    assert truth(negated(any_of), known) is truth(none_of, known)


@given(st.lists(CONDITIONS, min_size=2, max_size=3), KNOWN, st.randoms())
def test_the_order_does_not_matter(parts: list[Condition], known: dict[str, Any], order: Any) -> None:
    shuffled = parts.copy()
    order.shuffle(shuffled)
    for kind in ("all", "any"):
        one, two = (Condition.model_validate({kind: found}) for found in (parts, shuffled))
        assert truth(one, known) is truth(two, known)


@pytest.mark.parametrize(
    ("kind", "values", "result"),
    [
        ("all", (True, True), True), ("all", (True, None), None), ("all", (False, None), False),
        ("all", (None, None), None), ("any", (False, False), False), ("any", (False, None), None),
        ("any", (True, None), True), ("any", (None, None), None),
    ],
)  # fmt: skip
def test_the_tables_of_kleene(kind: str, values: tuple[Truth, Truth], result: Truth) -> None:
    parts = [{"fact": name, "eq": True} for name in ("a", "b")]
    known = dict(zip("ab", values, strict=True))
    assert truth(Condition.model_validate({kind: parts}), known) is result


@pytest.mark.parametrize(
    ("comparison", "value", "result"),
    [
        ({"eq": "miete"}, "miete", True), ({"eq": "miete"}, "Miete", False), ({"eq": 1}, True, False),
        ({"eq": True}, 1, False), ({"eq": False}, False, True), ({"eq": "x"}, None, None),
        ({"in": ["a", "b"]}, "b", True), ({"in": ["a", "b"]}, "c", False), ({"in": ["a"]}, None, None),
        ({"contains": "a"}, ["a", "b"], True), ({"contains": "a"}, [], False), ({"contains": "a"}, "abc", False),
        ({"gte": 3}, 3, True), ({"gte": 3}, 2, False), ({"gte": 3}, "drei", None), ({"gte": 3}, None, None),
    ],
)  # fmt: skip
def test_comparisons(comparison: dict[str, Any], value: Any, result: Truth) -> None:
    """A comparison with what is unknown, or can't be compared, is unknown and never false."""
    assert truth(Condition.model_validate({"fact": "a", **comparison}), {"a": value}) is result


def test_always_needs_to_know_nothing() -> None:
    assert truth(Condition.model_validate({"always": True}), {}) is True


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"all": []},
        {"fact": "a"},
        {"fact": "a", "eq": 1, "gte": 1},
        {"always": True, "fact": "a", "eq": 1},
        {"eq": 1},
        {"always": False},
        {"all": [{"always": True}], "any": [{"always": True}]},
        {"fact": "a", "like": "x"},
    ],
)
def test_a_condition_of_no_one_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)


@given(CONDITIONS)
def test_a_condition_names_the_facts_that_it_hangs_on(condition: Condition) -> None:
    asked: set[str] = set()

    def look(name: str) -> bool:
        asked.add(name)
        return True

    holds(condition, look)
    assert asked <= condition.facts() <= set(FACTS)
