# SPDX-License-Identifier: EUPL-1.2
"""XLSX and ODS files written by hand, also hostile ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from tests.support.office import ODF, archive

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOC_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def relations(**targets: str) -> str:
    """A .rels part: id → "kind target"."""
    items = "".join(
        f'<Relationship Id="{name}" Type="{_DOC_REL}/{kind}" Target="{target}"/>'
        for name, (kind, _, target) in ((name, value.partition(" ")) for name, value in targets.items())
    )
    return f'{_PROLOG}<Relationships xmlns="{_PACKAGE_REL}">{items}</Relationships>'


def cell(place: str, value: str, *, style: int = 0, kind: str = "n", formula: str = "") -> str:
    """A cell with a stored value: a number, or with `kind` "s" the number of a shared text."""
    inner = f"<f>{escape(formula)}</f>" if formula else ""
    return f'<c r="{place}" s="{style}" t="{kind}">{inner}<v>{escape(value)}</v></c>'


def text(place: str, value: str, *, style: int = 0) -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def row(number: int, *cells: str, attributes: str = "") -> str:
    """A row; texts that are no cells yet become cells from A on."""
    made = [c if c.startswith("<c") else text(f"{chr(65 + n)}{number}", c) for n, c in enumerate(cells)]
    return f'<row r="{number}" {attributes}>{"".join(made)}</row>'


def sheet(*rows: str, before: str = "", after: str = "", prolog: str = _PROLOG) -> str:
    return f'{prolog}<worksheet xmlns="{_SHEET}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def styles(*codes: str, fonts: str = "<font/>", cells: str = "") -> str:
    """Cell style n has the format code n; `cells` are more `xf`."""
    formats = "".join(f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(code)}/>' for n, code in enumerate(codes))
    made = "".join(f'<xf numFmtId="{164 + n}"/>' for n in range(len(codes)))
    return (
        f'{_PROLOG}<styleSheet xmlns="{_SHEET}"><numFmts>{formats}</numFmts><fonts>{fonts}</fonts>'
        f"<cellXfs>{made}{cells}</cellXfs></styleSheet>"
    )


def xlsx(
    sheets: Mapping[str, str | bytes],
    *,
    states: Mapping[str, str] | None = None,
    shared: Sequence[str] = (),
    parts: Mapping[str, str | bytes] | None = None,
    workbook: str = "",
) -> bytes:
    """A workbook of `sheets` (name → part); `shared` are the inner XML of shared texts."""
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{(states or {}).get(name, "visible")}" r:id="s{n}"/>'
        for n, name in enumerate(sheets, 1)
    )
    names = {f"s{n}": f"worksheet worksheets/sheet{n}.xml" for n in range(1, len(sheets) + 1)}
    texts = "".join(f"<si>{item}</si>" for item in shared)
    return archive(
        {
            "[Content_Types].xml": '<?xml version="1.0"?><Types/>',
            "xl/workbook.xml": f'{_PROLOG}<workbook xmlns="{_SHEET}" xmlns:r="{_DOC_REL}">{workbook}'
            f"<sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(**names),
            **({"xl/sharedStrings.xml": f'{_PROLOG}<sst xmlns="{_SHEET}">{texts}</sst>'} if shared else {}),
            **{f"xl/worksheets/sheet{n}.xml": part for n, part in enumerate(sheets.values(), 1)},
            **(parts or {}),
        }
    )


def ods_cell(value: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{escape(value)}</text:p></table:table-cell>"


def ods_row(*cells: str, attributes: str = "") -> str:
    made = "".join(c if c.startswith("<table:") else ods_cell(c) for c in cells)
    return f"<table:table-row {attributes}>{made}</table:table-row>"


def ods_table(name: str, *content: str, attributes: str = "") -> str:
    return f"<table:table table:name={quoteattr(name)} {attributes}>{''.join(content)}</table:table>"


def ods(*tables: str, styles: str = "", prolog: str = _PROLOG, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    content = (
        f"{prolog}<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return archive({"mimetype": ODS, "content.xml": content, **(parts or {})})
