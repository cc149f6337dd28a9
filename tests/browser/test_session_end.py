# SPDX-License-Identifier: EUPL-1.2
"""A11Y-08: the session's end is told in good time, can be put off, and costs nobody a word.

The browser's clock jumps, and the rows of the sessions in PostgreSQL are made as much older.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.support.platform import Platform
from tests.support.session_age import age_sessions

from .conftest import sign_in
from .test_accessibility import THEMES, check

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
TEXT = "Ein angefangener Satz, den niemand verlieren darf"


def working(open_page: OpenPage, platform: Platform, **options: object) -> Page:
    """Signed in, with something written."""
    page = open_page(platform, **options)
    page.clock.install()
    sign_in(page, platform)
    page.get_by_label("Ihre Nachricht").fill(TEXT)
    return page


def pass_time(page: Page, platform: Platform, minutes: int, *, login: int = 0) -> None:
    """`minutes` without a request; the login lies `login` minutes back beside that."""
    age_sessions(platform, unseen=minutes, older=minutes + login)
    page.clock.fast_forward(minutes * 60_000 + 5000)


def idle_warning(page: Page) -> Locator:
    return page.get_by_role("alertdialog", name="Möchten Sie weiter arbeiten?")


def minutes_left(page: Page) -> float:
    """By the server, without prolonging."""
    return float(
        page.evaluate(
            """async () => {
                const answer = await fetch('/api/v1/me', {headers: {'x-background': '1'}})
                const { session } = await answer.json()
                return (Date.parse(session.idle_ends_at) - Date.parse(session.now)) / 60000
            }"""
        )
    )


def test_the_warning_is_accessible_and_one_key_goes_on(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-08, A11Y-01: at 42 of 45 minutes, in each theme; Enter extends with one request."""
    page = working(open_page, platform)
    pass_time(page, platform, 42)
    dialog = idle_warning(page)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text("Noch 3 Minuten.")
    expect(dialog).to_have_accessible_description(re.compile(r"endet Ihre Sitzung um \d\d:\d\d Uhr"))
    expect(dialog.get_by_role("button", name="Weiter arbeiten")).to_be_focused()
    for theme, media in THEMES.items():
        page.emulate_media(**media)  # type: ignore[arg-type]
        check(page, f"warning, {theme}")
    assert minutes_left(page) < 3.1
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert [request.url.removeprefix(platform.url) for request in asked] == ["/api/v1/me"]
    assert minutes_left(page) > 44
    expect(page.get_by_label("Ihre Nachricht")).to_be_focused()
    expect(page.get_by_label("Ihre Nachricht")).to_have_value(TEXT)


def test_the_keyboard_stays_in_the_warning(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-02: Tab goes round inside; Escape means that someone is there."""
    page = working(open_page, platform)
    pass_time(page, platform, 42)
    expect(idle_warning(page)).to_be_visible()
    reached = set()
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('dialog') ? document.activeElement.textContent : ''"))
    assert {"Schließen", "Abmelden", "Weiter arbeiten"} <= reached
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)") is False
    page.keyboard.press("Escape")
    expect(idle_warning(page)).to_be_hidden()
    assert minutes_left(page) > 44


def test_the_warning_fits_narrow_and_enlarged_pages(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-05"""
    page = working(open_page, platform)
    pass_time(page, platform, 42)
    dialog = idle_warning(page)
    expect(dialog).to_be_visible()
    button = dialog.get_by_role("button", name="Weiter arbeiten")
    for width, size in ((320, "100%"), (640, "200%")):
        page.set_viewport_size({"width": width, "height": 568})
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        assert dialog.evaluate(
            "box => box.scrollWidth <= box.clientWidth && box.getBoundingClientRect().right <= innerWidth"
        ), width
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)


