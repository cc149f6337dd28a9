# SPDX-License-Identifier: EUPL-1.2
"""What a service keeps, column by column: the ground of the processing record, of the export and of the deletion.

Each service lists all columns of its database; a column that is in the catalog and not in its list fails the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Category = Literal["content", "personal", "technical"]
"""content = what people write or upload, and its derivations; personal = about a person; technical = neither."""
Where = Literal["authority", "person", "tenant"]
"""In which row scope a person's rows are seen: in each authority, without one, or tenant-wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`place` is the associated data of a sealed column, with the row's columns in braces; None = in clear.

    `form` is what was sealed. `withheld`: members that an export leaves out (credentials). `of_others`: the pseudonym
    of somebody else, left out too (Art. 15(4) GDPR). `forget`: a person's id that a deletion overwrites with zeros.
    """

    category: Category
    what: str = ""
    place: str | None = None
    form: Literal["json", "text"] = "json"
    withheld: tuple[str, ...] = ()
    of_others: bool = False
    forget: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`kind` names the line of the retention schedule; `person` the column that says whose a row is, None = nobody's.

    `as_text`: that column holds the id as text. `key` orders the rows of an export. `erase`: whether a deletion of the
    person removes the rows; `kept_because` says why not. `not_exported` says why an export leaves the table out.
    """

    name: str
    kind: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ("id",)
    person: str | None = None
    as_text: bool = False
    where: Where = "authority"
    erase: bool = True
    kept_because: str = ""
    not_exported: str = ""


def technical(names: str) -> dict[str, Column]:
    """Columns without content or personal data, by their names."""
    return dict.fromkeys(names.split(), Column(category="technical"))


def personal(what: str) -> Column:
    return Column(category="personal", what=what)


def sealed(what: str, place: str, form: Literal["json", "text"] = "json") -> Column:
    return Column(category="content", what=what, place=place, form=form)
