# SPDX-License-Identifier: EUPL-1.2
"""A canonical document line by line, with its places, fields and the attachments of a mail."""

from __future__ import annotations

from collections.abc import Iterator

from genius_common.contracts.layout import DocumentLayout, LayoutField, LayoutLine, LayoutPage, LayoutPart
from genius_common.contracts.retrieval import HIDDEN_TEXT
from genius_retrieval.chunks import Block, CanonicalDocument
from genius_retrieval.parsing.page_lists import holds

_UNREAD = ("ocr_failed", "ocr_missing", "pages_without_text")


def layout_of(document: CanonicalDocument) -> DocumentLayout:
    # The words of an attachment stand in the mail's text too, behind all of its own.
    attached = _attached_from(document)
    return DocumentLayout(
        media_type=document.media_type,
        lines=[line for block in document.blocks if block.char_from < attached for line in _lines(document, block)],
        pages=list(_pages(document)),
        fields=[
            LayoutField(
                name=field.name,
                label=field.label,
                kind=field.kind,
                value=field.value,
                checked=field.checked,
                page=field.page,
                box=(field.x0, field.y0, field.x1, field.y1),
            )
            for field in document.fields
        ],
        parts=[
            LayoutPart(name=part.name, reason=part.reason, layout=layout_of(part.document) if part.document else None)
            for part in document.parts
        ],
        hidden_text=any(warning.code == HIDDEN_TEXT for warning in document.warnings),
    )


def _attached_from(document: CanonicalDocument) -> int:
    """Where the first attachment begins in the text of a mail."""
    if not document.parts:
        return len(document.text)
    heading = f"Anhang: {document.parts[0].name.partition('#')[0]}"
    starts = (block.char_from for block in document.blocks if block.kind == "heading" and block.text == heading)
    return next(starts, len(document.text))


def _lines(document: CanonicalDocument, block: Block) -> Iterator[LayoutLine]:
    if block.boxes:
        for box in block.boxes:
            # A column of a form or table is a line of its own.
            cells = box.cells or ((box.char_from, box.x0, box.x1),)
            ends = [*(at for at, _, _ in cells[1:]), box.char_to]
            for (at, left, right), end in zip(cells, ends, strict=True):
                text = document.text[at:end].strip()
                yield LayoutLine(text=text, page=box.page, box=(left, box.y0, right, box.y1), kind=block.kind)
        return
    for row in block.text.split("\n"):
        yield LayoutLine(text=row, page=block.page or 1, kind=block.kind)


def _pages(document: CanonicalDocument) -> Iterator[LayoutPage]:
    codes = [warning.code.partition(":")[::2] for warning in document.warnings]

    def named(number: int, *wanted: str) -> bool:
        return any(code in wanted and holds(pages, number) for code, pages in codes)

    for page in document.pages:
        yield LayoutPage(
            number=page.number,
            width=page.width,
            height=page.height,
            scanned=named(page.number, "ocr", "ocr_poor"),
            poor=named(page.number, "ocr_poor"),
            unread=named(page.number, *_UNREAD),
        )
