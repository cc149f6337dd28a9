# SPDX-License-Identifier: EUPL-1.2
"""DOCX: real headings, lists and tables in the styles of Word's own template, language and title set, no text box.

Texts are runs (`w:t`): a field code or markup in them is shown, never carried out. The only fields are page numbers.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_COLOR_INDEX
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from genius_gateway.export.model import (
    Block,
    Document,
    Heading,
    ItemList,
    Line,
    Paragraph,
    Preformatted,
    Quotation,
    Table,
)

_FONT = "Arial"
_MONO = "Courier New"
_NOTE = "KI-Hinweis"
_CODE = "Vorformatiert"
_LEVELS = 3
_INDENT = Mm(7)
_CUSTOM = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES_XML = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def written(document: Document) -> bytes:
    """The file; `document` is tidy."""
    word = docx.Document()
    _set_styles(word, document.language)
    _set_page(word, document)
    _set_properties(word, document)
    for line in document.letterhead:
        paragraph = word.add_paragraph(line)
        paragraph.paragraph_format.space_after = Pt(0)
    if document.title_shown:
        word.add_paragraph(document.title, style="Title")
    _Writer(word).write(document.blocks, 0)
    word.add_paragraph(document.origin.note, style=_NOTE)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


class _Writer:
    def __init__(self, word: Word) -> None:
        self._word = word

    def write(self, blocks: Sequence[Block], depth: int) -> None:
        """`depth` counts the lists and quotations around the blocks."""
        for block in blocks:
            match block:
                case Heading():
                    _fill(self._word.add_paragraph(style=f"Heading {block.level}"), block.line)
                case Paragraph():
                    _fill_lines(self._indented(depth), block.lines)
                case ItemList():
                    self._list(block, depth)
                case Table():
                    self._table(block)
                case Quotation():
                    self.write(block.blocks, depth + 1)
                case Preformatted():
                    self._indented(depth, _CODE).add_run(block.text)

    def _indented(self, depth: int, style: str | None = None) -> WordParagraph:
        paragraph = self._word.add_paragraph(style=style)
        if depth:
            paragraph.paragraph_format.left_indent = _INDENT * min(depth, 10)
        return paragraph

    def _list(self, block: ItemList, depth: int) -> None:
        level = min(depth, _LEVELS - 1)
        base = "List Bullet" if block.start is None else "List Number"
        style = base if level == 0 else f"{base} {level + 1}"
        number = None if block.start is None else _numbering(self._word, style, block.start)
        for item in block.items:
            paragraph = self._word.add_paragraph(style=style)
            if number is not None:
                properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001 python-docx has no way in
                properties.get_or_add_numId().val = number
                properties.get_or_add_ilvl().val = 0
            rest = item
            if item and isinstance(item[0], Paragraph):
                _fill_lines(paragraph, item[0].lines)
                rest = item[1:]
            self.write(rest, depth + 1)

    def _table(self, block: Table) -> None:
        table = self._word.add_table(rows=0, cols=len(block.header), style="Table Grid")
        look = table._tbl.tblPr.find(qn("w:tblLook"))  # noqa: SLF001
        if look is not None:
            look.set(qn("w:firstColumn"), "0")
        if block.summary:
            _add(table._tbl.tblPr, "w:tblCaption", block.summary)  # noqa: SLF001
        for number, cells in enumerate((block.header, *block.rows)):
            row = table.add_row()
            properties = row._tr.get_or_add_trPr()  # noqa: SLF001
            _add(properties, "w:cantSplit")
            if number == 0:
                _add(properties, "w:tblHeader")
            for cell, line in zip(row.cells, cells, strict=True):
                _fill(cell.paragraphs[0], line, strong=number == 0)
        # Word joins a table with one that follows it at once.
        self._word.add_paragraph().paragraph_format.space_after = Pt(0)


def _fill_lines(paragraph: WordParagraph, lines: Sequence[Line]) -> None:
    for number, line in enumerate(lines):
        if number:
            paragraph.add_run().add_break()
        _fill(paragraph, line)


def _fill(paragraph: WordParagraph, line: Line, *, strong: bool = False) -> None:
    for span in line:
        run = paragraph.add_run(span.text)
        run.bold = True if span.strong or span.gap or strong else None
        run.italic = True if span.emphasis else None
        if span.code:
            run.font.name = _MONO
        if span.gap:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _numbering(word: Word, style: str, start: int) -> int:
    """A numbering of its own, so that each list counts from its start."""
    numbering = word.part.numbering_part.element
    link = word.styles[style].element.pPr.numPr.numId.val
    (abstract,) = [num.abstractNumId.val for num in numbering.num_lst if num.numId == link]
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(num.numId)


def _set_styles(word: Word, language: str) -> None:
    styles = word.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    tag = {"de": "de-DE", "en": "en-GB"}.get(language, language)
    for lang in defaults.findall(qn("w:lang")):
        defaults.remove(lang)
    lang = _add(defaults, "w:lang", tag)
    lang.set(qn("w:eastAsia"), tag)
    for style in styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH and (style.name == "Title" or style.name.startswith("Heading")):
            style.font.color.rgb = RGBColor(0, 0, 0)
            _set_font(style, _FONT)
    _set_font(styles["Normal"], _FONT)
    styles["Normal"].font.size = Pt(11)
    note = styles.add_style(_NOTE, WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = styles["Normal"]
    note.font.size = Pt(9)
    note.paragraph_format.space_before = Pt(18)
    code = styles.add_style(_CODE, WD_STYLE_TYPE.PARAGRAPH)
    code.base_style = styles["Normal"]
    _set_font(code, _MONO)


def _set_font(style: Any, name: str) -> None:
    """Also for the scripts for which the template names a font of its theme."""
    style.font.name = name
    fonts = style.element.rPr.rFonts
    for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{attribute}"), None)
    for attribute in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{attribute}"), name)


def _set_page(word: Word, document: Document) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    section.top_margin = section.bottom_margin = Mm(25)
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{document.origin.short} · Seite ")
    _add_field(foot, "PAGE")
    foot.add_run(" von ")
    _add_field(foot, "NUMPAGES")
    for run in foot.runs:
        run.font.size = Pt(9)


def _add_field(paragraph: WordParagraph, code: str) -> None:
    for kind, text in (("begin", None), (None, code), ("separate", None), (None, "1"), ("end", None)):
        run = paragraph.add_run()._r  # noqa: SLF001
        if kind:
            _add(run, "w:fldChar").set(qn("w:fldCharType"), kind)
        elif text == code:
            element = OxmlElement("w:instrText")
            element.text = f" {code} "
            run.append(element)
        else:
            element = OxmlElement("w:t")
            element.text = text
            run.append(element)


def _set_properties(word: Word, document: Document) -> None:
    core = word.core_properties
    at = document.origin.at.replace(tzinfo=None)
    core.title = document.title[:255]
    core.author = core.last_modified_by = document.author[:255]
    core.language = document.language
    core.comments = document.origin.note[:255]
    core.keywords = document.origin.short
    core.created = core.modified = at
    core.revision = 1
    values = "".join(
        f'<property fmtid="{_FORMAT_ID}" pid="{number}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(document.origin.properties.items(), 2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    blob = f'{head}<Properties xmlns="{_CUSTOM_XML}" xmlns:vt="{_TYPES_XML}">{values}</Properties>'
    package = word.part.package
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM, blob.encode(), package)
    package.relate_to(part, _CUSTOM_LINK)


def _add(parent: Any, name: str, value: str | None = None) -> Any:
    element = OxmlElement(name)
    if value is not None:
        element.set(qn("w:val"), value)
    parent.append(element)
    return element
