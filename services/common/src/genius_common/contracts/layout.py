# SPDX-License-Identifier: EUPL-1.2
"""A document line by line with its places, for who reads forms and tables; coordinates are PDF points from below."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from genius_common.contracts.retrieval import Model

BoxOfPage = tuple[float, float, float, float]
"""Left, bottom, right and top."""


class LayoutLine(Model):
    """A line, or the row of a table with " | " between its cells. Without pages `page` is 1 and there is no `box`."""

    text: str
    page: int = 1
    box: BoxOfPage | None = None
    kind: Literal["heading", "paragraph", "list", "table", "page_header", "page_footer"] = "paragraph"


class LayoutPage(Model):
    """`scanned`: its words were recognised from a picture; `poor`: and may be wrong; `unread`: it could not be read."""

    number: int
    width: float
    height: float
    scanned: bool = False
    poor: bool = False
    unread: bool = False


class LayoutField(Model):
    """A fillable field; its value stands in the lines too. `label` is what the form calls it (tooltip)."""

    name: str
    label: str
    kind: Literal["text", "choice", "check", "radio", "signature"]
    value: str
    checked: bool | None = None
    page: int
    box: BoxOfPage


class DocumentLayout(Model):
    """Of a mail the lines are its own words, `parts` its attachments; `hidden_text`: there was some, left out."""

    media_type: str
    lines: list[LayoutLine]
    pages: list[LayoutPage] = Field(default_factory=list)
    fields: list[LayoutField] = Field(default_factory=list)
    parts: list[LayoutPart] = Field(default_factory=list)
    hidden_text: bool = False


class LayoutPart(Model):
    """An attachment as a document, `inner.eml#name.pdf` inside of another mail; `reason`: why it is not read."""

    name: str
    reason: str = ""
    layout: DocumentLayout | None = None


DocumentLayout.model_rebuild()
