# SPDX-License-Identifier: EUPL-1.2
"""Say what a knowledge base is there for, by keyboard; and meet the refusal as a person does. In real Chromium."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.platform import Platform

from .conftest import sign_in
from .test_accessibility import check
from .test_data import picture

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
LOOKS = (("light", 1440), ("dark", 1440), ("light", 320))


def look(page: Page, where: str) -> None:
    """A11Y-06: light, dark and narrow."""
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        check(page, f"{where} {scheme} {width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"{where}-{scheme}-{width}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def fill_in(dialog: Locator, name: str) -> None:
    """The form of a new knowledge base that only the search may read, by keyboard, with every mistake once."""
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Name").press("Enter")
    purpose = dialog.get_by_label("Zweck", exact=True)
    expect(dialog.get_by_text("Bitte nennen Sie den Zweck in einem Satz.")).to_be_visible()
    expect(dialog.get_by_label("Alle Funktionen und die Suche")).to_be_checked()
    purpose.fill("Auskünfte zum Wohngeld")
    dialog.get_by_label("Alle Funktionen und die Suche").press("ArrowRight")
    expect(dialog.get_by_label("Nur, was ich auswähle")).to_be_checked()
    dialog.get_by_label("Name").press("Enter")
    expect(dialog.get_by_text("Bitte wählen Sie mindestens eine Verwendung.")).to_be_visible()
    dialog.get_by_label("Suche auf der Seite „Wissen“").press(" ")


def test_state_it_change_it_and_be_refused(open_page: OpenPage, platform: Platform) -> None:
    """DSG-06, A11Y-02: the form, the page, the choosers of chat and module, and the change that opens them."""
    page, name = open_page(platform), f"Wohngeld {uuid4().hex[:6]}"
    sign_in(page, platform)
    page.goto("/knowledge")
    page.get_by_role("button", name="Wissensbasis anlegen").press("Enter")
    dialog = page.get_by_role("dialog", name="Wissensbasis anlegen")
    fill_in(dialog, name)
    look(page, "purpose-create")
    dialog.get_by_label("Name").press("Enter")

    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.get_by_text("Verwendet werden darf sie für: Suche auf der Seite „Wissen“")).to_be_visible()
    expect(page.get_by_role("search").last).to_be_visible()
    look(page, "purpose-page")
    address = page.url

    page.goto("/modules/ask-documents")
    closed = page.get_by_label(name)
    expect(closed).to_be_disabled()
    expect(page.get_by_text("Für diese Funktion nicht zugelassen. Zweck: Auskünfte zum Wohngeld")).to_be_visible()
    # Without a choice it is left out, and the answer says so by name.
    page.get_by_label("Frage").fill("Wie lange wird Wohngeld in der Regel bewilligt?")
    page.get_by_role("button", name=re.compile("^(Starten|Ausführen|Fragen|Antwort)")).first.click()
    expect(
        page.get_by_text(f"Nicht durchsucht, weil ihr Zweck „Dokumente befragen“ nicht zulässt: „{name}“.")
    ).to_be_visible()
    look(page, "purpose-answer")

    page.goto("/")
    page.get_by_role("button", name=re.compile("^Wissen: ")).click()
    expect(page.get_by_role("dialog").get_by_label(name)).to_be_disabled()
    look(page, "purpose-chooser")

    page.goto(address)
    page.get_by_role("button", name="Zweck ändern").press("Enter")
    dialog = page.get_by_role("dialog", name="Zweck ändern")
    expect(dialog.get_by_label("Zweck", exact=True)).to_be_focused()
    dialog.get_by_label("Zweck", exact=True).fill("Auskünfte und Bescheide zum Wohngeld")
    dialog.get_by_label("Chat").check()
    dialog.get_by_label("Suche auf der Seite „Wissen“").uncheck()
    dialog.get_by_role("button", name="Speichern").press("Enter")
    expect(page.get_by_text("Auskünfte und Bescheide zum Wohngeld")).to_be_visible()
    expect(page.get_by_text("Verwendet werden darf sie für: Chat")).to_be_visible()
    expect(page.get_by_text("lässt die Suche auf dieser Seite nicht zu")).to_be_visible()
    expect(page.get_by_role("button", name="Zweck ändern")).to_be_focused()
    page.goto("/")
    page.get_by_role("button", name=re.compile("^Wissen: ")).click()
    expect(page.get_by_role("dialog").get_by_label(name)).to_be_enabled()
    with platform.client() as owner:
        owner.delete(f"/api/v1/knowledge-bases/{address.rpartition('/')[2]}").raise_for_status()
