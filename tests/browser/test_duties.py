# SPDX-License-Identifier: EUPL-1.2
"""Pages of administration, audit and operation, and the terms of use, in real Chromium against the real platform."""

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.platform import Platform

from .conftest import IMAGES, sign_in, to_the_terms
from .test_accessibility import THEMES, check

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PAGES = {
    "behoerdenadministration": (
        "/administration",
        "/administration/modules",
        "/administration/style",
        "/administration/limits",
        "/administration/retention",
        "/administration/knowledge",
        "/administration/tokens",
        "/administration/usage",
    ),
    "revision": ("/audit", "/audit/genuine", "/audit/holds", "/audit/receipts"),
    "betrieb": ("/operation", "/operation/authorities", "/operation/catalogue", "/operation/usage"),
}
PICTURES = {
    "/administration/modules": "administration",
    "/audit/genuine": "audit",
    "/operation/authorities": "operation",
}


def settled(page: Page) -> None:
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    expect(page.get_by_text("Wird geladen …")).to_have_count(0)


def picture(page: Page, path: str, name: str) -> None:
    """For looking at where a folder is named, and for the docs where those are made anew."""
    if folder := os.environ.get("GENIUS_LOOK_AT"):
        page.screenshot(path=Path(folder) / f"{path.strip('/').replace('/', '-')}-{name}.png")
    if os.environ.get("GENIUS_DOC_IMAGES") and name == "light" and path in PICTURES:
        page.screenshot(path=IMAGES / f"{PICTURES[path]}.png")


