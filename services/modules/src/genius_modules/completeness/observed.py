# SPDX-License-Identifier: EUPL-1.2
"""What was read from the files of an application: the seam between reading (`capture/`) and judging (`engine/`).

Reading says what stands where and whether it is legible; it knows no requirement. Judging knows no file format.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["stated", "blank", "invalid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands. `file` is the name as sent, `mail.eml#name.pdf` for an attachment.

    `page` counts from 1; `quote` is verbatim text of that page, empty where the page has none (a blank field).
    """

    file: str
    page: int = 1
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field of the form. `value` is None unless `stated`; `invalid`: something stands there, `raw` as written.

    Types as in the rule set: `datetime.date`, int (cents), bool, str, Decimal, list, mapping of parts.
    """

    state: State
    value: Any = None
    raw: str | None = None
    places: tuple[Place, ...] = ()


BLANK = Fact(state="blank")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedPerson:
    """A person of the form, in its order: `id` is p1, p2 …; `facts` by the rule set's names without `person.`."""

    id: str
    facts: Mapping[str, Fact]

    @property
    def name(self) -> str:
        """First and family name as written, empty parts left out."""
        parts = (self.facts.get(part, BLANK).value for part in ("vorname", "nachname"))
        return " ".join(str(part) for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedDocument:
    """One document: a file, an attachment, or the pages of a file that belong together.

    `document_type` is None where no type fits. `readable` is False for what nobody can read (`unreadable_reason`:
    unleserlich, nicht-pruefbar); then `expected_type` is what the name of the file hints at, and proves nothing.
    `names` are the people it names in the role that counts for its type, as written, with a birth date where there
    is one. `values` by the names of `expected.json`: issued, months, period, year, rent_cent, rent_booking, people …
    `duplicate_of` names the file that it equals.
    """

    file: str
    pages: tuple[int, ...] = (1,)
    document_type: str | None = None
    readable: bool = True
    unreadable_reason: Literal["unleserlich", "nicht-pruefbar"] | None = None
    expected_type: str | None = None
    names: tuple[tuple[str, dt.date | None], ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    notices: tuple[str, ...] = ()
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Everything that came in. `application_file` is None where no form was found."""

    application_file: str | None
    facts: Mapping[str, Fact]
    persons: tuple[ObservedPerson, ...]
    documents: tuple[ObservedDocument, ...]
    received: dt.date
