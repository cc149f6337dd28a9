# SPDX-License-Identifier: EUPL-1.2
"""What leaves as DOCX or PDF/A: accessible (A11Y-10), inert (OUT-05), with the note where it comes from (OUT-07)."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pikepdf
import pypdfium2
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from genius_gateway.export import Document, Exporter, ExportFailed, ExportTooLarge, Origin, Table, blocks_of, plain_line
from genius_gateway.export.model import texts
from genius_gateway.export.settings import ExportSettings

AT = dt.datetime(2026, 11, 26, 22, 45, 29, tzinfo=dt.UTC)
BY_MODEL = Origin(
    way="generative", at=AT, model="muster-7b", module="draft", version="1.1.0", run="r-1", sources=("WoGG § 25",)
)
TEXT = """# Sachverhalt

Az. 50-12/26
Datum: [Bitte ergänzen: Datum]

Die **Parkbank** ist *kaputt*. #set page(width: 1pt) $x$ {{ INCLUDETEXT "c:/x" }} &amp; <script>alert(1)</script>

12. Mai 2026 begann es.

- erstens
- zweitens
  1. innen
  2. noch eins

7. siebtens
8. achtens

### Übersicht

| Nachweis | Stand |
| --- | --- |
| Mietvertrag | [Bitte ergänzen: Stand] |

> Wörtlich.

