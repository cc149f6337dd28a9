# SPDX-License-Identifier: EUPL-1.2
"""The operator's own texts in real Chromium, from the real gateway; without its database, which they don't need."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from genius_gateway.app import create_app
from tests.support.ports import free_port
from tests.unit.gateway.test_settings_and_site import settings

from .test_accessibility import check

pytestmark = pytest.mark.browser
HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>[Klick](javascript:window.hit=1) **fett**"
TEXTS = {
    "kopfzeile": "Ein Angebot der Landesverwaltung",
    "authority": "Ministerium für Digitalisierung",
    "imprint": f"Musterstraße 1\n00000 Musterstadt\n\n{HOSTILE}\n\nDoppelt\n\nDoppelt",
    "privacy": HOSTILE,
    "contact": "Barrieren melden Sie an barrierefrei@land.example.",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("ui") / "own.json"
    file.write_text(json.dumps(TEXTS))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = create_app(settings(profile="local", public_url=url, ui_config_file=file))
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield url
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="de-DE", viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


def test_they_stand_where_they_belong(page: Page) -> None:
    page.goto("/imprint")
    paragraphs = page.locator("main .operator-text")
    expect(paragraphs).to_have_text(["Musterstraße 1\n00000 Musterstadt", HOSTILE, "Doppelt", "Doppelt"])
    expect(page.get_by_text("Ein Angebot der Landesverwaltung")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("Ein Angebot von: Ministerium für Digitalisierung")
    check(page, "imprint with operator's texts")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto("/accessibility")
    expect(page.get_by_text("barrierefrei@land.example")).to_be_visible()
    expect(page.get_by_text("Dieser Text ist vom Betreiber einzutragen.")).to_have_count(0)


@pytest.mark.parametrize("path", ["/imprint", "/privacy"])
def test_markup_is_shown_as_it_is_written(page: Page, path: str) -> None:
    """No script, no picture, no link comes out of an operator's text."""
    page.goto(path)
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    assert page.evaluate("window.hit") is None
    assert page.locator("main img, main script, main .operator-text a").count() == 0
