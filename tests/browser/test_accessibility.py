# SPDX-License-Identifier: EUPL-1.2
"""Every screen in three themes and narrow, by axe and by what axe can't see. Takes the pictures of the docs."""

import os
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.platform import Platform

from .conftest import IMAGES, sign_in
from .test_journey import choose_federal_law

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
THEMES: dict[str, dict[str, object]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced-colors": {"color_scheme": "light", "forced_colors": "active"},
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = {
    "ask": "/modules/ask-documents",
    "summarise": "/modules/summarise",
    "draft": "/modules/draft",
    "knowledge": "/knowledge",
    "data": "/data",
    "shared": "/shared",
    "help": "/help",
    "accessibility": "/accessibility",
}


PICTURES = {
    *("chat", "chat-dark", "start-light", "draft-light", "knowledge-light"),
    *("source-page", "source-text", "search-check", "processing"),
}


def picture(page: Page, name: str) -> None:
    """Write docs/images/<name>.png; only on demand, so that a test run leaves the tree as it was."""
    if os.environ.get("GENIUS_DOC_IMAGES") and name in PICTURES:
        IMAGES.mkdir(exist_ok=True)
        page.screenshot(path=IMAGES / f"{name}.png")


def settle(page: Page) -> None:
    """Until a changed theme is painted: axe reads colours, and would read them half-way."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_function(
        "document.getAnimations().every(one => !(one instanceof CSSTransition) || one.playState !== 'running')"
    )


def check(page: Page, where: str) -> None:
    settle(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    faults = [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found.response["violations"]]
    assert faults == [], where


@pytest.mark.parametrize("theme", ["light", "dark", pytest.param("forced-colors", marks=pytest.mark.thorough)])
def test_axe_finds_nothing_on_any_screen(open_page: OpenPage, platform: Platform, theme: str) -> None:
    """A11Y-01, A11Y-06"""
    page = open_page(platform, **THEMES[theme])
    page.goto("/")
    expect(page.get_by_role("heading", name="Anmelden bei Genius")).to_be_visible()
    check(page, "sign-in")
    picture(page, f"sign-in-{theme}")
    sign_in(page, platform)
    expect(page.get_by_role("heading", name="Womit möchten Sie beginnen?")).to_be_visible()
    check(page, "empty chat")
    picture(page, f"start-{theme}")
    for name, path in SCREENS.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check(page, name)
        picture(page, f"{name}-{theme}")
    page.goto("/")
    choose_federal_law(page)
    page.get_by_label("Ihre Nachricht").fill("Wie lange wird Wohngeld in der Regel bewilligt?")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Quelle 1 anzeigen").first.click()
    expect(page.get_by_role("complementary", name="Quellen")).to_be_visible()
    check(page, "answer with source")
    picture(page, "chat" if theme == "light" else f"chat-{theme}")


def test_nothing_scrolls_sideways_at_320_pixels(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-05: 320 px is 1,280 px at 400 % zoom."""
    page = open_page(platform, viewport={"width": 320, "height": 640})
    sign_in(page, platform)
    for path in ("/", *SCREENS.values()):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        check(page, path)


def test_text_at_200_percent_loses_nothing(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-05"""
    page = open_page(platform)
    sign_in(page, platform)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    send = page.get_by_role("button", name="Senden")
    send.scroll_into_view_if_needed()
    expect(send).to_be_in_viewport()


def test_an_answer_is_announced_once_and_not_by_token(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-03: the live regions change a few times an answer; the thread itself is no live region."""
    page = open_page(platform)
    sign_in(page, platform)
    page.evaluate(
        """() => {
            window.changes = 0
            const live = [...document.querySelectorAll('[role=status], [role=log], [aria-live]')]
            for (const region of live) new MutationObserver(() => { window.changes += 1 })
                .observe(region, {childList: true, characterData: true, subtree: true})
        }"""
    )
    page.get_by_label("Ihre Nachricht").fill("Guten Tag")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Kopieren").last).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("Sprachmodell")
    assert 1 <= page.evaluate("window.changes") <= 5
    assert page.locator("[aria-live] article, [role=log] article").count() == 0


def test_the_main_job_works_by_keyboard(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-02: ask, open the source, close it; the focus is always visible and comes back."""
    page = open_page(platform)
    sign_in(page, platform)
    page.goto("/modules/ask-documents")
    expect(page.get_by_label("Frage")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    page.keyboard.type("Wie lange ist ein Personalausweis gültig?")
    for _ in range(30):
        page.keyboard.press("Tab")
        if "Starten" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    cite = page.get_by_role("button", name="Quelle 1 anzeigen").first
    expect(cite).to_be_visible()
    cite.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Quellen")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cite).to_be_focused()


def test_targets_are_large_enough(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-07: 24 px at least, but for links inside a sentence."""
    page = open_page(platform)
    sign_in(page, platform)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, [role=button], input, select, textarea, nav a')]
            .filter(e => e.checkVisibility() && !e.closest('.kern-sr-only'))
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([, box]) => box.width > 1 && (box.width < 24 || box.height < 24))
            .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
    )
    assert [item for item in small if not re.search("checkbox|radio", item)] == []
