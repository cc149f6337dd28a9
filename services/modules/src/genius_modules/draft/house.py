# SPDX-License-Identifier: EUPL-1.2
"""What the authority's house style changes in a draft: the template, what stands in its head and foot, and words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from genius_common.contracts.house_style import BODY, DraftKind, HouseStyle
from genius_common.text import Span
from genius_modules.draft.templates import Template, salutation, template

CLOSINGS: dict[DraftKind, str] = {
    "vermerk": "Im Auftrag", "brief": "Mit freundlichen Grüßen\n\nIm Auftrag", "email": "Mit freundlichen Grüßen",
    "rede": "Vielen Dank für Ihre Aufmerksamkeit.",
}  # fmt: skip
_NO_STYLE = HouseStyle()
# A house's closing ends letters; a note and a speech keep their own.
_CLOSED_BY_HOUSE: frozenset[DraftKind] = frozenset({"brief", "email"})


class Wording(BaseModel):
    """A word of the draft that the house says otherwise; the span counts characters of the draft."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    written: str
    say: str
    char_from: int
    char_to: int


class House:
    """The house style for one kind of draft; without one, the platform's."""

    def __init__(self, style: HouseStyle | None, kind: DraftKind) -> None:
        self._style = style or _NO_STYLE
        self._kind = kind
        self.number = style.number if style else None
        own = self._style.templates.get(kind)
        self.template = Template("house", BODY[kind], own.strip()) if own else template(kind)

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """The notes' fields, and the house's where the notes say nothing."""
        style = self._style
        closing = style.closing if self._kind in _CLOSED_BY_HOUSE else ""
        known = {
            "dienststelle": style.department,
            "anschrift": style.address,
            "kontakt": style.contact,
            "anrede": salutation(given.get("empfaenger", ""), self._kind, style.salutation),
            "grussformel": closing or CLOSINGS[self._kind],
        }
        return {**{name: text for name, text in known.items() if text}, **given}

    def wordings(self, text: str) -> Iterator[Wording]:
        """Where the draft says what the house says otherwise, in order; whole words, in any case."""
        says = {word.instead_of.casefold(): word.say for word in self._style.words}
        if not says:
            return
        # The longest first: "Bürger und Bürgerinnen" before "Bürger".
        pattern = "|".join(re.escape(word) for word in sorted(says, key=len, reverse=True))
        for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
            span = Span(*match.span())
            say = says.get(match.group().casefold())
            if say is not None and not _stands_in(text, span, say):
                yield Wording(written=match.group(), say=say, char_from=span.start, char_to=span.end)

    @property
    def words_for_model(self) -> str:
        return "\n".join(f"„{word.say}“ statt „{word.instead_of}“" for word in self._style.words)


def _stands_in(text: str, span: Span, say: str) -> bool:
    """Whether the word is part of what the house says: "Bürger" of "Bürgerinnen und Bürger"."""
    reach = len(say)
    around = text[max(0, span.start - reach) : span.end + reach]
    offset = span.start - max(0, span.start - reach)
    return any(
        match.start() <= offset and offset + span.end - span.start <= match.end()
        for match in re.finditer(re.escape(say), around, re.IGNORECASE)
    )
