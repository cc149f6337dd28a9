# SPDX-License-Identifier: EUPL-1.2
"""Share a conversation, read it as a colleague, end it: in real Chromium against the real platform."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.platform import Platform

from .conftest import accept_terms, sign_in, to_the_terms
from .test_accessibility import check
from .test_data import picture

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
COLLEAGUE = "b.yilmaz"
LAW = "Wie lange wird Wohngeld in der Regel bewilligt?"


@dataclass
class Talk:
    """A conversation with an answer from the laws and one from a knowledge base of its owner alone."""

    id: str
    title: str
    secret: str


def ask(owner: httpx.Client, message: str, base: str, conversation: str | None = None) -> dict[str, Any]:
    wanted = {"message": message, "knowledge_bases": [base]} | ({"conversation": conversation} if conversation else {})
    found: dict[str, Any] = owner.post("/api/v1/modules/chat/runs", json={"input": wanted}).raise_for_status().json()
    assert found["state"] == "succeeded", found
    return found


def talk(platform: Platform) -> Talk:
    secret = f"Eulenspiegel{uuid4().hex[:6]}"
    with platform.client() as owner:
        base = (
            owner.post("/api/v1/knowledge-bases", json={"name": f"Privat {secret}", "purpose": "Probe"})
            .raise_for_status()
            .json()["id"]
        )
        file = {"file": (f"{secret}.txt", f"Die Tagung {secret} findet im Oktober in Soest statt.".encode())}
        made = owner.post(f"/api/v1/knowledge-bases/{base}/documents", files=file).raise_for_status().json()["id"]
        while owner.get(f"/api/v1/documents/{made}").json()["state"] not in {"ready", "failed"}:
            time.sleep(0.05)
        found = ask(owner, LAW, platform.knowledge_base("Bundesrecht"))["conversation"]
        ask(owner, f"Wo findet die Tagung {secret} statt?", base, found)
        title = f"Wohngeld {secret}"
        owner.patch(f"/api/v1/conversations/{found}", json={"title": title}).raise_for_status()
    with platform._client(platform.token(login=COLLEAGUE)) as colleague:
        colleague.get("/api/v1/me").raise_for_status()  # nobody shares with somebody who was never there
    return Talk(found, title, secret)


def sign_in_as(page: Page, platform: Platform, username: str) -> None:
    to_the_terms(page, next(login for login in platform.stack["logins"] if login["username"] == username))
    accept_terms(page)


def look_at_the_owners_side(open_page: OpenPage, platform: Platform, shared: Talk) -> None:
    """A11Y-06: the list and the shared conversation, light and wide, dark and narrow."""
    page = open_page(platform)
    sign_in(page, platform)
    for scheme, width in (("light", 1440), ("dark", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/shared")
        row = page.get_by_role("listitem").filter(has_text=shared.title).last
        expect(row.get_by_role("button", name=f"„{shared.title}“ nicht mehr teilen")).to_be_visible()
        check(page, f"list {scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"shared-{scheme}-{width}")


def test_share_read_and_end(open_page: OpenPage, platform: Platform) -> None:
    """TEN-01, TEN-04, A11Y-02: by keyboard; a wrong name is named, the hidden source stays hidden, the end is one."""
    shared = talk(platform)
    page, reader = open_page(platform), open_page(platform)
    sign_in(page, platform)
    page.get_by_role("button", name=f"Aktionen für „{shared.title}“").press("Enter")
    page.get_by_role("menuitem", name="Teilen").press("Enter")
    dialog = page.get_by_role("dialog", name="Gespräch teilen")
    names = dialog.get_by_label("Anmeldenamen")
    expect(names).to_be_focused()
    names.press("Enter")
    expect(dialog.get_by_text("Bitte nennen Sie mindestens eine Person")).to_be_visible()
    names.fill(f"{COLLEAGUE}, ich.fehle")
    names.press("Enter")
    expect(dialog.get_by_text("In Ihrer Behörde nicht gefunden: ich.fehle")).to_be_visible()
    check(page, "dialog with a mistake")
    names.fill(COLLEAGUE)
    dialog.get_by_label("7 Tage").check()
    names.press("Enter")
    expect(dialog.get_by_text("Das Gespräch ist geteilt.")).to_be_visible()
    expect(dialog.get_by_role("list", name="Zurzeit geteilt")).to_contain_text(f"mit {COLLEAGUE}")
    check(page, "dialog")
    picture(page, "share-dialog")

    sign_in_as(reader, platform, COLLEAGUE)
    reader.get_by_role("link", name="Mit mir geteilt").press("Enter")
    expect(reader.get_by_role("heading", level=1, name="Geteilte Gespräche")).to_be_focused()
    check(reader, "list")
    reader.get_by_role("link", name=re.compile(shared.title)).press("Enter")
    expect(reader.get_by_role("heading", level=1, name=shared.title)).to_be_focused()
    expect(reader.get_by_text(LAW)).to_be_visible()
    expect(reader.get_by_text("Das ist eine Kopie zum Lesen")).to_be_visible()
    answers = reader.locator("article.message--answer")
    expect(answers.last).to_contain_text("nicht freigegeben")
    expect(answers.last).not_to_contain_text("Soest")
    answers.first.get_by_role("button", name="Quelle 1 anzeigen").first.press("Enter")
    expect(reader.get_by_role("complementary", name="Quellen").locator("mark").first).to_be_visible()
    check(reader, "snapshot")
    picture(reader, "snapshot")
    reader.keyboard.press("Escape")
    reader.emulate_media(color_scheme="dark")
    reader.set_viewport_size({"width": 320, "height": 900})
    check(reader, "snapshot, dark and narrow")
    sizes = "[document.documentElement.scrollWidth <= 320, document.documentElement.scrollHeight <= 900]"
    assert reader.evaluate(sizes) == [True, True]
    picture(reader, "snapshot-dark-320")
    assert reader.get_by_label("Ihre Nachricht").count() == 0

    look_at_the_owners_side(open_page, platform, shared)
    dialog.get_by_role("button", name=f"„{shared.title}“ nicht mehr teilen").press("Enter")
    expect(dialog.get_by_role("heading", name="Zurzeit geteilt")).to_have_count(0)
    reader.reload()
    expect(reader.get_by_role("heading", name="Dieses Gespräch wird nicht mehr mit Ihnen geteilt.")).to_be_visible()