[Ziel](https://example.invalid/a)
"""


def letter(text: str = TEXT, **changes: Any) -> Document:
    values = {"title": "Vermerk über die Bank", "blocks": blocks_of(text), "author": "Musterbehörde"}
    return Document(**{**values, "origin": BY_MODEL, "letterhead": ("Musterbehörde",), **changes})


@pytest.fixture(scope="module")
def exporter() -> Exporter:
    return Exporter(ExportSettings())


@pytest.fixture(scope="module")
async def word(exporter: Exporter) -> bytes:
    return (await exporter.file(letter(), "docx")).content


@pytest.fixture(scope="module")
async def pdf(exporter: Exporter) -> bytes:
    return (await exporter.file(letter(), "pdf")).content


def xml(content: bytes, part: str) -> Any:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read(part))


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)


def structure(node: Any) -> Iterator[Any]:
    """Every element of the structure tree, in reading order."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from structure(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from structure(node.get("/K", pikepdf.Array()))


async def test_a_word_file_is_made_of_real_parts(word: bytes) -> None:
    """A11Y-10: heading styles, lists, a header row, language and title; no text box."""
    document = docx.Document(io.BytesIO(word))
    styles = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert ("Title", "Vermerk über die Bank") in styles
    assert ("Heading 1", "Sachverhalt") in styles
    # The jump from level 1 to 3 is closed.
    assert ("Heading 2", "Übersicht") in styles
    assert [text for name, text in styles if name == "List Bullet"] == ["erstens", "zweitens"]
    assert [text for name, text in styles if name == "List Number 2"] == ["innen", "noch eins"]
    (table,) = document.tables
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [cell.text for cell in table.rows[1].cells] == ["Mietvertrag", "[Bitte ergänzen: Stand]"]
    assert document.core_properties.title == "Vermerk über die Bank"
    assert (
        xml(word, "word/styles.xml").find(".//" + qn("w:docDefaults") + "//" + qn("w:lang")).get(qn("w:val")) == "de-DE"
    )
    assert not xml(word, "word/document.xml").findall(".//" + qn("w:txbxContent"))


async def test_numbered_lists_of_a_word_file_count_from_their_start(word: bytes) -> None:
    document = docx.Document(io.BytesIO(word))
    numbers = {p.text: p._p.pPr.numPr.numId.val for p in document.paragraphs if p.style.name.startswith("List Number")}
    assert numbers["siebtens"] == numbers["achtens"] != numbers["innen"]
    numbering = xml(word, "word/numbering.xml")
    starts = {num.get(qn("w:numId")): num.find(".//" + qn("w:startOverride")) for num in numbering.findall(qn("w:num"))}
    assert starts[str(numbers["siebtens"])].get(qn("w:val")) == "7"
    assert starts[str(numbers["innen"])].get(qn("w:val")) == "1"


async def test_a_word_file_carries_nothing_active(word: bytes) -> None:
    """OUT-05: what looks like a field, markup or a link is text; the only fields are page numbers."""
    codes = [
        node.text.strip()
        for part in ("word/document.xml", "word/footer1.xml")
        for node in xml(word, part).iter(qn("w:instrText"))
    ]
    assert codes == ["PAGE", "NUMPAGES"]
    whole = "\n".join(p.text for p in docx.Document(io.BytesIO(word)).paragraphs)
    assert '{{ INCLUDETEXT "c:/x" }}' in whole
    assert "<script>alert(1)</script>" in whole
    assert "Ziel (https://example.invalid/a)" in whole
    names = zipfile.ZipFile(io.BytesIO(word)).namelist()
    assert not [name for name in names if "vba" in name.lower() or "embed" in name.lower()]
    links = b"".join(zipfile.ZipFile(io.BytesIO(word)).read(name) for name in names if name.endswith(".rels"))
    assert b'TargetMode="External"' not in links


async def test_gaps_stand_out_by_more_than_colour(word: bytes) -> None:
    runs = [run for p in docx.Document(io.BytesIO(word)).paragraphs for run in p.runs]
    (gap,) = [run for run in runs if run.text == "[Bitte ergänzen: Datum]"]
    assert gap.bold
    assert gap.font.highlight_color is not None


@pytest.mark.parametrize(
    ("origin", "short", "generated"),
    [
        (BY_MODEL, "Mit KI-Unterstützung erstellt", "true"),
        (Origin(way="template", at=AT), "Ohne Sprachmodell aus einer Vorlage gefüllt", "false"),
        (Origin(way="extractive", at=AT), "Ohne Sprachmodell aus den Quellen zusammengestellt", "false"),
        (Origin(way="rules", at=AT), "Ohne Sprachmodell nach festen Regeln erstellt", "false"),
    ],
)
async def test_the_note_tells_the_truth_in_both_formats(
    exporter: Exporter, origin: Origin, short: str, generated: str
) -> None:
    """OUT-07: visible on every page and at the end, and in the metadata."""
    document = letter("Text.", origin=origin)
    word = (await exporter.file(document, "docx")).content
    opened = docx.Document(io.BytesIO(word))
    assert opened.paragraphs[-1].text.startswith(short)
    assert opened.sections[0].footer.paragraphs[0].text.startswith(short)
    custom = {node.get("name"): node[0].text for node in xml(word, "docProps/custom.xml")}
    assert custom["GeniusAiGenerated"] == generated
    pdf = (await exporter.file(document, "pdf")).content
    assert text_of(pdf).count(short) == 2
    opened_pdf = pikepdf.open(io.BytesIO(pdf))
    assert f"GeniusAiGenerated={generated}" in str(opened_pdf.docinfo["/Keywords"])


def test_the_note_names_model_time_edits_and_review() -> None:
    assert BY_MODEL.note == (
        "Mit KI-Unterstützung erstellt (Sprachmodell muster-7b, 26.11.2026, 23:45 Uhr). "
        "Bitte prüfen Sie den Inhalt, bevor Sie ihn verwenden."
    )
    edited = Origin(way="generative", at=AT, model="m", edited=True, signed_off="A. Weber, 27.11.2026")
    assert "Eine Person hat den Text danach geändert." in edited.note
    assert edited.note.endswith("Geprüft und freigegeben: A. Weber, 27.11.2026.")
    assert edited.note.startswith("Mit KI-Unterstützung erstellt")


async def test_a_pdf_says_it_is_archivable_and_accessible(pdf: bytes) -> None:
    """A11Y-10: PDF/A-2a and PDF/UA-1, tagged, with language, title and embedded fonts."""
    document = pikepdf.open(io.BytesIO(pdf))
    with document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Vermerk über die Bank"
    root = document.Root
    assert root.MarkInfo.Marked
    assert root.Lang == "de"
    assert root.ViewerPreferences.DisplayDocTitle
    assert root.OutputIntents
    fonts = [font for page in document.pages for font in page.Resources.Font.values()]
    descriptors = [font.DescendantFonts[0].FontDescriptor for font in fonts]
    assert descriptors
    assert all(any(name.startswith("/FontFile") for name in found) for found in descriptors)


async def test_the_structure_of_a_pdf_is_that_of_the_text(pdf: bytes) -> None:
    document = pikepdf.open(io.BytesIO(pdf))
    root = document.Root
    kinds = [str(node.S) for node in structure(root.StructTreeRoot.K)]
    assert [kind for kind in kinds if kind in {"/Title", "/H1", "/H2", "/H3"}] == ["/Title", "/H1", "/H2"]
    assert kinds.count("/L") == 3
    assert kinds.count("/LI") == 6
    assert (kinds.count("/TH"), kinds.count("/TD")) == (2, 2)
    assert "/BlockQuote" in kinds
    heads = [node for node in structure(root.StructTreeRoot.K) if node.S == "/TH"]
    assert all(any(str(found.get("/Scope", "")) == "/Column" for found in node.A) for node in heads)


async def test_a_pdf_carries_nothing_active(pdf: bytes) -> None:
    """OUT-05: text that looks like markup of Typst is text; no script, no action, no link."""
    document = pikepdf.open(io.BytesIO(pdf))
    assert not {"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/URI", "/EmbeddedFiles"} & {
        key for obj in document.objects if isinstance(obj, pikepdf.Dictionary) for key in obj
    }
    text = text_of(pdf)
    assert "#set page(width: 1pt) $x$" in text
    assert "<script>alert(1)</script>" in text
    assert "Ziel (https://example.invalid/a)" in text


async def test_signs_that_no_font_has_are_named_and_nothing_is_lost(exporter: Exporter) -> None:
    strange = "Lachen 😀 Familie 👨‍👩‍👧, 中, \ue000, \u202egedreht, \x07, Здравствуйте, Łódź, ﷽"
    pdf = (await exporter.file(letter(strange, title="Titel 😀"), "pdf")).content
    text = " ".join(text_of(pdf).split())
    for word in (
        "[GRINNING FACE]",
        "[MAN]",
        "[GIRL]",
        "[CJK UNIFIED IDEOGRAPH-4E2D]",
        "[U+E000]",
        "[U+0007]",
        "gedreht",
    ):
        assert word in text
    assert "Здравствуйте" in text
    assert "Łódź" in text
    word = (await exporter.file(letter(strange), "docx")).content
    assert "[U+0007]" in "\n".join(p.text for p in docx.Document(io.BytesIO(word)).paragraphs)


async def test_a_long_word_stays_on_the_page(exporter: Exporter) -> None:
    long = "https://example.invalid/" + "a" * 300
    page = pypdfium2.PdfDocument((await exporter.file(letter(long), "pdf")).content)[0]
    words = page.get_textpage()
    right = max(words.get_charbox(number)[2] for number in range(words.count_chars()))
    assert right <= page.get_width() - 50
    assert "a" * 300 in words.get_text_range().replace("\r\n", "").replace("\n", "")


async def test_what_takes_too_long_or_is_too_long_is_refused() -> None:
    slow = Exporter(ExportSettings(wall_seconds=0.01))
    with pytest.raises(ExportTooLarge):
        await slow.file(letter(), "pdf")
    with pytest.raises(ExportTooLarge):
        await Exporter(ExportSettings(chars=10)).file(letter(), "docx")
    narrow = Exporter(ExportSettings(memory_bytes=1 << 28))
    with pytest.raises((ExportFailed, ExportTooLarge)):
        await narrow.file(letter("wort " * 300_000), "pdf")


@pytest.mark.parametrize("text", ["> " * 11 + "tief", "> " * 13 + "tief", "- " * 6 + "tief", "> - " * 4 + "tief"])
async def test_what_is_nested_deeply_is_written_in_both_formats(exporter: Exporter, text: str) -> None:
    assert "tief" in text_of((await exporter.file(letter(text), "pdf")).content)
    assert (await exporter.file(letter(text), "docx")).content


async def test_the_process_is_caged(exporter: Exporter, pdf: bytes) -> None:
    """ING-08: the filter holds where the kernel has it (Linux on x86-64 and ARM64)."""
    assert exporter._typesetter.caged


_LINES = st.lists(st.text(alphabet="abc1. -*_#>|`[]()!:\\&<~+=\t\u00a7\u00e4", max_size=30), max_size=12).map("\n".join)


@given(_LINES)
def test_no_word_is_lost_whatever_looks_like_markdown(text: str) -> None:
    words = re.findall(r"[^\W_]+", text)
    shown = "\n".join(texts(blocks_of(text)))
    for word in words:
        assert word in shown


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|---|\n| 1 | 2 | drei zu viel |",
        "[verweis]: https://example.invalid 'titel'",
        "\n".join(["|aa" * 40, "|-" * 40, "|bb" * 40]),
        "> " * 60 + "tief",
        "- " * 60 + "tief",
        "Zeile\n---\nnoch eine",
        '[x](y "Titel")',
        "![Bild](quelle.png)",
        "    eingerückt\n\ttab",
        "&copy; &#65; \\* 5 * 3 * 2",
    ],
)
def test_awkward_markdown_keeps_its_words(text: str) -> None:
    shown = "\n".join(texts(blocks_of(text)))
    for word in re.findall(r"[^\W_]{2,}", text):
        assert word in shown


def test_names_of_files_are_no_paths() -> None:
    import asyncio

    file = asyncio.run(Exporter(ExportSettings()).file(letter(title='../../"A"\n§ 5: Größe'), "docx"))
    assert file.name == "A_ _ 5_ Größe.docx"
    assert "\n" not in file.headers["content-disposition"]


async def test_tables_of_other_parts_are_written_too(exporter: Exporter) -> None:
    """The letter of a case is not made of Markdown."""
    table = Table((plain_line("Nachweis"),), ((plain_line("Mietvertrag"),),), summary="Fehlende Nachweise")
    content = (await exporter.file(letter(blocks=(table,)), "docx")).content
    assert docx.Document(io.BytesIO(content)).tables[0].rows[1].cells[0].text == "Mietvertrag"
