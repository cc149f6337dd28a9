# SPDX-License-Identifier: EUPL-1.2
"""A clerk's day in real Chromium: sign in, ask, open the passage, upload, summarise, draft, stop, reload, sign out."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

from genius_inference.testing import RunningServer
from tests.support import pdf
from tests.support.platform import Platform

from .conftest import sign_in

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
NOTE = [
    "Die Sanierung der Rheinbrücke beginnt am 3. März 2027 und kostet 4,2 Millionen Euro.",
    "Während der Arbeiten wird der Verkehr über die Südbrücke umgeleitet.",
    "Zuständig für Rückfragen ist das Referat für Brückenbau.",
]


@pytest.fixture
def page(open_page: OpenPage, platform: Platform) -> Page:
    signed_in = open_page(platform)
    sign_in(signed_in, platform)
    return signed_in


@pytest.fixture
def page_with_model(open_page: OpenPage, platform_with_model: Platform, model_server: RunningServer) -> Iterator[Page]:
    model_server.clear()
    signed_in = open_page(platform_with_model)
    sign_in(signed_in, platform_with_model)
    yield signed_in
    model_server.clear()


def choose_federal_law(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Wissen")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Bundesrecht").check()
    page.keyboard.press("Escape")


def test_the_notice_comes_before_the_first_input(open_page: OpenPage, platform: Platform) -> None:
    """KI-01: that one talks to an AI is said on the sign-in page, before anything can be typed."""
    page = open_page(platform)
    page.goto("/")
    expect(page.get_by_text("Sie arbeiten hier mit einem KI-System.")).to_be_visible()
    assert page.get_by_role("textbox").count() == 0


def test_ask_the_laws_and_open_the_passage(page: Page) -> None:
    choose_federal_law(page)
    page.get_by_label("Ihre Nachricht").fill("Wie lange wird Wohngeld in der Regel bewilligt?")
    page.keyboard.press("Enter")
    answer = page.locator("article.message--answer").last
    expect(answer).to_contain_text("§ 25 WoGG Bewilligungszeitraum")
    answer.get_by_role("button", name="Quelle 1 anzeigen").first.click()
    panel = page.get_by_role("complementary", name="Quellen")
    expect(panel).to_be_visible()
    expect(panel.locator("mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_ask_documents_says_when_nothing_is_found(page: Page) -> None:
    page.goto("/modules/ask-documents")
    page.get_by_label("Frage").fill("Wann hat das Hallenbad in Oberkassel geöffnet?")
    page.get_by_role("button", name="Starten").click()
    expect(page.get_by_text("In den freigegebenen Dokumenten nicht gefunden").first).to_be_visible()
    hint = page.get_by_text("Versuchen Sie es mit anderen Begriffen")
    expect(hint).to_be_visible()
    page.reload()
    expect(hint).to_be_visible()


def test_upload_a_pdf_ask_it_and_see_the_page(page: Page) -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": "Brücke.pdf", "mimeType": "application/pdf", "buffer": pdf.build(pdf.text_page(*NOTE))}
    )
    expect(page.get_by_text("bereit").first).to_be_visible()
    page.get_by_label("Ihre Nachricht").fill("Was kostet die Sanierung der Brücke?")
    page.keyboard.press("Enter")
    answer = page.locator("article.message--answer").last
    expect(answer).to_contain_text("4,2 Millionen Euro")
    answer.get_by_role("button", name=re.compile(r"Quelle \d anzeigen")).first.click()
    picture = page.get_by_role("img", name=re.compile("Seite 1 von"))
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300


def test_summarise_and_draft(page: Page) -> None:
    page.get_by_role("link", name="Zusammenfassen").first.click()
    page.get_by_label("Text", exact=False).first.fill(" ".join(NOTE) + " Das Wetter war schön. Es gab Kaffee.")
    page.get_by_role("button", name="Starten").click()
    expect(page.get_by_role("heading", name="Ergebnis")).to_be_visible()
    page.goto("/modules/draft")
    page.get_by_label("Notizen", exact=False).first.fill("Mietvertrag fehlt, Frist 14 Tage")
    page.get_by_role("button", name="Starten").click()
    expect(page.get_by_text("Mietvertrag fehlt").last).to_be_visible()
    expect(page.get_by_text("Bitte ergänzen").first).to_be_visible()
    for label, ending, start in (("Als Word-Datei", ".docx", b"PK"), ("Als PDF", ".pdf", b"%PDF-1.7")):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).press("Enter")
        assert download.value.suggested_filename.endswith(ending)
        assert Path(download.value.path()).read_bytes().startswith(start)
    page.get_by_role("button", name="Text bearbeiten").click()
    page.get_by_label("Entwurf bearbeiten").fill("Von Hand geschrieben.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Als Word-Datei").click()
    assert "Von Hand geschrieben." in [p.text for p in docx.Document(download.value.path()).paragraphs]
    page.route("**/export", lambda route: route.abort())
    page.get_by_role("button", name="Als PDF").click()
    expect(page.get_by_role("alert").last).to_be_visible()


def test_stop_keeps_the_text(page_with_model: Page, model_server: RunningServer) -> None:
    page = page_with_model
    model_server.script(delay_s=0.1)
    page.get_by_label("Ihre Nachricht").fill(" ".join(f"wort{number}" for number in range(100)))
    page.keyboard.press("Enter")
    answer = page.locator("article.message--answer").last
    expect(answer).to_contain_text("wort3")
    page.keyboard.press("Escape")
    expect(answer).to_contain_text("Angehalten")
    expect(answer).to_contain_text("wort3")
    assert model_server.wait_for_departure().client_left_after is not None


def test_what_a_stopped_run_had_made_is_there_after_a_reload(
    page_with_model: Page, model_server: RunningServer
) -> None:
    page = page_with_model
    model_server.script(delay_s=0.1)
    page.goto("/modules/summarise")
    page.get_by_label("Text", exact=False).first.fill(" ".join(f"wort{number}" for number in range(100)))
    page.get_by_role("button", name="Starten").click()
    result = page.locator("section.result")
    expect(result).to_contain_text("wort3")
    page.keyboard.press("Escape")
    expect(result).to_contain_text("Angehalten")
    page.reload()
    expect(result).to_contain_text("Angehalten")
    expect(result).to_contain_text("wort3")


def test_a_reload_in_mid_stream_goes_on_without_a_gap(page_with_model: Page, model_server: RunningServer) -> None:
    page = page_with_model
    model_server.script(delay_s=0.08)
    words = [f"wort{number}" for number in range(60)]
    page.get_by_label("Ihre Nachricht").fill(" ".join(words))
    page.keyboard.press("Enter")
    expect(page.locator("article.message--answer").last).to_contain_text("wort5")
    page.reload()
    answer = page.locator("article.message--answer").last
    expect(answer).to_contain_text("wort10")
    expect(page.get_by_role("button", name="Neu erzeugen").last).to_be_visible()
    body = answer.inner_text()
    assert re.findall(r"wort\d+", body) == words


def test_conversations_are_renamed_found_and_deleted(page: Page) -> None:
    page.get_by_label("Ihre Nachricht").fill("Guten Tag")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Kopieren").last).to_be_visible()
    navigation = page.get_by_role("navigation", name="Hauptnavigation")
    navigation.get_by_role("button", name=re.compile("Aktionen für")).first.click()
    page.get_by_role("menuitem", name="Umbenennen").click()
    page.get_by_role("dialog").get_by_label("Titel").fill("Rückfrage Brücke")
    page.get_by_role("dialog").get_by_role("button", name="Speichern").click()
    expect(navigation.get_by_role("link", name="Rückfrage Brücke")).to_be_visible()
    page.get_by_label("Gespräche durchsuchen").fill("Rückfrage")
    expect(navigation.get_by_role("link", name="Rückfrage Brücke")).to_be_visible()
    navigation.get_by_role("button", name="Aktionen für „Rückfrage Brücke“").click()
    page.get_by_role("menuitem", name="Löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
    expect(navigation.get_by_role("link", name="Rückfrage Brücke")).to_have_count(0)


def test_signing_out_ends_the_session(page: Page, platform: Platform) -> None:
    page.get_by_role("button", name=re.compile("Benutzerkonto")).click()
    page.get_by_role("menuitem", name="Abmelden").or_(page.get_by_role("button", name="Abmelden")).first.click()
    expect(page.get_by_role("heading", name="Anmelden bei Genius")).to_be_visible()
    assert page.request.get("/api/v1/me").status == 401


def test_no_token_reaches_the_browser(page: Page) -> None:
    """AUTH-11: the session is a cookie that scripts can't read, and nothing else."""
    assert page.evaluate("document.cookie") == ""
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "eyJ" not in stored
    cookies = page.context.cookies()
    mine = [cookie for cookie in cookies if "genius" in cookie["name"]]
    assert mine
    assert all(cookie["httpOnly"] for cookie in mine)
    assert all(cookie["sameSite"] in {"Strict", "Lax"} for cookie in mine)