def test_after_the_end_one_signs_in_and_is_back_with_every_word(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-08: the page says in plain words what happened; text of the chat and of a form is there again."""
    page = working(open_page, platform)
    page.get_by_role("link", name="Entwerfen").or_(page.locator("a[href='/modules/draft']")).first.click()
    page.get_by_label("Notizen", exact=False).first.fill("Mietvertrag fehlt, Frist 14 Tage")
    pass_time(page, platform, 50)
    expect(page.get_by_role("heading", name="Ihre Sitzung ist beendet")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Was Sie geschrieben haben, ist dann wieder da.")
    expect(page.get_by_text("Mietvertrag fehlt")).to_have_count(0)
    check(page, "ended")
    page.get_by_role("link", name="Erneut anmelden").click()
    sign_in_again(page, platform)
    expect(page).to_have_url(f"{platform.url}/modules/draft")
    expect(page.get_by_label("Notizen", exact=False).first).to_have_value("Mietvertrag fehlt, Frist 14 Tage")
    page.goto("/")
    expect(page.get_by_label("Ihre Nachricht")).to_have_value(TEXT)


def sign_in_again(page: Page, platform: Platform) -> None:
    """The provider may still know the person; then it sends the browser straight back."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).not_to_have_text("Ihre Sitzung ist beendet")
    if page.get_by_label("Anmeldename").is_visible():
        login = platform.login()
        page.get_by_label("Anmeldename").fill(login["username"])
        page.get_by_label("Passwort", exact=True).fill(login["password"])
        page.get_by_role("button", name="Anmelden").click()


def test_after_the_end_nothing_of_the_work_is_left_to_read(open_page: OpenPage, platform: Platform) -> None:
    """A machine left alone shows neither the thread nor what was read out of it, also not to a screen reader."""
    page = open_page(platform)
    page.clock.install()
    sign_in(page, platform)
    page.get_by_label("Ihre Nachricht").fill("Guten Tag, ich heiße Rumpelstilzchen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Kopieren").last).to_be_visible()
    expect(page.get_by_role("log")).not_to_be_empty()
    pass_time(page, platform, 50)
    expect(page.get_by_role("heading", name="Ihre Sitzung ist beendet")).to_be_visible()
    expect(page.get_by_role("log")).to_be_empty()
    assert "Rumpelstilzchen" not in page.content()
    assert "Rumpelstilzchen" not in page.title()


def test_a_message_that_comes_too_late_is_not_lost(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-08: sent after the end, before the page knew of it."""
    page = working(open_page, platform)
    age_sessions(platform, unseen=50)
    page.get_by_label("Ihre Nachricht").press("Enter")
    page.get_by_role("link", name="Erneut anmelden").click()
    sign_in_again(page, platform)
    expect(page.get_by_label("Ihre Nachricht")).to_have_value(TEXT)


def test_signing_out_and_another_person_find_no_drafts(open_page: OpenPage, platform: Platform) -> None:
    page = working(open_page, platform)
    drafts = "Object.values(sessionStorage).filter((text) => text.includes('angefangener Satz')).length"
    assert page.evaluate(drafts) == 1
    pass_time(page, platform, 42)
    idle_warning(page).get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", name="Anmelden bei Genius")).to_be_visible()
    assert page.evaluate(drafts) == 0
    page.evaluate("sessionStorage.setItem('genius.draft.someone-else.new', 'Ein angefangener Satz')")
    sign_in(page, platform, authority=1)
    assert page.evaluate(drafts) == 0
    expect(page.get_by_label("Ihre Nachricht")).to_have_value("")


def test_the_last_end_is_told_and_stays_in_sight(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-08: it can't be put off; one is told how long it is, and that nothing is lost."""
    page = working(open_page, platform)
    page.keyboard.press("Tab")
    pass_time(page, platform, 2, login=10 * 60 - 11)
    page.reload()
    dialog = page.get_by_role("alertdialog", name="Bald müssen Sie sich neu anmelden")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Es geht nichts verloren")
    check(page, "last end")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    line = page.get_by_text(re.compile(r"^Ihre Sitzung endet um \d\d:\d\d Uhr"))
    expect(line).to_be_visible()
    check(page, "line of the last end")
    page.get_by_role("link", name="Jetzt neu anmelden").click()
    sign_in_again(page, platform)
    expect(page.get_by_label("Ihre Nachricht")).to_have_value(TEXT)
    expect(line).to_have_count(0)


def test_an_open_page_does_not_keep_itself_alive(open_page: OpenPage, platform: Platform) -> None:
    """A11Y-08: looks of the page renew nothing, however often it comes to the front."""
    page = working(open_page, platform)
    pass_time(page, platform, 42)
    expect(idle_warning(page)).to_be_visible()
    before = minutes_left(page)
    for _ in range(3):
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.wait_for_timeout(300)
    assert minutes_left(page) <= before
