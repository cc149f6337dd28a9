# SPDX-License-Identifier: EUPL-1.2
"""The system's Chromium, watched: no CSP violation, no error in the console, no request to any other host."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.support.platform import Platform

# As in scripts/system-packages.sh. The shell is Chromium without a window's surroundings, at half the computing.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), PROGRAMS[0])
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IMAGES = Path(__file__).parents[2] / "docs/images"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed after the last browser test: while it is open, its own loop runs and no asynchronous test can."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


class Watch:
    """What a page must not do, collected while it runs."""

    def __init__(self, page: Page, allowed: set[str]) -> None:
        self.faults: list[str] = []
        self._allowed = allowed
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        # The browser logs every 4xx answer as an error; those that a test provokes are not the page's fault.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc not in self._allowed:
            self.faults.append(f"foreign request: {request.url}")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a watched page of a platform; options are those of a browser context."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def opened(platform: Platform, **options: object) -> Page:
        settings = {"viewport": {"width": 1440, "height": 900}, "locale": "de-DE", "base_url": platform.url, **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, {urlsplit(platform.url).netloc, urlsplit(platform.stack["issuer"]).netloc}))
        return page

    expect.set_options(timeout=15_000)
    yield opened
    for context in contexts:
        context.close()
    assert [fault for watch in watches for fault in watch.faults] == []


def sign_in(page: Page, platform: Platform, authority: int = 0, role: str = "wissenspflege") -> None:
    """From the sign-in page through the provider's form into the application, accepting the terms where asked."""
    to_the_terms(page, platform.login(authority, role))
    accept_terms(page)
    if role in {"wissenspflege", "sachbearbeitung"}:
        expect(page.get_by_label("Ihre Nachricht")).to_be_visible()
    else:
        expect(page.get_by_role("heading", name="Angemeldet")).to_be_visible()


def to_the_terms(page: Page, login: dict[str, Any]) -> None:
    """Through both forms, and nothing accepted yet."""
    page.goto("/")
    page.get_by_role("link", name="Anmelden").or_(page.get_by_role("button", name="Anmelden")).first.click()
    page.get_by_label("Anmeldename").fill(login["username"])
    page.get_by_label("Passwort", exact=True).fill(login["password"])
    page.get_by_role("button", name="Anmelden").click()


def accept_terms(page: Page) -> None:
    """Each person is asked once a version; later sign-ins go straight on."""
    terms = page.get_by_role("heading", name=re.compile("^(Bevor Sie beginnen|Before you begin)$"))
    expect(terms.or_(page.get_by_role("button", name=re.compile("^(Benutzerkonto|User account)")))).to_be_visible()
    if terms.is_visible():
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name=re.compile("^(Zustimmen und beginnen|Agree and begin)$")).click()
        expect(terms).to_have_count(0)
