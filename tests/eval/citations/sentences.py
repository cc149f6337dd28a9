# SPDX-License-Identifier: EUPL-1.2
"""The labelled sentences of `tests/eval/data/sentences_de.txt`, and how well a splitter finds where they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from genius_common.text import split_sentences
from genius_retrieval.text.sentences import clause_spans, sentence_ends

DATA = Path(__file__).parents[1] / "data" / "sentences_de.txt"

Ends = Callable[[str], list[int]]


class Labelled(NamedTuple):
    """A text and where its sentences end."""

    text: str
    ends: list[int]


def labelled() -> Iterator[Labelled]:
    lines = [line for line in DATA.read_text("utf-8").split("\n") if not line.startswith("#")]
    for block in "\n".join(lines).strip().split("\n\n"):
        text, ends = "", []
        for line in block.split("\n"):
            text += ("\n" if line.startswith("↵") else " " if text else "") + line.removeprefix("↵")
            ends.append(len(text))
        yield Labelled(text, ends)


def common(text: str) -> list[int]:
    return [span.end for span in split_sentences(text)]


def chunks(text: str) -> list[int]:
    return [len(text[:end].rstrip()) for end in sentence_ends(text)]


def search(text: str) -> list[int]:
    return [len(text[:end].rstrip()) for _, end in clause_spans(text)]


def boundaries(ends: Ends) -> dict[str, Any]:
    """Precision, recall and F1 of the boundaries between sentences; where a text ends is no question."""
    true = found = wanted = 0
    for text, gold in labelled():
        guessed = {end for end in ends(text) if end < len(text)}
        true += len(guessed & set(gold))
        found += len(guessed)
        wanted += len(gold) - 1
    precision, recall = true / max(1, found), true / max(1, wanted)
    return {
        "boundaries": wanted,
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
    }
