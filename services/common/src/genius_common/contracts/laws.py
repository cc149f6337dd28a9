# SPDX-License-Identifier: EUPL-1.2
"""A law as an operator hands it in: its §§ in order, in the form of the shipped laws."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from genius_common.contracts.retrieval import Model

Key = Annotated[str, StringConstraints(pattern=r"^BJNR[0-9A-Z]{6,20}$")]


class LawSectionText(Model):
    """One § or article. `path`: the parts and chapters above it."""

    id: str = Field(min_length=1, max_length=100, description="key of the law, a slash and the number in the source")
    number: str = Field(min_length=1, max_length=50)
    heading: str = Field(max_length=1_000)
    path: list[Annotated[str, StringConstraints(max_length=1_000)]] = Field(max_length=20)
    as_of: dt.date
    text: str = Field(max_length=2_000_000)


class LawText(Model):
    """All §§ of one law as of one day. The platform must know the law by its key (`bjnr`)."""

    bjnr: Key
    as_of: dt.date
    sections: list[LawSectionText] = Field(min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _sections_of_one_law(self) -> Self:
        ids = [section.id for section in self.sections]
        if len(set(ids)) < len(ids):
            raise ValueError("Ein § kommt mehrfach vor.")
        if not all(identifier.startswith(f"{self.bjnr}/") for identifier in ids):
            raise ValueError("Die Datei enthält §§ eines anderen Gesetzes.")
        return self


class ImportWish(Model):
    """`gesetze`: all laws that are shipped. `gesetz`: a version of one of them, given as `law`."""

    source: Literal["gesetze", "gesetz"]
    law: LawText | None = None

    @model_validator(mode="after")
    def _law_where_one_is_meant(self) -> Self:
        if (self.source == "gesetz") != (self.law is not None):
            raise ValueError("„law“ gehört zu „gesetz“, und nur dazu.")
        return self
