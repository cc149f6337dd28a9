# SPDX-License-Identifier: EUPL-1.2
"""The cited passage in its document: the page of a PDF, and a table that has no pages."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support import pdf
from tests.support.office import docx, paragraph
from tests.support.platform import Platform
from tests.support.sheets import cell, row, sheet, styles, xlsx

from .conftest import sign_in
from .test_accessibility import check, picture

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
LINES = (
    "Die Ufermauer am Kai ist 212 Meter lang.",
    "Die Erneuerung der Ufermauer kostet 1,7 Millionen Euro.",
    "Zuständig ist das Hafenamt.",
)
PAPER = pdf.build(
    *(pdf.Page([pdf.Text(line), pdf.Text(f"Amtsblatt, Seite {n} von 3", y=40)]) for n, line in enumerate(LINES, 1))
)
FILLER = "Die laufende Unterhaltung der Deiche bleibt davon unberührt und wird gesondert beschlossen."
LONG = pdf.build(
    pdf.text_page(*[FILLER] * 44, "Die Sanierung des Sperrwerks kostet 4,3 Millionen Euro.", *[FILLER] * 6)
)
ROWS = [row(1, "Leistung", "Gebühr")]
ROWS += [row(n, f"Beglaubigung Nummer {n} je Seite", cell(f"B{n}", f"{n}.5", style=1)) for n in range(2, 400)]
ROWS += [row(400, "Wunschkennzeichen", cell("B400", "33", style=1))]
FEES = xlsx({"Gebühren": sheet(*ROWS)}, parts={"xl/styles.xml": styles("General", '0.00 "€"')})


def ask(page: Page, name: str, content: bytes, question: str) -> Locator:
    """Attach the file, ask, and open the first source: its panel."""
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    expect(page.get_by_text("bereit").first).to_be_visible()
    page.get_by_label("Ihre Nachricht").fill(question)
    page.keyboard.press("Enter")
    answer = page.locator("article.message--answer").last
    answer.get_by_role("button", name=re.compile(r"Quelle \d anzeigen")).first.click()
    return page.get_by_role("complementary", name="Quellen")


def test_pages_of_a_pdf_are_turned_enlarged_and_read(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-02, A11Y-03: by keyboard alone, with the text of each page for screen readers."""
    page = open_page(platform)
    sign_in(page, platform)
    panel = ask(page, "Ufermauer.pdf", PAPER, "Was kostet die Erneuerung der Ufermauer?")
    image = panel.get_by_role("img")
    expect(image).to_have_attribute("alt", re.compile("^Seite 2 von 3 aus „.*“; .* gelb markiert$"))
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    text = panel.get_by_role("region", name="Text von Seite 2")
    expect(text.locator("mark")).to_contain_text("1,7 Millionen Euro")
    check(page, "page of a PDF")
    frame = panel.get_by_role("region", name="Bild der Seite")
    frame.focus()
    page.keyboard.press("PageDown")
    expect(image).to_have_attribute("alt", re.compile("^Seite 3 von 3 aus [^;]*$"))
    expect(panel.get_by_role("region", name="Text von Seite 3")).to_contain_text("Hafenamt")
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert frame.evaluate("frame => frame.scrollWidth / frame.clientWidth") == pytest.approx(2, abs=0.05)
    expect(frame).to_be_focused()
    panel.get_by_label("Seite", exact=True).fill("1")
    page.keyboard.press("Enter")
    expect(image).to_have_attribute("alt", re.compile("^Seite 1 von 3"))
    panel.get_by_role("button", name="Als Text").click()
    shown = panel.get_by_role("region", name="Text von Seite 1")
    expect(shown).to_have_class("doc-text")
    expect(shown.locator("p")).to_have_text([LINES[0], "Fußzeile: Amtsblatt, Seite 1 von 3"])


def marked_line(frame: Locator) -> tuple[float, float] | None:
    """Where yellow begins on the screen, in parts of the frame's width and height; None where there is none."""
    shot = Image.open(io.BytesIO(frame.screenshot())).convert("RGB")
    pixels = shot.load()
    assert pixels is not None
    for y in range(shot.height):
        yellow = [x for x in range(shot.width) if pixels[x, y] == (255, 226, 92)]
        if len(yellow) > shot.width // 20:
            return yellow[0] / shot.width, y / shot.height
    return None


