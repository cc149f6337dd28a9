# SPDX-License-Identifier: EUPL-1.2
"""The house style of an authority: what its drafts have in common, and its own templates with named places.

A place is `{{name}}` (a visible gap where nothing is known) or `{{?name}}` (its line goes where nothing is known).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from genius_common.errors import FieldError

DraftKind = Literal["vermerk", "brief", "email", "rede"]
BODY: dict[DraftKind, str] = {"vermerk": "sachverhalt", "brief": "inhalt", "email": "inhalt", "rede": "inhalt"}
"""Where everything goes that has no place of its own: without it notes would be lost."""
PLACE = re.compile(r"\{\{(\??)([a-zäöüß][a-zäöüß0-9_]{0,39})\}\}")
_BRACES = re.compile(r"\{\{|\}\}")
_SHOWN = 40
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
Lines = Annotated[str, StringConstraints(max_length=1_000, strip_whitespace=True)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PreferredWord(_Closed):
    """`instead_of` is a word or phrase as it is written, `say` what the house writes."""

    instead_of: Annotated[str, StringConstraints(min_length=2, max_length=80, strip_whitespace=True)]
    say: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class HouseStyle(_Closed):
    """Empty texts: as the platform does it. `number` counts the versions of the authority, from 1."""

    number: int = Field(default=0, ge=0)
    department: Line = ""
    address: Lines = ""
    contact: Lines = ""
    salutation: Line = Field(default="", description="where no name is known")
    closing: Lines = ""
    words: list[PreferredWord] = Field(default=[], max_length=100)
    templates: dict[DraftKind, Annotated[str, StringConstraints(max_length=20_000)]] = {}

    def faults(self) -> Iterator[FieldError]:
        """What is wrong with the templates and words, as pointers into this object."""
        for kind, text in self.templates.items():
            pointer = f"/templates/{kind}"
            if not text.strip():
                yield FieldError(pointer, "Die Vorlage ist leer. Lassen Sie sie weg, dann gilt die der Plattform.")
                continue
            yield from _of_template(pointer, text, BODY[kind])
        seen: set[str] = set()
        for at, word in enumerate(self.words):
            key = word.instead_of.casefold()
            if key in seen:
                yield FieldError(f"/words/{at}/instead_of", f"„{word.instead_of}“ steht zweimal in der Liste.")
            elif key == word.say.casefold():
                yield FieldError(f"/words/{at}/say", "Das ist dasselbe Wort.")
            seen.add(key)


def _of_template(pointer: str, text: str, body: str) -> Iterator[FieldError]:
    rest = PLACE.sub("", text)
    if stray := _BRACES.search(rest):
        shown = " ".join(rest[stray.start() : stray.start() + _SHOWN].split())
        yield FieldError(
            pointer, f"„{shown}“ ist keine Stelle. Erlaubt sind kleine Buchstaben, Ziffern und _: {{{{betreff}}}}."
        )
    if body not in {name for mark, name in PLACE.findall(text) if not mark}:
        yield FieldError(
            pointer, f"In der Vorlage fehlt {{{{{body}}}}}: Dorthin kommt, was in den Notizen keine eigene Stelle hat."
        )
