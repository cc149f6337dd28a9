# SPDX-License-Identifier: EUPL-1.2
"""A conversation is a tree: every message follows a parent, siblings are other versions of the same turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Node:
    id: UUID
    parent: UUID | None
    role: str


class Tree:
    """The shape of one conversation; `nodes` come in the order in which they were written."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._children: dict[UUID | None, list[UUID]] = {}
        for node in self._nodes.values():
            parent = node.parent if node.parent in self._nodes else None
            self._children.setdefault(parent, []).append(node.id)

    def __contains__(self, message: UUID) -> bool:
        return message in self._nodes

    def role(self, message: UUID) -> str:
        return self._nodes[message].role

    def parent(self, message: UUID) -> UUID | None:
        return self._nodes[message].parent

    def path(self, leaf: UUID | None) -> list[UUID]:
        """From the root to `leaf`; unknown = empty. A damaged tree (a circle) ends instead of hanging."""
        found: list[UUID] = []
        seen: set[UUID] = set()
        while leaf is not None and leaf in self._nodes and leaf not in seen:
            seen.add(leaf)
            found.append(leaf)
            leaf = self._nodes[leaf].parent
        return found[::-1]

    def siblings(self, message: UUID) -> list[UUID]:
        """All versions at this place, oldest first, with `message` itself."""
        parent = self._nodes[message].parent
        return self._children[parent if parent in self._nodes else None]

    def deepest(self, message: UUID) -> UUID:
        """The newest leaf below `message`: where one lands who changes to that version."""
        while children := self._children.get(message):
            message = children[-1]
        return message

    def all(self) -> list[UUID]:
        return list(self._nodes)