def test_the_enlarged_page_shows_the_marked_passage(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-05: also below the middle of the page; who has scrolled away keeps what is being read."""
    page = open_page(platform)
    sign_in(page, platform)
    panel = ask(page, "Sperrwerk.pdf", LONG, "Was kostet die Sanierung des Sperrwerks?")
    frame = panel.get_by_role("region", name="Bild der Seite")
    expect(frame).to_have_attribute("aria-busy", "false")
    picture(page, "source-page")
    for _ in range(3):
        panel.get_by_role("button", name="Größer").click()
        at = marked_line(frame)
        assert at is not None
        assert max(at) < 0.9
    assert at == (pytest.approx(0.15, abs=0.1), pytest.approx(0.35, abs=0.2))
    assert frame.evaluate("frame => frame.scrollWidth / frame.clientWidth") == pytest.approx(3, abs=0.05)
    frame.evaluate("frame => { frame.scrollTop = 0 }")
    assert marked_line(frame) is None
    panel.get_by_role("button", name="Kleiner").click()
    assert frame.evaluate("frame => frame.scrollTop / frame.scrollHeight") < 0.2


def test_sources_stand_beside_the_text_also_in_large_letters(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-05: text of 200 % in a window of 1440 px; the navigation gives way, not the answer."""
    page = open_page(platform)
    sign_in(page, platform)
    panel = ask(page, "Ufermauer.pdf", PAPER, "Was kostet die Erneuerung der Ufermauer?")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    answer, beside = page.locator("article.message--answer").last.bounding_box(), panel.bounding_box()
    assert answer is not None
    assert beside is not None
    assert answer["width"] >= 500
    assert answer["x"] + answer["width"] <= beside["x"]
    assert beside["x"] + beside["width"] <= 1440
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    expect(page.get_by_role("button", name="Menü")).to_be_visible()
    check(page, "sources at 200 %")


def test_a_table_opens_at_the_cited_rows(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-05: a document without pages is read in parts, as a real table, with the passage in view."""
    page = open_page(platform)
    sign_in(page, platform)
    panel = ask(page, "Gebühren.xlsx", FEES, "Was kostet ein Wunschkennzeichen?")
    shown = panel.get_by_role("region", name=re.compile("^Text von „Gebühren.*, Teil (\\d) von \\1$"))
    expect(shown.get_by_role("cell", name="33,00 €")).to_be_visible()
    expect(shown.get_by_role("columnheader", name="Leistung")).to_have_count(1)
    # Only the row that fits is marked, here the last one of its part: the frame can't be scrolled on.
    expect(shown.locator("mark")).to_have_text(["Wunschkennzeichen", "33,00 €"])
    assert shown.locator("mark").first.evaluate(
        """mark => {
            const [row, frame] = [mark, mark.closest('.doc-text')].map(element => element.getBoundingClientRect())
            return frame.top <= row.top && row.bottom <= frame.bottom
        }"""
    )
    check(page, "table")
    panel.get_by_role("button", name="Voriger Teil").click()
    expect(panel.get_by_role("button", name="Zur zitierten Stelle")).to_be_visible()
    expect(panel.locator("mark")).to_have_count(0)
    page.set_viewport_size({"width": 320, "height": 640})
    panel.get_by_role("button", name="Zur zitierten Stelle").click()
    expect(panel.locator("mark").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_word_file_opens_with_its_headings_and_lists(open_page: OpenPage, platform: Platform) -> None:
    page = open_page(platform)
    sign_in(page, platform)
    content = docx(
        paragraph("Rufbereitschaft", style="berschrift1"),
        paragraph("Diese Dienstanweisung gilt für das Tiefbauamt."),
        paragraph("Vergütung", style="berschrift1"),
        paragraph("Die Pauschale beträgt an Werktagen 40 Euro und an Sonn- und Feiertagen 65 Euro je Tag."),
        paragraph("Einsätze werden zusätzlich als Arbeitszeit vergütet. Gemeldet werden:"),
        paragraph("Beginn und Ende des Einsatzes,", listed=True),
        paragraph("Ort und Anlass.", listed=True),
    )
    question = "Wie hoch ist die Pauschale der Rufbereitschaft an Sonn- und Feiertagen?"
    panel = ask(page, "Dienstanweisung.docx", content, question)
    shown = panel.get_by_role("region", name=re.compile("^Text von"))
    expect(shown.locator("mark").first).to_contain_text("65 Euro")
    expect(shown.get_by_role("heading", name="Vergütung")).to_be_visible()
    expect(shown.get_by_role("listitem").last).to_have_text("Ort und Anlass.")
    check(page, "Word file")
    picture(page, "source-text")
