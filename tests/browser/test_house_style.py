# SPDX-License-Identifier: EUPL-1.2
"""The house style of an authority in real Chromium: set by its administration, seen in the draft of a clerk."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.platform import Platform

from .conftest import sign_in
from .test_accessibility import check

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
TEMPLATE = "{{dienststelle}}\n\nKassenzeichen: {{kassenzeichen}}\n\n{{anrede}}\n\n{{inhalt}}\n\n{{grussformel}}"


def look(page: Page, name: str) -> None:
    if folder := os.environ.get("GENIUS_LOOK_AT"):
        page.screenshot(path=Path(folder) / f"house-style-{name}.png", full_page=True)


def test_the_administration_sets_it_by_keyboard(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-01, A11Y-02: axe clean; a template that would lose notes is refused at its field; versions can be seen."""
    page = open_page(platform)
    sign_in(page, platform, role="behoerdenadministration")
    page.goto("/administration/style")
    page.get_by_label("Dienststelle").fill("Amt für Erprobung")
    page.get_by_label("Vorlage für Briefe").fill("Guten Tag")
    save = page.get_by_role("button", name="Hausstil speichern")
    save.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("In der Vorlage fehlt {{inhalt}}")
    expect(summary).to_be_focused()
    check(page, "refused")
    look(page, "refused")
    summary.get_by_role("link").press("Enter")
    expect(page.get_by_label("Vorlage für Briefe")).to_be_focused()
    page.get_by_label("Vorlage für Briefe").fill(TEMPLATE)
    save.press("Enter")
    expect(page.get_by_text("Gespeichert als Fassung")).to_be_visible()
    look(page, "saved")
    page.get_by_role("button", name="ansehen").first.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Kassenzeichen: {{kassenzeichen}}")
    look(page, "version")


def test_a_clerk_drafts_in_it(open_page: OpenPage, platform: Platform) -> None:
    """The second authority's administration sets it; its clerk sees letterhead, gap and what the house says."""
    with platform.client(1, "behoerdenadministration") as administration:
        authority = administration.get("/api/v1/me").json()["authority"]["id"]
        where = f"/api/v1/authorities/{authority}/house-style"
        words = [{"instead_of": "Antragsteller", "say": "antragstellende Person"}]
        style = {"closing": "Beste Grüße aus dem Rathaus", "words": words, "templates": {"brief": TEMPLATE}}
        number = administration.get(where).json()["style"]["number"]
        administration.put(where, json={"number": number, **style}).raise_for_status()
    page = open_page(platform)
    sign_in(page, platform, 1)
    page.goto("/modules/draft")
    page.get_by_role("radio", name="Brief").check()
    page.get_by_label("Notizen", exact=False).first.fill("Der Antragsteller bekommt eine Kopie.")
    page.get_by_role("button", name="Starten").press("Enter")
    expect(page.get_by_text("Beste Grüße aus dem Rathaus").first).to_be_visible()
    expect(page.get_by_text("Ihre Behörde schreibt anders")).to_be_visible()
    expect(page.get_by_text("[Bitte ergänzen: Kassenzeichen]").first).to_be_visible()
    look(page, "draft")
