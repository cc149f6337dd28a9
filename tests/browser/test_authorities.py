# SPDX-License-Identifier: EUPL-1.2
"""Two authorities in real Chromium: choose the active one; offer a knowledge base, accept it, read it, end it."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.support.platform import Platform

from .conftest import accept_terms, sign_in, to_the_terms
from .test_accessibility import check
from .test_data import picture

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
HERE, THERE = "Ministerium für Heimat und Bauen", "Stadt Musterstadt, Amt für Soziales"


def looks(page: Page, name: str) -> None:
    """A11Y-06: light and wide, dark and narrow."""
    for scheme, width in (("light", 1280), ("dark", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        check(page, f"{name} {scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        picture(page, f"{name}-{scheme}-{width}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_choose_the_authority_by_keyboard(open_page: OpenPage, platform: Platform) -> None:
    """TEN-01, A11Y-02: the page starts anew in the other authority; a tab that shows the one before does so, too."""
    page = open_page(platform)
    to_the_terms(page, next(login for login in platform.stack["logins"] if login["username"] == "g.arslan"))
    accept_terms(page)
    stale = page.context.new_page()
    stale.goto(f"{platform.url}/knowledge")
    expect(stale.get_by_text(HERE)).to_be_visible()
    page.get_by_label("Ihre Nachricht").fill("Entwurf für das Ministerium")
    page.get_by_role("button", name="Benutzerkonto").press("Enter")
    looks(page, "authority-menu")
    page.get_by_role("menuitem", name=f"Wechseln zu: {THERE}").press("Enter")
    expect(page.get_by_text(THERE)).to_be_visible()
    expect(page.get_by_label("Ihre Nachricht")).to_have_value("")
    stale.get_by_role("link", name=re.compile("Bundesrecht")).click()
    expect(stale.get_by_text(THERE)).to_be_visible()
    page.get_by_role("button", name="Benutzerkonto").press("Enter")
    page.get_by_role("menuitem", name=f"Wechseln zu: {HERE}").press("Enter")
    expect(page.get_by_label("Ihre Nachricht")).to_have_value("Entwurf für das Ministerium")


def test_offer_accept_read_and_end(open_page: OpenPage, platform: Platform) -> None:
    """TEN-01, A11Y-02: colleagues by name, the other authority by offer; both sides see the state it is in."""
    name = f"Mietspiegel {uuid4().hex[:6]}"
    with platform.client() as owner:
        body = {"name": name, "purpose": "Probe", "owner": "authority"}
        base = owner.post("/api/v1/knowledge-bases", json=body).raise_for_status().json()["id"]
    with platform._client(platform.token(login="b.yilmaz")) as colleague:
        colleague.get("/api/v1/me").raise_for_status()
    page, other = open_page(platform), open_page(platform)
    sign_in(page, platform)
    page.goto(f"/knowledge/{base}")
    page.get_by_label("Anmeldename").fill("ich.fehle")
    page.get_by_role("button", name="Freigeben").press("Enter")
    expect(page.get_by_text("„ich.fehle“ ist in Ihrer Behörde nicht bekannt")).to_be_visible()
    page.get_by_label("Anmeldename").fill("b.yilmaz")
    page.get_by_role("button", name="Freigeben").press("Enter")
    expect(page.get_by_role("list", name="In Ihrer Behörde")).to_contain_text("Burak Yılmaz")
    page.get_by_label("Behörde", exact=True).select_option(label=THERE)
    page.get_by_role("button", name="Zum Lesen anbieten").press("Enter")
    expect(page.get_by_role("list", name="Andere Behörden")).to_contain_text("Angeboten")
    looks(page, "sharing")

    sign_in(other, platform, 1)
    other.goto("/knowledge")
    expect(other.get_by_role("link", name=re.compile(name))).to_have_count(0)
    expect(other.get_by_role("list", name="Von anderen Behörden")).to_contain_text(f"von: {HERE}")
    looks(other, "incoming")
    other.get_by_role("button", name=f"„{name}“ annehmen").press("Enter")
    other.get_by_role("link", name=re.compile(name)).press("Enter")
    expect(other.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(other.get_by_text(f"Geteilt von: {HERE}")).to_be_visible()
    expect(other.get_by_role("heading", name="Freigaben")).to_have_count(0)

    page.reload()
    expect(page.get_by_role("list", name="Andere Behörden")).to_contain_text("Angenommen")
    page.get_by_role("button", name=f"Freigabe für {THERE} beenden").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Beenden").press("Enter")
    expect(page.get_by_role("list", name="Andere Behörden")).to_have_count(0)
    other.goto("/knowledge")
    expect(other.get_by_role("heading", level=1, name="Wissen")).to_be_visible()
    expect(other.get_by_role("link", name=re.compile(name))).to_have_count(0)
