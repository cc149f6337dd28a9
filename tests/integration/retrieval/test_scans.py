# SPDX-License-Identifier: EUPL-1.2
"""Scanned pages: what Tesseract reads, where it stands, how surely, and what happens without it."""

import asyncio
import io
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.parsing.spans import boxes_of
from genius_retrieval.settings import ParserSettings, UploadLimits
from tests.support import pdf
from tests.support.retrieval import Office, upload, wait_for
from tests.support.scans import scan, spoilt

NOTICE = scan(
    "§ 25 Bewilligungszeitraum",
    "Das Wohngeld soll nach § 12 Abs. 3 für zwölf Monate be-",
    "willigt werden. Über Ausnahmen entscheidet die Behörde.",
    heading="Merkblatt zum Wohngeld",
)
DECISION = scan("Der Bescheid über Größe und Gebühren ist schriftlich zu erteilen.", "Er ist zu begründen.")
POOR = spoilt(scan(*["Der Antrag ist schriftlich bei der Gemeinde zu stellen."] * 6, size=10))
MIXED = pdf.build(
    pdf.text_page("Ein Satz als Text."),
    pdf.Page(scan=NOTICE),
    pdf.Page([pdf.Text("Anlage 2", y=810)], scan=DECISION.rotate(180)),
    pdf.Page(scan=POOR),
    pdf.Page(picture=True),
)
SETTINGS = ParserSettings(wall_seconds=20, cpu_seconds=15)


def page_text(document: CanonicalDocument, number: int) -> str:
    page = document.pages[number - 1]
    return document.text[page.char_from : page.char_to]


def codes(document: CanonicalDocument) -> list[str]:
    return [warning.code for warning in document.warnings]


async def read(content: bytes, settings: ParserSettings = SETTINGS, **limits: int) -> CanonicalDocument:
    return await ParserRunner(settings, UploadLimits(**limits)).parse(content, "akte.pdf")


@pytest.fixture(scope="module")
async def mixed() -> CanonicalDocument:
    runner = ParserRunner(SETTINGS, UploadLimits())
    document = await runner.parse(MIXED, "akte.pdf")
    assert (runner.caged, runner.reads_scans) == (True, True)
    return document


@pytest.mark.ocr
def test_scans_among_text_are_read_and_named(mixed: CanonicalDocument) -> None:
    assert page_text(mixed, 1) == "Ein Satz als Text."
    assert page_text(mixed, 2) == (
        "Merkblatt zum Wohngeld\n\n§ 25 Bewilligungszeitraum\n\nDas Wohngeld soll nach § 12 Abs. 3 für zwölf Monate"
        " bewilligt werden. Über Ausnahmen entscheidet die Behörde."
    )
    assert "Der Bescheid über Größe und Gebühren ist schriftlich zu erteilen. Er ist zu begründen." in page_text(
        mixed, 3
    )
    assert page_text(mixed, 5) == ""
    assert codes(mixed) == ["ocr:2-4", "ocr_poor:4", "pages_without_text:5"]
    assert mixed.sections[-1].path[:2] == ("Merkblatt zum Wohngeld", "§ 25 Bewilligungszeitraum")


@pytest.mark.ocr
@pytest.mark.parametrize(("number", "word"), [(2, "Bewilligungszeitraum"), (3, "Bescheid")])
async def test_a_recognised_word_is_marked_where_it_stands(mixed: CanonicalDocument, number: int, word: str) -> None:
    start = mixed.text.index(word)
    boxes = boxes_of(mixed, number, start, start + len(word))
    runner = ParserRunner(SETTINGS, UploadLimits())
    picture = Image.open(io.BytesIO(await runner.picture(MIXED, number, boxes))).convert("RGB")
    ((x0, y0, x1, y1),) = [(2 * a, 1684 - 2 * d, 2 * c, 1684 - 2 * b) for a, b, c, d in boxes]
    marked = picture.crop((int(x0), int(y0), int(x1), int(y1)))
    colours = {colour for _, colour in marked.getcolors(100_000) or []}
    assert (255, 226, 92) in colours
    ink = sum(count for count, colour in marked.getcolors(100_000) or [] if max(colour) < 80)
    assert 0.05 < ink / (marked.width * marked.height) < 0.5, "there are letters below the mark"