def contrasts(page: Page, where: str) -> None:
    """What a theme can change; the rest of the rules has been asked in the light one."""
    found = Axe().run(page, options={"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    assert [violation["nodes"] for violation in found.response["violations"]] == [], where


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing_on_the_pages_of_a_role(open_page: OpenPage, platform: Platform, role: str) -> None:
    """A11Y-01, A11Y-05, A11Y-06: each page in each theme, at 320 px and with text of 200 %."""
    page = open_page(platform)
    sign_in(page, platform, role=role)
    for path in PAGES[role]:
        page.goto(path)
        settled(page)
        check(page, path)
        picture(page, path, "light")
        for theme in ("dark", "forced-colors"):
            page.emulate_media(**{"forced_colors": "none", **THEMES[theme]})  # type: ignore[arg-type]
            contrasts(page, f"{path} {theme}")
            picture(page, path, theme)
        page.emulate_media(color_scheme="light", forced_colors="none")
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert page.locator(".page").evaluate("page => page.scrollWidth <= page.clientWidth"), path
        picture(page, path, "320")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440, path


def test_terms_are_read_and_accepted_by_keyboard(open_page: OpenPage, platform: Platform) -> None:
    """PER-02, A11Y-02: purpose, limits, retention, contacts; nothing is ticked; refused without; not asked again."""
    page = open_page(platform)
    to_the_terms(page, next(login for login in platform.stack["logins"] if login["username"] == "e.nowak"))
    expect(page.get_by_role("heading", name="Bevor Sie beginnen")).to_be_focused()
    for part in (
        "Wofür Genius da ist",
        "Was begrenzt ist",
        "Wie lange etwas gespeichert wird",
        "An wen Sie sich wenden",
    ):
        expect(page.get_by_role("heading", name=part)).to_be_visible()
    expect(page.get_by_text("Gespräche: 180 Tage nach der letzten Änderung")).to_be_visible()
    check(page, "terms")
    picture(page, "/terms", "light")
    page.emulate_media(color_scheme="dark")
    contrasts(page, "terms in the dark")
    picture(page, "/terms", "dark")
    page.emulate_media(color_scheme="light")
    box = page.get_by_role("checkbox")
    expect(box).not_to_be_checked()
    page.get_by_role("button", name="Zustimmen und beginnen").press("Enter")
    expect(box).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Bitte bestätigen Sie")
    page.goto("/knowledge")
    expect(page.get_by_role("heading", name="Bevor Sie beginnen")).to_be_visible()
    box.press("Space")
    page.get_by_role("button", name="Zustimmen und beginnen").press("Enter")
    expect(page.get_by_role("heading", name="Wissen", level=1)).to_be_visible()
    page.goto("/")
    expect(page.get_by_label("Ihre Nachricht")).to_be_visible()


def test_a_function_is_switched_off_and_on_by_keyboard(open_page: OpenPage, platform: Platform) -> None:
    """TEN-14, A11Y-02: it asks first; colleagues no longer see it; it comes back."""
    page, other = open_page(platform), open_page(platform)
    sign_in(page, platform, role="behoerdenadministration")
    sign_in(other, platform)
    page.get_by_role("main").get_by_role("link", name="Verwaltung").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Verwaltung")).to_be_focused()
    expect(page.get_by_role("navigation", name="Hauptnavigation").get_by_text("Prüfung")).to_have_count(0)
    page.get_by_role("link", name="Funktionen").press("Enter")
    toggle = page.get_by_role("switch", name="Zusammenfassen einschalten")
    expect(toggle).to_be_checked()
    toggle.press("Space")
    check(page, "dialog")
    page.get_by_role("dialog").get_by_role("button", name="Abschalten").press("Enter")
    expect(page.get_by_text("„Zusammenfassen“ ist abgeschaltet.")).to_be_visible()
    expect(toggle).to_be_focused()
    try:
        other.goto("/modules/summarise")
        expect(other.get_by_text("nicht freigeschaltet")).to_be_visible()
        expect(other.get_by_role("link", name="Zusammenfassen")).to_have_count(0)
    finally:
        toggle.press("Space")
    expect(page.get_by_text("„Zusammenfassen“ ist eingeschaltet.")).to_be_visible()
    other.reload()
    expect(other.get_by_role("heading", level=1, name="Zusammenfassen")).to_be_visible()


def test_the_administration_revokes_a_key_for_programs(open_page: OpenPage, platform: Platform) -> None:
    """AUTH-14, PER-01, A11Y-02: whose it is, what it may and until when; it asks first; the program is refused."""
    with platform.client() as owner:
        wanted = {"name": "Nachtlauf", "scopes": ["search", "documents.read"]}
        made = owner.post("/api/v1/me/tokens", json=wanted).raise_for_status().json()
    page = open_page(platform)
    sign_in(page, platform, role="behoerdenadministration")
    page.goto("/administration/tokens")
    row = page.get_by_role("row").filter(has_text="Nachtlauf")
    expect(row).to_contain_text("Anna Weber")
    expect(row).to_contain_text("Dokumente lesen · In Wissensbasen suchen")
    expect(row).to_contain_text("gültig bis")
    check(page, "keys of the authority")
    picture(page, "/administration/tokens-one", "light")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    picture(page, "/administration/tokens-one", "320")
    page.set_viewport_size({"width": 1440, "height": 900})
    revoke = page.get_by_role("button", name="Zugangsschlüssel „Nachtlauf“ von Anna Weber widerrufen")
    revoke.press("Enter")
    page.keyboard.press("Escape")
    expect(revoke).to_be_focused()
    revoke.press("Enter")
    check(page, "revoke")
    picture(page, "/administration/tokens-revoke", "light")
    page.get_by_role("dialog").get_by_role("button", name="Widerrufen").press("Enter")
    expect(page.get_by_text("„Nachtlauf“ ist widerrufen.")).to_be_visible()
    expect(row).to_have_count(0)
    with platform._client(made["token"]) as program:
        assert program.post("/api/v1/search", json={"query": "x"}).status_code == 401
    page.get_by_role("checkbox", name="Auch abgelaufene und widerrufene").first.press("Space")
    expect(row).to_contain_text("widerrufen am")


def test_limits_and_periods_only_get_tighter(open_page: OpenPage, platform: Platform) -> None:
    """QUO-01, DSG-05, A11Y-02: above the bound the field says why; the summary leads there; a shorter period asks."""
    page = open_page(platform)
    sign_in(page, platform, 1, "behoerdenadministration")
    page.goto("/administration/limits")
    person = page.get_by_role("group", name="Jede Person").get_by_label("Anfragen am Tag")
    person.fill("99.999.999")
    page.get_by_role("button", name="Kontingente speichern").press("Enter")
    link = page.get_by_role("alert").get_by_role("link")
    expect(link).to_contain_text("Der Betrieb erlaubt höchstens")
    check(page, "limit refused")
    link.press("Enter")
    expect(person).to_be_focused()
    person.fill("5.000")
    page.get_by_role("button", name="Kontingente speichern").press("Enter")
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    page.goto("/administration/retention")
    days = page.get_by_label("Gespräche: Tage nach der letzten Änderung")
    days.fill("500")
    page.get_by_role("button", name="Fristen speichern").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("von 1 bis 180")
    days.fill("90")
    page.get_by_role("button", name="Fristen speichern").press("Enter")
    dialog = page.get_by_role("dialog", name="Fristen verkürzen?")
    check(page, "shorter")
    dialog.get_by_role("button", name="Verkürzen und löschen lassen").press("Enter")
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    days.fill("")
    page.get_by_role("button", name="Fristen speichern").press("Enter")
    expect(page.get_by_text("Gespeichert.")).to_be_visible()


def test_an_auditor_searches_and_checks_by_keyboard(open_page: OpenPage, platform: Platform) -> None:
    """AUD-01, PER-01, A11Y-02: a person only with a reason; the records; the check in the page; a hold and its end."""
    page = open_page(platform)
    sign_in(page, platform, role="revision")
    page.goto("/audit")
    page.get_by_label("Pseudonym einer Person").fill(str(uuid4()))
    page.get_by_role("button", name="Suchen").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Anlass")
    check(page, "reason missing")
    page.get_by_role("combobox", name="Anlass").select_option(label="Prüfung")
    page.get_by_role("button", name="Suchen").press("Enter")
    # Nothing is known of nobody but that somebody looked.
    expect(page.get_by_text("1 Eintrag angezeigt")).to_be_visible()
    expect(page.get_by_role("row", name="reason: pruefung")).to_be_visible()
    page.get_by_label("Pseudonym einer Person").fill("")
    page.get_by_role("combobox", name="Bereich").select_option(label="Anmeldungen")
    page.get_by_role("button", name="Suchen").press("Enter")
    expect(page.get_by_role("table").get_by_text("session.begin").first).to_be_visible()
    check(page, "records")
    picture(page, "/audit-records", "light")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    picture(page, "/audit-records", "320")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Echtheit").press("Enter")
    page.get_by_role("button", name="Protokoll jetzt prüfen").press("Enter")
    expect(page.get_by_text("Das Protokoll ist unverändert.")).to_be_visible()
    check(page, "checked")
    picture(page, "/audit/genuine", "light")
    with page.expect_download() as download:
        page.get_by_role("link", name="Protokoll herunterladen").press("Enter")
    assert '"checkpoint"' in download.value.path().read_text()


def test_an_operator_sees_the_platform_and_sets_a_limit(open_page: OpenPage, platform: Platform) -> None:
    """TEN-14, A11Y-02: services, authorities, models; a budget is changed; no page of others is offered."""
    page = open_page(platform)
    sign_in(page, platform, role="betrieb")
    page.get_by_role("main").get_by_role("link", name="Betrieb").press("Enter")
    expect(page.get_by_role("row", name="Datenbank (PostgreSQL) arbeitet")).to_be_visible()
    page.get_by_role("link", name="Behörden").press("Enter")
    page.get_by_role("link", name="Stadt Musterstadt").press("Enter")
    budget = page.get_by_role("group", name="Ganze Behörde").get_by_label("Budget im Monat")
    budget.fill("viel")
    page.get_by_role("button", name="Kontingente speichern").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ganze Zahl")
    budget.fill("900.000.000")
    page.get_by_role("button", name="Kontingente speichern").press("Enter")
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    check(page, "limits of an authority")
    picture(page, "/operation-limits", "light")
    page.get_by_role("link", name="Alle Behörden").press("Enter")
    expect(page.get_by_role("row", name="Stadt Musterstadt").get_by_text("900.000.000")).to_be_visible()
    for path in ("/administration", "/audit"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Diese Seite gibt es nicht")).to_be_visible()


def test_english_is_complete(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-09: the second language on the same pages."""
    page = open_page(platform, locale="en-GB")
    sign_in(page, platform, role="revision")
    page.evaluate("localStorage.setItem('genius.display', JSON.stringify({locale: 'en'}))")
    page.goto("/audit/genuine")
    expect(page.get_by_role("button", name="Check the audit trail now")).to_be_visible()
    check(page, "English")
