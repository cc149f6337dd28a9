# SPDX-License-Identifier: EUPL-1.2
"""Hostile and unusable presentations, made here: name → (content, reason codes that are right answers)."""

from __future__ import annotations

from tests.support.hostile_xml import LAUGHS, XXE
from tests.support.sheets import relations
from tests.support.slides import chart, chart_part, notes, paragraph, points, pptx, series, shape, slide

_OK = slide(shape("Ein Satz."))
_MASTER = slide(shape("VS-NUR FÜR DEN", kind="ftr"), shape("DIENSTGEBRAUCH", kind="ftr"), root="sldMaster")

_WIDE = chart_part(*[series("x", "", points(*["1"] * 40)) for _ in range(3000)])


def _charted(part: str, frames: int = 1) -> bytes:
    parts = {
        "ppt/charts/chart1.xml": part,
        "ppt/slides/_rels/slide1.xml.rels": relations(c="chart ../charts/chart1.xml"),
    }
    return pptx(slide(chart("c") * frames), parts=parts)


FILES: dict[str, tuple[bytes, set[str]]] = {
    "bombe.pptx": (pptx(_OK, parts={"ppt/media/a.bin": b"\0" * 30_000_000}), {"archive_bomb"}),
    "abgeschnitten.pptx": (pptx(slide(shape("x" * 5000)))[:400], {"broken"}),
    "kaputt.pptx": (pptx("<p:sld"), {"broken"}),
    "leer.pptx": (pptx(slide()), {"no_content"}),
    "ohne-folien.pptx": (pptx(), {"no_content"}),
    "nur-verdeckt.pptx": (pptx(slide(shape("x"), attributes='show="0"')), {"no_content"}),
    "xxe.pptx": (pptx(slide(shape("&e;"), prolog=XXE)), {"unsafe_xml"}),
    "lachen.pptx": (pptx(slide(shape("&j;"), prolog=LAUGHS)), {"unsafe_xml"}),
    "lachen-notizen.pptx": (pptx(_OK, notes={1: LAUGHS + notes("&j;")}), {"unsafe_xml", "broken"}),
    "tief.pptx": (pptx(slide("<p:grpSp>" * 5000 + "</p:grpSp>" * 5000)), {"broken", "too_complex"}),
    "tief-200.pptx": (pptx(slide("<p:grpSp>" * 200 + shape("x") + "</p:grpSp>" * 200)), {"too_complex"}),
    "zu-viele-folien.pptx": (pptx(*[_OK] * 60), {"too_many_pages"}),
    "eine-folie-oft.pptx": (pptx(_OK, order=[1] * 40), {"broken"}),
    "folie-fehlt.pptx": (
        pptx(_OK, parts={"ppt/_rels/presentation.xml.rels": relations(s1="slide ../../etc/passwd")}),
        {"broken"},
    ),
    "pfad.pptx": (pptx(_OK, parts={"ppt/../../x": "x"}), {"unsafe_archive"}),
    "pptx-und-docx.pptx": (pptx(_OK, parts={"word/document.xml": "<a/>"}), {"ambiguous_type"}),
    "diagramm-breit.pptx": (_charted(_WIDE), {"no_content", "archive_bomb", "too_complex"}),
    "diagramm-oft.pptx": (_charted(chart_part(), frames=20_000), {"no_content", "archive_bomb"}),
    "diagramm-xxe.pptx": (
        _charted(XXE + chart_part()[38:].replace("<c:chart>", "<c:chart>&e;")),
        {"unsafe_xml", "broken"},
    ),
    "vs-diagramm.pptx": (_charted(chart_part(series("VS-NfD", "", points("1")))), {"vs_marking"}),
    "vs-fusszeile.pptx": (pptx(_OK, parts={"ppt/slideMasters/slideMaster1.xml": _MASTER}), {"vs_marking"}),
    "vs-notizen.pptx": (pptx(_OK, notes={1: notes("VS-NfD")}), {"vs_marking"}),
    "vs-verdeckt.pptx": (
        pptx(_OK, slide(shape(paragraph("VS-"), paragraph("NfD")), attributes='show="0"')),
        {"vs_marking"},
    ),
}
