# SPDX-License-Identifier: EUPL-1.2
"""What people ask that the shipped laws do not regulate, and where it is regulated (`data/elsewhere.txt`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from genius_retrieval.text.fields import content_words, with_parts

_LAW = re.compile(r"\[(.+?)\] ?(.*)")


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of a law or field outside the collection: `terms` of name and words, `named` of the name alone."""

    law: str
    title: str
    name: str
    named: frozenset[str]
    terms: frozenset[str]


@cache
def elsewhere() -> tuple[Subject, ...]:
    """All of them."""
    return read(resources.files("genius_retrieval.laws").joinpath("data", "elsewhere.txt").read_text("utf-8"))


def read(text: str) -> tuple[Subject, ...]:
    """The subjects of `[short name] title` and `name: everyday words` lines. Raises: ValueError for any other line."""
    found = []
    law = title = ""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if head := _LAW.fullmatch(line):
            law, title = head.groups()
            continue
        name, _, about = line.partition(": ")
        if not about:
            raise ValueError(f"elsewhere.txt: {line!r}")
        named = with_parts(content_words(name))
        found.append(Subject(law, title, name, frozenset(named), frozenset(named + with_parts(content_words(about)))))
    return tuple(found)
