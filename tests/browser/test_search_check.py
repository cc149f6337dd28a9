# SPDX-License-Identifier: EUPL-1.2
"""The page "Suche prüfen", for who may write to a knowledge base: in real Chromium against the real platform."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.pdf import build, text_page
from tests.support.platform import Platform, wait_document

from .conftest import sign_in
from .test_accessibility import check, picture
from .test_replacing import look

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_ask_see_why_and_where(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-01, A11Y-02, A11Y-06: by keyboard; how it was read, the lists, the passage beside its page."""
    with platform.client() as owner:
        made = owner.post("/api/v1/knowledge-bases", json={"name": "Merkblätter zur Prüfung", "purpose": "Probe"})
        kb = made.raise_for_status().json()["id"]
        lines = ("Das Wohngeld wird in der Regel für zwölf Monate bewilligt.", "Über den Antrag entscheidet das Amt.")
        file = {"file": ("Merkblatt.pdf", build(text_page(*lines)))}
        sent = owner.post(f"/api/v1/knowledge-bases/{kb}/documents", files=file).raise_for_status().json()
        assert wait_document(owner, f"/api/v1/documents/{sent['id']}")["state"] == "ready"
    page = open_page(platform)
    sign_in(page, platform)
    page.goto(f"/knowledge/{kb}")
    page.get_by_role("button", name="Verarbeitung ansehen: Merkblatt").press("Enter")
    dialog = page.get_by_role("dialog", name="Verarbeitung")
    expect(dialog.get_by_role("button", name="Schließen").last).to_be_in_viewport(ratio=1)
    check(page, "how a document was read")
    picture(page, "processing")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Suche prüfen").press("Enter")
    field = page.get_by_role("searchbox", name="Frage oder Stichwörter")
    field.fill("Wie lange wird Wohngeld bewilligt?")
    field.press("Enter")
    expect(page.get_by_text("Als Frage.")).to_be_visible()
    expect(page.get_by_role("row", name="wohngeld").first).to_be_visible()
    more = page.get_by_role("button", name="Warum und wo").first
    more.press("Enter")
    expect(page.get_by_role("table", name="Platz in den Listen der Suche")).to_contain_text("Wörter im Text")
    expect(page.get_by_role("img", name="Merkblatt")).to_be_visible()
    expect(page.locator("mark").first).to_contain_text("zwölf Monate")
    picture(page, "search-check")
    look(page, "search-check", page.get_by_role("table", name="Platz in den Listen der Suche"))
    page.get_by_role("button", name="Schließen").press("Enter")
    expect(more).to_be_focused()
    page.get_by_text("Dokumente eingrenzen").click()
    for kind in ("PDF", "E-Mail"):
        page.get_by_role("checkbox", name=kind).check()
    field.press("Enter")
    expect(more).to_be_visible()
    check(page, "search-check-narrowed")
    page.get_by_role("checkbox", name="PDF").uncheck()
    field.press("Enter")
    expect(page.get_by_text("Auf den Filter passt kein Dokument dieser Wissensbasis.")).to_be_visible()
    page.goto("/modules/ask-documents")
    page.get_by_label("Ihre Frage").fill("Wie lange wird Wohngeld bewilligt?")
    page.get_by_text("Dokumente eingrenzen").click()
    page.get_by_role("checkbox", name="Präsentation").check()
    check(page, "ask-narrowed")
    page.get_by_role("button", name="Starten").click()
    expect(page.get_by_text("Auf den Filter (Art: Präsentation) passt kein Dokument")).to_be_visible()
    page.goto(f"/knowledge/{platform.knowledge_base('Bundesrecht')}/search")
    expect(page.get_by_text("die in der Wissensbasis Dokumente ändern dürfen")).to_be_visible()
