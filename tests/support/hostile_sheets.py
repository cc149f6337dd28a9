# SPDX-License-Identifier: EUPL-1.2
"""Hostile and unusable tables, made here: name → (content, reason codes that are right answers)."""

from __future__ import annotations

from tests.support.hostile_xml import LAUGHS, XXE
from tests.support.office import archive
from tests.support.sheets import ods, ods_cell, ods_row, ods_table, relations, row, sheet, text, xlsx

_ROWS = 'table:number-rows-repeated="1048576"'
_COLUMNS = 'table:number-columns-repeated="16384"'
_OK = {"T": sheet(row(1, "x"))}

FILES: dict[str, tuple[bytes, set[str]]] = {
    "lange-zeile.csv": (b"a;b\n" + b"7;" * 1_400_000, {"too_complex"}),
    "bombe.xlsx": (xlsx({"T": sheet("<row/>" * 1_000_000)}), {"archive_bomb"}),
    "zellen-hinter-dem-rand.xlsx": (xlsx({"T": sheet(row(1, text("XFE1", "x")))}), {"broken"}),
    "zeile-hinter-dem-rand.xlsx": (xlsx({"T": sheet(row(1_048_577, "x"))}), {"broken"}),
    "zellen-rueckwaerts.xlsx": (xlsx({"T": sheet(row(1, text("C1", "x"), text("A1", "y")))}), {"broken"}),
    "xxe.xlsx": (xlsx({"T": sheet(row(1, "x").replace("x", "&e;"), prolog=XXE)}), {"unsafe_xml"}),
    "lachen.xlsx": (xlsx({"T": sheet(row(1, "x").replace("x", "&j;"), prolog=LAUGHS)}), {"unsafe_xml"}),
    "xxe-texte.xlsx": (xlsx(_OK, parts={"xl/sharedStrings.xml": XXE + "<sst>&e;</sst>"}), {"unsafe_xml"}),
    "xxe-utf16.xlsx": (xlsx({"T": (XXE + "<a>&e;</a>").encode("utf-16")}), {"unsafe_xml"}),
    "kaputt.xlsx": (xlsx({"T": b"<worksheet><sheetData><row"}), {"broken"}),
    "leer.xlsx": (xlsx({"T": sheet()}), {"no_content"}),
    "nur-verdeckt.xlsx": (xlsx(_OK, states={"T": "veryHidden"}), {"no_content"}),
    "blatt-fehlt.xlsx": (
        xlsx(_OK, parts={"xl/_rels/workbook.xml.rels": relations(s1="worksheet ../../etc/passwd")}),
        {"no_content", "broken"},
    ),
    "nur-makros.xlsb": (archive({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\1" * 99}), {"unknown_type"}),
    "tief.xlsx": (xlsx({"T": sheet("<row>" * 50_000 + "</row>" * 50_000)}), {"broken", "too_complex", "no_content"}),
    "xlsx-und-docx.xlsx": (xlsx(_OK, parts={"word/document.xml": "<a/>"}), {"ambiguous_type"}),
    "vs-kopfzeile.xlsx": (
        xlsx({"T": sheet(row(1, "x"), after="<headerFooter><oddHeader>&amp;CVS-NfD</oddHeader></headerFooter>")}),
        {"vs_marking"},
    ),
    "vs-blatt.xlsx": (xlsx({"VS-NfD": sheet(row(1, "x"))}), {"vs_marking"}),
    "zeilenbombe.ods": (ods(ods_table("T", ods_row("x" * 60, attributes=_ROWS))), {"too_much_text", "too_complex"}),
    "zellenbombe.ods": (
        ods(ods_table("T", ods_row(ods_cell("x" * 999, _COLUMNS), attributes=_ROWS))),
        {"too_much_text", "too_complex"},
    ),
    "xxe.ods": (ods(ods_table("T", ods_row("x").replace("x", "&e;")), prolog=XXE), {"unsafe_xml"}),
    "lachen.ods": (ods(ods_table("T", ods_row("x").replace("x", "&j;")), prolog=LAUGHS), {"unsafe_xml"}),
    "verschluesselt.ods": (
        ods(ods_table("T", ods_row("x")), parts={"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        {"encrypted"},
    ),
    "vs.csv": (b"Lage;Einstufung\n1;VS-NfD\n2;offen\n", {"vs_marking"}),
}
