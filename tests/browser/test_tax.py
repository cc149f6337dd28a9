# SPDX-License-Identifier: EUPL-1.2
"""Under the Steuergeheimnis in real Chromium: a case for each retrieval, and the inspection of retrievals.

One platform of that profile serves the whole file: its start is what costs.
"""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support import pdf
from tests.support.platform import Platform

from .conftest import IMAGES, accept_terms, to_the_terms
from .test_accessibility import check
from .test_data import picture
from .test_duties import contrasts

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
OpenPage = Callable[..., Page]
REFERENCE = "St 2023/114-07"
TITLE = "Einspruch Einkommensteuer 2023"
PICTURES = {"tax-chooser": "case-chooser", "tax-answer": "case-answer", "inspection-check": "inspection"}
WORDS = "Die Betriebsprüfung der Gärtnerei Sommer fand am 12. Mai 2025 statt."


@pytest.fixture(scope="module")
def tax(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """`genius up --profile steuergeheimnis`, without the laws."""
    options = ("--profile", "steuergeheimnis")
    running = Platform(tmp_path_factory.mktemp("tax") / "data", options=options).start()
    yield running
    assert running.stop() == 0


def sign_in_as(page: Page, tax: Platform, username: str) -> None:
    to_the_terms(page, next(login for login in tax.stack["logins"] if login["username"] == username))
    accept_terms(page)


def looks(page: Page, name: str) -> None:
    """A11Y-01, A11Y-05, A11Y-06: axe, three themes, 320 px, 200 % text; a picture of each where a folder is named."""
    check(page, name)
    picture(page, f"{name}-light")
    if os.environ.get("GENIUS_DOC_IMAGES") and name in PICTURES:
        page.screenshot(path=IMAGES / f"{PICTURES[name]}.png")
    for theme, media in (("dark", {"color_scheme": "dark"}), ("forced", {"forced_colors": "active"})):
        page.emulate_media(**media)  # type: ignore[arg-type]
        contrasts(page, f"{name} {theme}")
        picture(page, f"{name}-{theme}")
        page.emulate_media(color_scheme="light", forced_colors="none")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    picture(page, f"{name}-320")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440, name
    picture(page, f"{name}-200")
    page.evaluate("document.documentElement.style.fontSize = ''")


def make_case(page: Page, reference: str, title: str) -> None:
    """In the open chooser, by keyboard."""
    page.get_by_role("button", name="Neuer Vorgang").press("Enter")
    page.get_by_role("button", name="Anlegen und wählen").press("Enter")
    expect(page.get_by_role("dialog").get_by_text("Bitte füllen Sie dieses Feld aus")).to_be_visible()
    page.get_by_label("Aktenzeichen").fill(reference)
    page.get_by_label("Bezeichnung").fill(title)
    page.get_by_role("button", name="Anlegen und wählen").press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_upload_choose_a_case_ask_and_read_the_source(open_page: OpenPage, tax: Platform) -> None:
    """AO-08, A11Y-02: from an empty knowledge base to a cited answer; the case is chosen once and shown ever after."""
    page = open_page(tax)
    sign_in_as(page, tax, "a.weber")
    page.goto("/knowledge")
    page.get_by_role("button", name="Wissensbasis anlegen").click()
    page.get_by_label("Name").fill("Festsetzung")
    page.get_by_label("Zweck").fill("Prüfung der Veranlagung")
    page.get_by_role("dialog").get_by_role("button", name="Wissensbasis anlegen").click()
    chosen = page.get_by_role("region", name="Vorgang")
    expect(chosen).to_contain_text("keiner gewählt")
    expect(page.get_by_role("heading", name="Dokumente")).to_have_count(0)
    check(page, "before a case is chosen")
    chosen.get_by_role("button", name="Vorgang wählen").press("Enter")
    make_case(page, REFERENCE, TITLE)
    expect(chosen).to_contain_text(f"{REFERENCE} – {TITLE}")
    file = {"name": "pruefung.pdf", "mimeType": "application/pdf", "buffer": pdf.build(pdf.text_page(WORDS))}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    row = page.get_by_role("row", name=re.compile("pruefung"))
    # The page looks after it ever more rarely here.
    expect(row.get_by_text("bereit")).to_be_visible(timeout=60_000)
    looks(page, "tax-knowledge")

    page.goto("/")
    expect(page.get_by_role("button", name="Vorgang: keiner gewählt")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Wissen:")).click()
    page.get_by_role("dialog").get_by_label("Festsetzung").check()
    page.keyboard.press("Escape")
    question = page.get_by_label("Ihre Nachricht")
    question.fill("Wann fand die Betriebsprüfung der Gärtnerei Sommer statt?")
    question.press("Enter")
    dialog = page.get_by_role("dialog", name="Für welchen Vorgang?")
    looks(page, "tax-chooser")
    page.keyboard.press("Escape")
    expect(question).to_have_value(re.compile("Gärtnerei"))
    question.press("Enter")
    dialog.get_by_role("button", name=REFERENCE).press("Enter")
    answer = page.locator("article.message--answer").last
    expect(answer.get_by_role("button", name="Kopieren")).to_be_visible()
    expect(answer).to_contain_text("12. Mai 2025")
    expect(answer).to_contain_text(f"Zum Vorgang {REFERENCE} – {TITLE}")
    answer.get_by_role("button", name=re.compile("pruefung")).first.click()
    panel = page.get_by_role("complementary", name="Quellen")
    expect(panel).to_contain_text(WORDS)
    image = panel.get_by_role("img")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    expect(panel.get_by_text("Original")).to_have_count(0)
    looks(page, "tax-answer")

    page.reload()
    expect(page.locator("article.message--answer").last).to_contain_text(f"Zum Vorgang {REFERENCE}")
    page.get_by_role("button", name=f"Vorgang: {REFERENCE}").click()
    expect(page.get_by_role("dialog")).to_contain_text("beginnen Sie bitte ein neues Gespräch")
    check(page, "fixed")
    page.get_by_role("dialog").get_by_role("button", name="Neues Gespräch").click()
    expect(page.get_by_role("button", name="Vorgang: keiner gewählt")).to_be_visible()


def test_the_form_of_a_function_and_a_refusal_lead_to_the_chooser(open_page: OpenPage, tax: Platform) -> None:
    """AO-08: ask-documents names the case; colleagues see no foreign one; a case that has gone is chosen anew."""
    with tax._client(tax.token(login="a.weber")) as owner:
        gone = owner.post("/api/v1/cases", json={"reference": "St 2024/001-01"}).raise_for_status().json()["id"]
        page = open_page(tax)
        sign_in_as(page, tax, "a.weber")
        page.goto("/modules/ask-documents")
        page.get_by_label("Frage").fill("Wann fand die Betriebsprüfung der Gärtnerei Sommer statt?")
        start = page.get_by_role("button", name="Starten")
        start.press("Enter")
        dialog = page.get_by_role("dialog", name="Für welchen Vorgang?")
        dialog.get_by_role("button", name=REFERENCE).press("Enter")
        result = page.get_by_role("region", name="Ergebnis")
        expect(result).to_contain_text("12. Mai 2025")
        expect(result).to_contain_text(f"Zum Vorgang {REFERENCE}")
        check(page, "form with a case")
        page.reload()
        expect(page.get_by_role("region", name="Ergebnis")).to_contain_text(f"Zum Vorgang {REFERENCE}")
        expect(page.get_by_role("region", name="Vorgang")).to_contain_text(REFERENCE)

        page.goto("/")
        page.get_by_role("button", name=re.compile("^Vorgang:")).click()
        dialog.get_by_role("button", name="St 2024/001-01").click()
        page.get_by_role("button", name=re.compile("^Wissen:")).click()
        page.get_by_role("dialog").get_by_label("Festsetzung").check()
        page.keyboard.press("Escape")
        owner.delete(f"/api/v1/cases/{gone}").raise_for_status()
        question = page.get_by_label("Ihre Nachricht")
        question.fill("Und wo?")
        question.press("Enter")
        refused = page.get_by_role("alert").filter(has_text="Diesen Vorgang gibt es nicht")
        check(page, "refused")
        refused.get_by_role("button", name="Vorgang wählen").press("Enter")
        expect(dialog.get_by_role("button", name="St 2024/001-01")).to_have_count(0)
        dialog.get_by_role("button", name=REFERENCE).press("Enter")
        expect(question).to_have_value("Und wo?")
        expect(page.get_by_role("button", name=f"Vorgang: {REFERENCE}")).to_be_visible()
    other = open_page(tax)
    sign_in_as(other, tax, "b.yilmaz")
    other.get_by_role("button", name="Vorgang: keiner gewählt").click()
    expect(other.get_by_role("dialog")).to_contain_text("Sie haben noch keinen Vorgang")


def test_the_inspection_draws_decides_and_closes(open_page: OpenPage, tax: Platform) -> None:
    """AO-05, AO-07, A11Y-02: all of it by keyboard, from the welcome to the closed check; a file to take along."""
    with tax._client(tax.token(login="a.weber")) as clerk:
        for _ in range(3):
            assert clerk.post("/api/v1/search", json={"query": "x"}).status_code == 400
        case = clerk.post("/api/v1/cases", json={"reference": "St 2025/9"}).raise_for_status().json()["id"]
        clerk.post("/api/v1/search", json={"query": "x"}, headers={"x-case": case}).raise_for_status()
    page = open_page(tax, accept_downloads=True)
    sign_in_as(page, tax, "v.lindner")
    page.get_by_role("main").get_by_role("link", name="Abrufprüfung").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Abrufprüfung")).to_be_focused()
    expect(page.get_by_text("Wird geladen …")).to_have_count(0)
    page.get_by_label("Anzahl der Abrufe").fill("viele")
    page.get_by_role("button", name="Stichprobe ziehen").press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("von 1 bis 500")
    page.get_by_label("Anzahl der Abrufe").fill("4")
    page.get_by_role("button", name="Stichprobe ziehen").press("Enter")
    expect(page.get_by_role("heading", name="Stichprobe", exact=True)).to_be_visible()
    lots = page.get_by_role("list", name="Gezogene Abrufe").locator("> li")
    expect(lots).to_have_count(4)
    expect(lots.first).to_contain_text("a.weber")
    looks(page, "inspection-check")

    lots.nth(0).get_by_role("radio", name="zulässig", exact=True).press("Space")
    lots.nth(0).get_by_role("button", name="Speichern").press("Enter")
    expect(page.get_by_text("1 von 4 bearbeitet")).to_be_visible()
    lots.nth(1).get_by_role("radio", name="nicht zulässig").press("Space")
    lots.nth(1).get_by_role("button", name="Speichern").press("Enter")
    expect(lots.nth(1).get_by_role("alert")).to_contain_text("Bitte begründen")
    check(page, "reason missing")
    lots.nth(1).get_by_label("Begründung").fill("Kein dienstlicher Anlass")
    lots.nth(1).get_by_role("button", name="Speichern").press("Enter")
    lots.nth(2).get_by_role("radio", name="zu klären").press("Space")
    lots.nth(2).get_by_label("Begründung").fill("Vertretung? Sachgebietsleitung fragen")
    lots.nth(2).get_by_role("button", name="Speichern").press("Enter")
    expect(page.get_by_text("1 nicht zulässig · 1 zu klären")).to_be_visible()
    page.get_by_role("checkbox", name="Nur offene und zu klärende").press("Space")
    expect(lots).to_have_count(2)
    page.reload()
    expect(lots.nth(1).get_by_label("Begründung")).to_have_value("Kein dienstlicher Anlass")
    with page.expect_download() as download:
        page.get_by_role("link", name="Als Tabelle (CSV)").press("Enter")
    assert "Kein dienstlicher Anlass" in download.value.path().read_text("utf-8-sig")

    page.get_by_role("button", name="Prüfung abschließen").press("Enter")
    dialog = page.get_by_role("dialog", name="Prüfung abschließen?")
    expect(dialog).to_contain_text("2 Abrufe sind offen oder zu klären")
    expect(dialog.get_by_role("button", name="Prüfung abschließen")).to_be_disabled()
    check(page, "closing")
    picture(page, "inspection-closing-light")
    dialog.get_by_role("checkbox").press("Space")
    dialog.get_by_role("button", name="Prüfung abschließen").press("Enter")
    expect(page.get_by_text("wird nicht mehr geändert")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    check(page, "closed")

    page.get_by_role("link", name="Alle Stichproben").press("Enter")
    expect(page.get_by_role("table").get_by_text("abgeschlossen am").first).to_be_visible()
    looks(page, "inspection-checks")
    page.get_by_role("link", name="Abrufprotokoll").press("Enter")
    page.get_by_role("combobox", name="Ergebnis").select_option(label="abgelehnt")
    page.get_by_role("button", name="Protokoll lesen").press("Enter")
    expect(page.get_by_role("row").filter(has_text="keiner genannt").first).to_contain_text("abgelehnt")
    page.get_by_role("combobox", name="Ergebnis").select_option(label="alle")
    page.get_by_role("button", name="Protokoll lesen").press("Enter")
    page.get_by_role("button", name="St 2025/9: nur diesen Vorgang zeigen").last.press("Enter")
    expect(page.get_by_text("Ein Eintrag angezeigt")).to_be_visible()
    page.get_by_role("button", name="Alle Vorgänge zeigen").press("Enter")
    expect(page.get_by_role("row").nth(3)).to_be_visible()
    looks(page, "inspection-log")
    page.goto("/audit")
    expect(page.get_by_role("heading", name="Diese Seite gibt es nicht")).to_be_visible()
