# SPDX-License-Identifier: EUPL-1.2
"""Documents that leave as DOCX or PDF/A: accessible, inert, and with the note where they come from (OUT-07, A11Y-10).

`model` is what a document is, `markdown` makes one of a model's text, `origin` says who wrote it; `word` and `pdf`
write it. `Exporter` is the way in: `await exporter.file(document, "pdf")`.
"""

from genius_gateway.export.errors import ExportFailed, ExportTooLarge
from genius_gateway.export.exporter import Exporter, ExportFile, Format
from genius_gateway.export.markdown import blocks_of
from genius_gateway.export.model import (
    Block,
    Document,
    Heading,
    ItemList,
    Line,
    Paragraph,
    Preformatted,
    Quotation,
    Span,
    Table,
    plain_line,
)
from genius_gateway.export.origin import Origin

__all__ = [
    "Block",
    "Document",
    "ExportFailed",
    "ExportFile",
    "ExportTooLarge",
    "Exporter",
    "Format",
    "Heading",
    "ItemList",
    "Line",
    "Origin",
    "Paragraph",
    "Preformatted",
    "Quotation",
    "Span",
    "Table",
    "blocks_of",
    "plain_line",
]
