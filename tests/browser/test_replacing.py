# SPDX-License-Identifier: EUPL-1.2
"""A wrong document is replaced by who may write: in real Chromium against the real platform."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.platform import Platform, wait_document

from .conftest import sign_in
from .test_accessibility import THEMES, check
from .test_data import picture

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
QUESTION = "Wie lang ist die Frist für den Widerspruch?"
OLD, NEW = "Merkblatt alt.txt", "Merkblatt neu.txt"


def text_file(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def knowledge_base(owner: httpx.Client, name: str) -> str:
    made = owner.post("/api/v1/knowledge-bases", json={"name": name, "purpose": "Auskunft über Fristen"})
    kb: str = made.raise_for_status().json()["id"]
    file = {"file": (OLD, b"Die Frist f\xc3\xbcr den Widerspruch betr\xc3\xa4gt zwei Wochen.")}
    path = f"/api/v1/knowledge-bases/{kb}/documents"
    state = wait_document(owner, f"/api/v1/documents/{owner.post(path, files=file).raise_for_status().json()['id']}")
    assert state["state"] == "ready"
    return kb


def ask(page: Page, base: str) -> Locator:
    """The sources of the answer, the first one open."""
    page.goto("/modules/ask-documents")
    page.get_by_label("Frage").fill(QUESTION)
    page.get_by_label(base).check()
    page.get_by_role("button", name="Starten").click()
    page.get_by_role("button", name="Quelle 1 anzeigen").first.click()
    return sources(page)


def sources(page: Page) -> Locator:
    panel = page.get_by_role("complementary", name="Quellen")
    expect(panel.locator("mark").first).to_be_visible()
    return panel


def look(page: Page, where: str, at: Locator | None = None) -> None:
    """A11Y-01, A11Y-06: three themes by axe; narrow, nothing sticks out."""
    for theme, options in THEMES.items():
        page.emulate_media(color_scheme=options["color_scheme"], forced_colors=options.get("forced_colors", "none"))  # type: ignore[arg-type]
        check(page, f"{where}, {theme}")
        picture(page, f"{where}-{theme}")
    page.emulate_media(color_scheme="dark", forced_colors="none")
    # 720 wide is what a window of 1440 shows at 200 %.
    for width in (720, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        if at:
            at.scroll_into_view_if_needed()
        picture(page, f"{where}-{width}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def replace_by_keyboard(page: Page, kb: str) -> None:
    page.goto(f"/knowledge/{kb}")
    page.get_by_role("button", name=f"Ersetzen …: {OLD}").press("Enter")
    dialog = page.get_by_role("dialog", name="Dokument ersetzen")
    expect(dialog.get_by_role("button", name="Neue Datei wählen")).to_be_focused()
    dialog.get_by_role("button", name="Ersetzen", exact=True).press("Enter")
    expect(dialog.get_by_text("Bitte wählen Sie die neue Datei.")).to_be_visible()
    look(page, "replace-dialog")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Neue Datei wählen").press("Enter")
    chooser.value.set_files(text_file(NEW, "Die Frist für den Widerspruch beträgt einen Monat."))  # type: ignore[arg-type]
    expect(dialog.get_by_text(f"Gewählt: {NEW}")).to_be_visible()
    dialog.get_by_role("button", name="Ersetzen", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Dokumente")).to_be_focused()


def test_a_replaced_document_is_cited_no_more(open_page: OpenPage, platform: Platform) -> None:
    """DSG-08, A11Y-02: by keyboard; the row and the old citation say by what; the new answer cites the new one only."""
    base = f"Fristen {uuid4().hex[:6]}"
    with platform.client() as owner:
        kb = knowledge_base(owner, base)
    page = open_page(platform)
    sign_in(page, platform)
    expect(ask(page, base)).to_contain_text("zwei Wochen")
    expect(page.get_by_role("complementary", name="Quellen")).not_to_contain_text("Überholt")
    answered = page.url

    replace_by_keyboard(page, kb)
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text=re.compile("^Merkblatt alt"))).to_contain_text(f"Überholt durch „{NEW}“")
    expect(page.get_by_role("button", name=f"Ersetzen …: {NEW}")).to_be_visible()
    expect(page.get_by_role("button", name=f"Ersetzen …: {OLD}")).to_have_count(0)
    look(page, "replaced-list", page.get_by_label("Auch überholte Dokumente zeigen"))
    page.reload()
    expect(rows.filter(has_text=NEW)).to_have_count(1)
    expect(rows.filter(has_text=OLD)).to_have_count(0)
    page.get_by_label("Auch überholte Dokumente zeigen").press("Space")
    expect(rows.filter(has_text=re.compile("^Merkblatt alt"))).to_contain_text(f"Überholt durch „{NEW}“")

    fresh = ask(page, base)
    expect(fresh).to_contain_text("einen Monat")
    expect(fresh).not_to_contain_text("zwei Wochen")
    assert answered != page.url
    page.goto(answered)
    page.get_by_role("button", name="Quelle 1 anzeigen").first.click()
    old = sources(page)
    expect(old).to_contain_text("zwei Wochen")
    expect(old.get_by_role("status").filter(has_text="Überholt")).to_contain_text(f"durch „{NEW}“")
    look(page, "superseded-citation")
    with page.expect_download() as download:
        old.get_by_role("link", name="Neue Fassung öffnen").press("Enter")
    assert "einen Monat" in download.value.path().read_text()


def test_who_is_too_late_is_told(open_page: OpenPage, platform: Platform) -> None:
    """DSG-08: replaced or deleted by somebody else while the page was open; the list shows what holds now."""
    with platform.client() as owner:
        kb = knowledge_base(owner, f"Fristen {uuid4().hex[:6]}")
        page = open_page(platform)
        sign_in(page, platform)
        page.goto(f"/knowledge/{kb}")
        expect(page.get_by_role("button", name=f"Ersetzen …: {OLD}")).to_be_visible()
        path = f"/api/v1/knowledge-bases/{kb}/documents"
        old = owner.get(path).json()["items"][0]["id"]
        file = {"file": ("Schneller.txt", "Die Frist beträgt einen Monat.".encode())}
        other = owner.post(path, params={"replaces": old}, files=file).raise_for_status().json()["id"]
        wait_document(owner, f"/api/v1/documents/{other}")
        too_late(page, OLD, "Dieses Dokument wurde inzwischen schon ersetzt.")
        expect(page.get_by_role("row").filter(has_text="Schneller.txt")).to_have_count(1)
        owner.delete(f"/api/v1/documents/{other}").raise_for_status()
        too_late(page, "Schneller.txt", "gibt es in dieser Wissensbasis nicht oder nicht mehr")
        expect(page.get_by_text("Noch keine Dokumente")).to_be_visible()
    look(page, "too-late")


def too_late(page: Page, name: str, reason: str) -> None:
    page.get_by_role("button", name=f"Ersetzen …: {name}").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(text_file(f"Nach {name}", f"Zu spät für {name}."))  # type: ignore[arg-type]
    dialog.get_by_role("button", name="Ersetzen", exact=True).click()
    expect(page.get_by_role("list", name="Angehängte Dateien").get_by_text(reason)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=reason)).to_have_count(1)
