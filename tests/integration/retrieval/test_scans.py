# SPDX-License-Identifier: EUPL-1.2
"""Scanned pages: what Tesseract reads, where it stands, how surely, and what happens without it."""

import asyncio
import contextlib
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
from tests.support.hostile_images import encoded
from tests.support.retrieval import Office, upload, wait_for
from tests.support.scans import scan, spoilt

from .test_progress import listener

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
    heard, told = listener()
    document = await runner.parse(MIXED, "akte.pdf", told)
    assert (runner.caged, runner.reads_scans) == (True, True)
    scans = [count for count in heard if count[0] == "scans"]
    assert scans == [("scans", done, len(scans)) for done in range(1, len(scans) + 1)], "each as it is recognised"
    assert len(scans) >= 3
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
    assert_marked(await runner.picture(MIXED, number, boxes), boxes)


def assert_marked(png: bytes, boxes: list[list[float]]) -> None:
    """The mark lies over letters."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    ((x0, y0, x1, y1),) = boxes
    marked = picture.crop((int(2 * x0), picture.height - int(2 * y1), int(2 * x1), picture.height - int(2 * y0)))
    colours = {colour: count for count, colour in marked.getcolors(100_000) or []}
    assert max(colours, key=colours.__getitem__)[2] < 140, "yellow"  # type: ignore[index]
    ink = sum(count for colour, count in colours.items() if max(colour) < 80)  # type: ignore[arg-type]
    assert 0.05 < ink / (marked.width * marked.height) < 0.5


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
    """The child that recognises text, once it has worked on its first page for a tenth of a second."""
    while not (found := [pid for pid in children() if caged(pid) and niceness(pid) >= 10]):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    begun = worked(found[0])
    while worked(found[0]) < begun + os.sysconf("SC_CLK_TCK") // 10:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return found[0]


def children() -> list[int]:
    with contextlib.suppress(OSError):  # a thread that has ended
        return [int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]
    return []


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def caged(pid: int) -> bool:
    with contextlib.suppress(OSError):  # a process that has ended
        return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
    return False


def worked(pid: int) -> int:
    """Processor time in ticks."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


def exif(orientation: int) -> Image.Exif:
    found = Image.Exif()
    found[274], found[315] = orientation, "Erika Mustermann"
    return found


FAX = encoded(
    DECISION.convert("1"),
    "TIFF",
    compression="group4",
    dpi=(200, 200),
    save_all=True,
    append_images=[NOTICE.convert("1"), DECISION.rotate(180).convert("1")],
)
PICTURES = {
    "fax.tif": (FAX, 3),
    "foto.jpg": (encoded(DECISION.convert("RGB").rotate(90, expand=True), "JPEG", exif=exif(6), quality=80), 1),
    "scan.png": (encoded(DECISION.convert("RGBA"), "PNG", dpi=(200, 200)), 1),
    "cmyk.jpg": (encoded(DECISION.convert("CMYK"), "JPEG", quality=80), 1),
    "lzw.tif": (encoded(DECISION, "TIFF", compression="tiff_lzw"), 1),
    "in-jpeg.tif": (encoded(DECISION.convert("RGB"), "TIFF", compression="jpeg"), 1),
}


@pytest.mark.ocr
@pytest.mark.parametrize("name", PICTURES)
async def test_pictures_are_documents(name: str) -> None:
    """ING-12: in the cage; nothing of the metadata becomes text."""
    content, pages = PICTURES[name]
    runner = ParserRunner(SETTINGS, UploadLimits())
    document = await runner.parse(content, name)
    assert page_text(document, 1) == (
        "Der Bescheid über Größe und Gebühren ist schriftlich zu erteilen. Er ist zu begründen."
    )
    assert len(document.pages) == pages
    assert codes(document) == ["ocr:1" if pages == 1 else f"ocr:1-{pages}"]
    assert "Mustermann" not in document.text + document.title
    start = document.text.index("Bescheid")
    assert_marked(await runner.picture(content, 1, boxes := boxes_of(document, 1, start, start + 8)), boxes)


@pytest.mark.ocr
async def test_a_marking_on_a_scan_is_found() -> None:
    """ING-11"""
    content = encoded(scan("VS – NUR FÜR DEN DIENSTGEBRAUCH", "", "Lagebild der Gemeinde"), "PNG")
    with pytest.raises(Refused) as refused:
        await read(content)
    assert refused.value.code == "vs_marking"


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
        pages = [client.get(f"/documents/{state['id']}/pages/{number}/text").json()["notes"] for number in (1, 2)]
        assert [[note["code"] for note in notes] for notes in pages] == [["ocr"], ["ocr", "ocr_poor"]]
        assert pages[1][1]["detail"].startswith("Seite 2 ist schlecht lesbar")