@pytest.mark.ocr
async def test_without_tesseract_scans_are_named_and_the_rest_is_read() -> None:
    """Language data that are not there; the library missing takes the same way."""
    settings = ParserSettings(ocr_languages="nicht_da")
    runner = ParserRunner(settings, UploadLimits())
    document = await runner.parse(MIXED, "akte.pdf")
    assert codes(document) == ["ocr_missing:2-5"]
    assert document.text.startswith("Ein Satz als Text.")
    assert runner.reads_scans is False
    with pytest.raises(Refused) as refused:
        await read(pdf.build(pdf.Page(scan=NOTICE)), settings)
    assert refused.value.code == "ocr_missing"


async def test_more_scans_than_allowed_are_refused_at_once() -> None:
    with pytest.raises(Refused) as refused:
        await read(pdf.build(*[pdf.Page(picture=True)] * 3), scanned_pages=2)
    assert refused.value.code == "too_many_scans"


@pytest.mark.ocr
async def test_a_page_that_takes_too_long_is_given_up() -> None:
    """ING-06: and a file of such pages fails."""
    slow = pdf.Page(scan=scan(*["Der Antrag ist schriftlich bei der Gemeinde zu stellen."] * 12))
    settings = ParserSettings(ocr_page_seconds=0.1)
    document = await read(pdf.build(pdf.text_page("Text."), slow), settings)
    assert (document.text, codes(document)) == ("Text.", ["ocr_failed:2"])
    with pytest.raises(Refused) as refused:
        await read(pdf.build(slow), settings)
    assert refused.value.code == "too_complex"


@pytest.mark.ocr
async def test_a_page_that_ends_its_process_takes_no_other_with_it() -> None:
    """ING-06, ING-10: killed while it reads the first of three."""
    pages = [pdf.Page(scan=scan(*[f"Seite {n} des Bescheids der Gemeinde."] * 20)) for n in ("eins", "zwei", "drei")]
    reading = asyncio.create_task(read(pdf.build(*pages), ParserSettings(ocr_processes=1)))
    os.kill(await recogniser(), signal.SIGKILL)
    document = await reading
    assert codes(document) == ["ocr:2-3", "ocr_failed:1"]
    assert page_text(document, 1) == ""
    assert page_text(document, 2).startswith("Seite zwei des Bescheids der Gemeinde.")
    assert page_text(document, 3).startswith("Seite drei des Bescheids der Gemeinde.")


async def recogniser() -> int:
    """The child that recognises text, once it is in its cage and has said so."""
    while not (found := [pid for pid in children() if caged(pid) and niceness(pid) >= 10]):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    return found[0]


def children() -> list[int]:
    return [int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def caged(pid: int) -> bool:
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.ocr
def test_a_scan_becomes_searchable_and_says_how_it_was_read(office: Office) -> None:
    with office.client() as client:
        state = upload(client, office.documents, "scan.pdf", pdf.build(pdf.Page(scan=NOTICE), pdf.Page(scan=POOR)))
        ready = wait_for(client, f"/documents/{state['id']}", 60)
        assert (ready["state"], ready["title"], ready["pages"]) == ("ready", "Merkblatt zum Wohngeld", 2)
        assert [warning["detail"] for warning in ready["warnings"]] == [
            "Seiten 1–2 wurden per Texterkennung gelesen; einzelne Zeichen können falsch sein.",
            "Seite 2 ist schlecht lesbar – bitte prüfen Sie den Text an der Vorlage.",
        ]
