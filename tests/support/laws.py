# SPDX-License-Identifier: EUPL-1.2
"""Versions of a shipped law, as an operator hands them in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from genius_common.contracts.laws import LawText
from genius_retrieval.laws.source import law_index, read_laws

Section = dict[str, Any]


def shipped(citation: str, first: int | None = None) -> LawText:
    """The shipped text of a law, or its `first` §§."""
    key = next(info.key for info in law_index() if info.citation == citation)
    law = next(law for law in read_laws() if law.info.key == key)
    sections = [
        {
            "id": item.id,
            "number": item.number,
            "heading": item.heading,
            "path": list(item.path),
            "as_of": item.as_of.isoformat(),
            "text": item.text,
        }
        for item in law.sections[:first]
    ]
    return LawText.model_validate({"bjnr": key, "as_of": law.info.as_of.isoformat(), "sections": sections})


def amended(law: LawText, change: Callable[[list[Section]], None], days: int = 30) -> LawText:
    """The law some days later, with what `change` makes of its §§."""
    content = law.model_dump(mode="json")
    change(content["sections"])
    as_of = law.as_of + dt.timedelta(days=days)
    return LawText.model_validate(content | {"as_of": as_of.isoformat()})


def longer(position: int, text: str) -> Callable[[list[Section]], None]:
    """One § gets a paragraph more: everything behind it moves."""

    def change(sections: list[Section]) -> None:
        sections[position]["text"] += f"\n\n{text}"

    return change
