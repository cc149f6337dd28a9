# SPDX-License-Identifier: EUPL-1.2
"""The page "Meine Daten" in real Chromium against the real platform: read, take along, delete, keep the receipt."""

import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.platform import Platform

from .conftest import accept_terms, sign_in
from .test_accessibility import check

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
WORD = "Heizungskanarie"


def talk(page: Page) -> None:
    page.get_by_label("Ihre Nachricht").fill(f"Notiz {WORD}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Kopieren").last).to_be_visible()


def picture(page: Page, name: str) -> None:
    """For looking at; only where a folder is named."""
    if folder := os.environ.get("GENIUS_LOOK_AT"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_read_take_along_and_delete(open_page: OpenPage, platform: Platform, tmp_path: Path) -> None:
    """DSG-01, DSG-02, DSG-04, A11Y-02: all of it by keyboard; the receipt is a file; afterwards nothing is there."""
    page = open_page(platform, accept_downloads=True)
    sign_in(page, platform, 1)
    talk(page)
    page.get_by_role("button", name="Benutzerkonto").click()
    page.get_by_role("menuitem", name="Meine Daten").click()
    expect(page.get_by_role("heading", level=1, name="Meine Daten")).to_be_focused()
    conversations = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Gespräche", exact=True))
    expect(conversations).to_contain_text("180 Tage nach der letzten Änderung")
    expect(conversations).to_contain_text("nur die Person selbst")
    with page.expect_download() as download:
        page.get_by_role("link", name="Meine Daten herunterladen").press("Enter")
    copy = tmp_path / "copy.zip"
    download.value.save_as(copy)
    assert download.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(copy) as archive:
        assert any(WORD in archive.read(name).decode() for name in archive.namelist() if name.startswith("gespraeche/"))
    page.get_by_role("button", name="Alle meine Daten löschen").press("Enter")
    dialog = page.get_by_role("dialog", name="Alle Daten löschen?")
    confirm = dialog.get_by_role("button", name="Endgültig löschen")
    expect(confirm).to_be_disabled()
    check(page, "dialog")
    picture(page, "erase-dialog")
    dialog.get_by_role("checkbox").press("Space")
    confirm.press("Enter")
    expect(page.get_by_role("heading", name="Ihre Daten sind gelöscht")).to_be_focused()
    expect(page.get_by_text(WORD)).to_have_count(0)
    check(page, "erased")
    picture(page, "erased")
    with page.expect_download() as download:
        page.get_by_role("link", name="Quittung speichern").press("Enter")
    receipt = json.loads(download.value.path().read_text())
    assert receipt["receipt"]["deleted"]["gateway"]["conversations"] >= 1
    assert receipt["signatures"][0]["signature"]
    page.get_by_role("link", name="Zur Anmeldung").click()
    expect(page.get_by_role("heading", name="Anmelden bei Genius")).to_be_visible()
    # The provider's own session goes on, so it asks for no password.
    page.get_by_role("link", name="Anmelden").or_(page.get_by_role("button", name="Anmelden")).first.click()
    # Nothing is left of the person, so the terms are asked again.
    accept_terms(page)
    expect(page.get_by_label("Ihre Nachricht")).to_be_visible()
    expect(page.get_by_text(WORD)).to_have_count(0)


def test_a_mistake_costs_nothing(open_page: OpenPage, platform: Platform) -> None:
    """DSG-01: Escape leaves everything as it was and gives the focus back; a hold is said beforehand."""
    page = open_page(platform, locale="en-GB", viewport={"width": 320, "height": 640})
    sign_in(page, platform)
    page.goto("/data")
    erase = page.get_by_role("button", name="Alle meine Daten löschen")
    erase.click()
    page.keyboard.press("Escape")
    expect(erase).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    person = page.evaluate("fetch('/api/v1/me').then((answer) => answer.json()).then((me) => me.id)")
    with platform.client(role="revision") as auditor:
        held = auditor.post("/api/v1/holds", json={"person": person, "reason": "verfahren"}).raise_for_status().json()
        try:
            page.reload()
            expect(page.get_by_text("hat eine Sperre gesetzt")).to_be_visible()
            expect(erase).to_have_count(0)
            check(page, "held")
        finally:
            auditor.post(f"/api/v1/holds/{held['id']}/lift", json={"reason": "erledigt"}).raise_for_status()


def test_a_key_for_a_program_is_made_shown_once_and_revoked(open_page: OpenPage, platform: Platform) -> None:
    """AUTH-14, A11Y-01, A11Y-02: by keyboard; what is missing is said; the key works, and after the end no more."""
    page = open_page(platform)
    sign_in(page, platform, 1)
    page.goto("/data")
    page.get_by_role("button", name="Zugangsschlüssel anlegen").press("Enter")
    dialog = page.get_by_role("dialog", name="Zugangsschlüssel anlegen")
    dialog.get_by_role("button", name="Anlegen").press("Enter")
    expect(dialog.get_by_text("Bitte wählen Sie mindestens einen Zweck.")).to_be_visible()
    check(page, "key incomplete")
    dialog.get_by_label("Bezeichnung").fill("Auswertung Posteingang")
    dialog.get_by_role("checkbox", name="In Wissensbasen suchen").press("Space")
    picture(page, "token-new-light")
    dialog.get_by_role("button", name="Anlegen").press("Enter")
    secret = page.get_by_role("textbox", name="Zugangsschlüssel")
    expect(secret).to_have_value(re.compile("^genius_"))
    check(page, "key")
    picture(page, "token-made-light")
    page.emulate_media(color_scheme="dark")
    picture(page, "token-made-dark")
    page.set_viewport_size({"width": 320, "height": 700})
    check(page, "key narrow and dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    picture(page, "token-made-320")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    with platform._client(secret.input_value()) as program:
        assert program.post("/api/v1/search", json={"query": "Wohngeld"}).status_code == 200
        assert program.get("/api/v1/models").status_code in {403, 404}
        page.get_by_role("button", name="Ich habe ihn gespeichert").press("Enter")
        item = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Auswertung Posteingang"))
        expect(item).to_contain_text("gültig bis")
        page.reload()
        expect(item).not_to_contain_text("noch nie")
        check(page, "keys")
        item.scroll_into_view_if_needed()
        picture(page, "tokens-light")
        item.get_by_role("button", name="„Auswertung Posteingang“ widerrufen").press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Widerrufen").press("Enter")
        expect(item).to_contain_text("widerrufen am")
        assert program.post("/api/v1/search", json={"query": "Wohngeld"}).status_code == 401
    expect(page.get_by_text("genius_")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.thorough)])
def test_pictures_to_look_at(open_page: OpenPage, platform: Platform, scheme: str) -> None:
    """A11Y-06: the whole page in both schemes and narrow."""
    for width in (1440, 320):
        page = open_page(platform, color_scheme=scheme, viewport={"width": width, "height": 900})
        sign_in(page, platform)
        page.goto("/data")
        expect(page.get_by_role("heading", name="Was gespeichert ist")).to_be_visible()
        check(page, f"{scheme} {width}")
        picture(page, f"data-{scheme}-{width}")
