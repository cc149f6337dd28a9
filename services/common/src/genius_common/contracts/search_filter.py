# SPDX-License-Identifier: EUPL-1.2
"""What narrows a search among the documents that may be seen: their kind, and when they were uploaded."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

DocumentKind = Literal["pdf", "text", "sheet", "slides", "mail", "image", "web", "law"]
"""Groups that people tell apart: `text` is Word, Writer, Markdown and plain text, `web` a saved page, `law` a law."""
KIND_NAMES: dict[DocumentKind, str] = {
    "pdf": "PDF",
    "text": "Textdokument",
    "sheet": "Tabelle",
    "slides": "Präsentation",
    "mail": "E-Mail",
    "image": "Bild",
    "web": "Webseite",
    "law": "Gesetz",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _plain_day(value: Any) -> Any:
    """Pydantic would also take seconds since 1970, which a day written wrongly may look like."""
    if type(value) is dt.date or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("no_day", "not a day")


def period_in_order(until: dt.date | None, info: ValidationInfo) -> dt.date | None:
    """A validator of `uploaded_until`, which stands behind `uploaded_from`."""
    since = info.data.get("uploaded_from")
    if until and since and until < since:
        raise PydanticCustomError("period_reversed", "ends before it begins")
    return until


Day = Annotated[dt.date, BeforeValidator(_plain_day)]
"""A calendar day, `2026-11-26`."""
Kinds = Annotated[list[DocumentKind], Field(min_length=1, max_length=len(KIND_NAMES))]


class SearchFilter(BaseModel):
    """Days are those of Germany (Europe/Berlin), both included. A new version of a document is a new upload."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: Kinds | None = Field(default=None, description="only documents of these kinds")
    uploaded_from: Day | None = Field(default=None, description="only documents uploaded on this day or later")
    uploaded_until: Day | None = Field(default=None, description="only documents uploaded on this day or before")

    _period = field_validator("uploaded_until")(period_in_order)

    @property
    def narrows(self) -> bool:
        return self.first_field is not None

    @property
    def first_field(self) -> str | None:
        """The name of a field that says something, for errors of the filter as a whole."""
        return next((name for name in SearchFilter.model_fields if getattr(self, name) is not None), None)

    def in_words(self) -> str:
        """German, for who asked: `Art: PDF oder E-Mail; hochgeladen vom 01.02.2026 bis 03.02.2026`."""
        since, until = self.uploaded_from, self.uploaded_until
        parts = [f"Art: {' oder '.join(KIND_NAMES[kind] for kind in self.kinds)}"] if self.kinds else []
        days = [f"ab dem {since:%d.%m.%Y}"] if since else []
        if until:
            days = [f"vom {since:%d.%m.%Y} bis {until:%d.%m.%Y}"] if since else [f"bis zum {until:%d.%m.%Y}"]
        return "; ".join([*parts, *(f"hochgeladen {day}" for day in days)])
