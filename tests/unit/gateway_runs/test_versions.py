# SPDX-License-Identifier: EUPL-1.2
"""Changing between versions of a conversation, against a plain model of how somebody uses it."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from genius_gateway.conversations.tree import Node, Tree


class ConversationMachine(RuleBasedStateMachine):
    """Turns, edits, regenerations and changes of version. `parents` in order of writing is all that the model keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.parents: dict[int, int | None] = {}
        self.leaf: int | None = None

    @property
    def tree(self) -> Tree:
        roles = ("assistant", "user")
        return Tree(
            Node(UUID(int=child), None if parent is None else UUID(int=parent), roles[child % 2])
            for child, parent in self.parents.items()
        )

    def _turn(self, parent: int | None) -> None:
        """A question (odd ids) and its answer (even ids)."""
        question = 2 * ((max(self.parents, default=0) + 2) // 2) + 1
        self.parents[question] = parent
        self._answer(question)

    def _answer(self, question: int) -> None:
        answer = 2 * ((max(self.parents, default=0) + 2) // 2)
        self.parents[answer] = question
        self.leaf = answer

    @initialize()
    def first(self) -> None:
        self._turn(None)

    @rule()
    def ask(self) -> None:
        self._turn(self.leaf)

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        question = data.draw(st.sampled_from([number for number in self.parents if number % 2]))
        self._turn(self.parents[question])
        assert self.tree.siblings(UUID(int=question))[-1] == UUID(int=max(self.parents) // 2 * 2 - 1)

    @rule(data=st.data())
    def regenerate(self, data: st.DataObject) -> None:
        question = data.draw(st.sampled_from([number for number in self.parents if number % 2]))
        self._answer(question)

    @rule(data=st.data())
    def change_version(self, data: st.DataObject) -> None:
        """One lands on the newest leaf below the chosen message, which stays on the path."""
        chosen = UUID(int=data.draw(st.sampled_from(list(self.parents))))
        leaf = self.tree.deepest(chosen)
        assert chosen in self.tree.path(leaf)
        self.leaf = leaf.int

    @invariant()
    def the_path_alternates_and_ends_at_an_answer(self) -> None:
        if self.leaf is None:
            return
        path = [message.int for message in self.tree.path(UUID(int=self.leaf))]
        assert path[-1] == self.leaf
        assert [number % 2 for number in path] == [1, 0] * (len(path) // 2)
        assert [self.parents[number] for number in path] == [None, *path[:-1]]

    @invariant()
    def siblings_are_exactly_the_versions_of_a_place(self) -> None:
        tree = self.tree
        assert [message.int for message in tree.all()] == list(self.parents)
        for number, parent in self.parents.items():
            versions = [other for other, above in self.parents.items() if above == parent]
            assert [message.int for message in tree.siblings(UUID(int=number))] == versions

    @invariant()
    def the_deepest_is_the_newest_leaf(self) -> None:
        inner = set(self.parents.values())
        for message in self.parents:
            number = message
            deepest = self.tree.deepest(UUID(int=number)).int
            assert deepest not in inner
            while number in inner:
                number = [child for child, parent in self.parents.items() if parent == number][-1]
            assert deepest == number


TestConversation = ConversationMachine.TestCase
TestConversation.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)


@given(
    parents=st.dictionaries(st.integers(0, 8), st.one_of(st.none(), st.integers(0, 12)), max_size=9),
    start=st.integers(0, 12),
)
def test_a_damaged_tree_still_answers(parents: dict[int, int | None], start: int) -> None:
    """Rows whose parents are missing or run in a circle: what is asked ends, and names only what is there."""
    tree = Tree(
        Node(UUID(int=child), None if parent is None else UUID(int=parent), "user") for child, parent in parents.items()
    )
    path = tree.path(UUID(int=start))
    assert len(set(path)) == len(path)
    assert {message.int for message in path} <= parents.keys()
    assert bool(path) is (start in parents)
    for number, parent in parents.items():
        message = UUID(int=number)
        assert message in tree.siblings(message)
        if parent not in parents:
            assert tree.path(message) == [message]


@pytest.mark.parametrize("length", [1, 1_000])
def test_a_long_conversation_is_no_recursion(length: int) -> None:
    tree = Tree(Node(UUID(int=n), UUID(int=n - 1) if n > 1 else None, "user") for n in range(1, length + 1))
    assert len(tree.path(UUID(int=length))) == length
    assert tree.deepest(UUID(int=1)) == UUID(int=length)
