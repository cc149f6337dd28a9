# SPDX-License-Identifier: EUPL-1.2
"""The shipped laws: one entry a law, one line a section, read from compressed package data (see data/README.md)."""

from __future__ import annotations

import datetime as dt
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson

from genius_retrieval.text.references import LawNames


@dataclass(frozen=True, slots=True)
class Law:
    """`name` is how it is cited (WoGG), `title` its full name; `aliases` are other abbreviations."""

    name: str
    title: str
    aliases: tuple[str, ...]
    as_of: dt.date
    sections: int

    @property
    def key(self) -> str:
        """As in reference terms: `ref:wogg:25`."""
        return self.name.replace(" ", "").casefold()

    @property
    def heading(self) -> str:
        return f"{self.title} ({self.name})"


@dataclass(frozen=True, slots=True)
class LawSection:
    """One § or article. `number` is "§ 25"; `path` are the parts and chapters above it."""

    id: str
    number: str
    heading: str
    path: tuple[str, ...]
    text: str
    as_of: dt.date


def _load(name: str) -> bytes:
    return lzma.decompress((files("genius_retrieval.laws") / "data" / name).read_bytes())


@lru_cache(maxsize=1)
def laws() -> tuple[Law, ...]:
    """All shipped laws, in the order of their files."""
    return tuple(
        Law(
            name=entry["name"],
            title=entry["title"],
            aliases=tuple(entry["aliases"]),
            as_of=dt.date.fromisoformat(entry["as_of"]),
            sections=entry["sections"],
        )
        for entry in orjson.loads(_load("index.json.xz"))
    )


def sections() -> Iterator[tuple[Law, list[LawSection]]]:
    """Yield each law with its sections; the whole text is 9 MB, so it is not kept."""
    lines = iter(_load("sections.jsonl.xz").splitlines())
    for law in laws():
        yield law, [_section(orjson.loads(next(lines))) for _ in range(law.sections)]


def _section(entry: dict[str, Any]) -> LawSection:
    return LawSection(
        id=entry["id"],
        number=entry["number"],
        heading=entry["heading"],
        path=tuple(entry["path"]),
        text=entry["text"],
        as_of=dt.date.fromisoformat(entry["as_of"]),
    )


@lru_cache(maxsize=1)
def law_names() -> LawNames:
    """Every name of the shipped laws → the key of its reference terms."""
    names: dict[str, str] = {}
    for law in laws():
        for name in (law.name, *law.aliases, law.title):
            names.setdefault(name, law.key)
    return LawNames(names)
