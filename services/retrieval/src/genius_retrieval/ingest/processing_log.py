# SPDX-License-Identifier: EUPL-1.2
"""The log of one attempt to read a document: steps, durations and counts; no content, no personal data."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from genius_common.contracts.retrieval import Processing, ProcessingStep, ProcessingStepName
from genius_retrieval.chunks import FURNITURE, CanonicalDocument, Chunk


class ProcessingLog:
    """Filled while `Ingestion` carries a document; what was reached stands in it when a step fails."""

    def __init__(self) -> None:
        self._steps: list[ProcessingStep] = []
        self._counts: dict[str, int] = {}

    @contextmanager
    def step(self, name: ProcessingStepName) -> Iterator[None]:
        """Measure a step. One that raises stands in the log as the one that failed."""
        start, failed = time.monotonic(), True
        try:
            yield
            failed = False
        finally:
            took = round((time.monotonic() - start) * 1000)
            self._steps.append(ProcessingStep(step=name, ms=took, failed=failed))

    def read(self, document: CanonicalDocument) -> None:
        self._counts |= {
            "characters": len(document.text),
            "headings": sum(block.kind == "heading" for block in document.blocks),
            "tables": sum(block.kind == "table" for block in document.blocks),
            "furniture": sum(block.text.count("\n") + 1 for block in document.blocks if block.kind in FURNITURE),
        }

    def cut(self, chunks: Sequence[Chunk]) -> None:
        self._counts["chunks"] = len(chunks)

    def stored(self) -> dict[str, Any]:
        """The value of the column `processing`."""
        return Processing(steps=self._steps, **self._counts).model_dump(mode="json")
