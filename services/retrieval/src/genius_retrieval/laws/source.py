# SPDX-License-Identifier: EUPL-1.2
"""Reads the shipped laws (data/README.md says where they come from)."""

from __future__ import annotations

import datetime as dt
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class LawSection:
    """One § or article; `number` as in the law ("§ 12a", "Art 6"), `path` the parts and chapters above it."""

    id: str
    number: str
    heading: str
    path: tuple[str, ...]
    as_of: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class LawInfo:
    """What the index says about a law. `citation` is its short name as it is cited, `aliases` others in use."""

    key: str
    title: str
    citation: str
    aliases: tuple[str, ...]
    as_of: dt.date
    sections: int


@dataclass(frozen=True, slots=True)
class Law:
    info: LawInfo
    sections: tuple[LawSection, ...]


_SENTENCE_NUMBER = re.compile(r"<sup>\d+[a-z]?</sup>|</?sup>")


def without_sentence_numbers(text: str) -> str:
    """Without the numbers of sentences that the source has as markup; nobody cites a § with them inside."""
    return _SENTENCE_NUMBER.sub("", text)


def _data(name: str) -> Any:
    return resources.files("genius_retrieval.laws").joinpath("data", name)


@cache
def law_index() -> tuple[LawInfo, ...]:
    """All laws without their texts, in order of their citation name."""
    return tuple(
        LawInfo(
            key=item["bjnr"],
            title=item["title"],
            citation=item["citation_name"],
            aliases=tuple(item["aliases"]),
            as_of=dt.date.fromisoformat(item["as_of"]),
            sections=item["sections"],
        )
        for item in json.loads(_data("index.json").read_text("utf-8"))
    )


def read_laws() -> Iterator[Law]:
    """One law after the other; only one is in memory at a time."""
    infos = {info.key: info for info in law_index()}
    with _data("laws.jsonl.xz").open("rb") as packed, lzma.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            yield Law(infos[item["bjnr"]], tuple(_section(section) for section in item["sections"]))


def _section(item: dict[str, Any]) -> LawSection:
    return LawSection(
        id=item["id"],
        number=item["number"],
        heading=item["heading"],
        path=tuple(item["path"]),
        as_of=dt.date.fromisoformat(item["as_of"]),
        text=item["text"],
    )
