# SPDX-License-Identifier: EUPL-1.2
"""What search and ingestion know of a model that makes vectors, wherever it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

Vector = Sequence[float]
State = Literal["ok", "loading", "degraded"]


class ModelUnavailable(Exception):
    """The model does not answer now. Search goes on without it, ingestion marks what it could not do."""


class DenseModel(Protocol):
    """Vectors of length 1 of one model. A text longer than the model reads is cut into windows, which are pooled.

    `profile` is what a collection notes of the model, so that vectors of two models never meet (REL-11).
    """

    profile: dict[str, Any]

    @property
    def state(self) -> State:
        """`degraded` while it does not answer; `loading` before it was seen to answer for the first time."""

    def start(self) -> None:
        """Begin to make it ready, so that the first search need not do without."""

    async def ready(self) -> None:
        """Wait until it answers. Raises: ModelUnavailable."""

    async def close(self) -> None:
        """End what it runs on."""

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors of passages, one a text. Raises: ModelUnavailable."""

    async def query(self, text: str) -> Vector:
        """The vector of a question; it waits for no loading. Raises: ModelUnavailable."""
