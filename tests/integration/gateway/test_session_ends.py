# SPDX-License-Identifier: EUPL-1.2
"""When a session ends, what renews it and what does not. Time passes by making the session's row older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from genius_common.database import RowScope
from genius_gateway.auth.sessions import hash_of
from tests.support.gateway import CSRF, Gateway, log_in

BACKGROUND = {"x-background": "1"}
IDLE = timedelta(minutes=45)


async def age(gateway: Gateway, browser: httpx.AsyncClient, *, unseen: int = 0, older: int = 0) -> None:
    """As if nothing had been asked for `unseen` more minutes, and the login was `older` more minutes ago."""
    id_hash = hash_of(browser.cookies["genius-session"])
    change = sa.text(
        "UPDATE sessions SET seen_at = seen_at - make_interval(mins => :unseen),"
        " expires_at = expires_at - make_interval(mins => :older) WHERE id_hash = :id_hash"
    )
    async with gateway.state.database.transaction(RowScope(credential=id_hash)) as connection:
        done = await connection.execute(change, {"id_hash": id_hash, "unseen": unseen, "older": older})
    assert done.rowcount == 1
    # What the gateway remembers for 5 seconds; a test does not wait for that.
    gateway.state.sessions._cache.clear()


async def ends(browser: httpx.AsyncClient, headers: dict[str, str] | None = None) -> tuple[timedelta, timedelta]:
    """How long until the idle and the absolute end, by the server's own `now`."""
    answer = await browser.get("/api/v1/me", headers=headers)
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()["session"]
    assert set(session) == {"idle_ends_at", "ends_at", "now"}
    assert all(value.endswith("Z") for value in session.values())
    at = {name: datetime.fromisoformat(value) for name, value in session.items()}
    assert abs(at["now"] - datetime.now(UTC)) < timedelta(seconds=5)
    return at["idle_ends_at"] - at["now"], at["ends_at"] - at["now"]


def near(found: timedelta, wanted: timedelta) -> bool:
    return abs(found - wanted) < timedelta(seconds=10)


async def test_me_says_when_the_session_ends(gateway: Gateway) -> None:
    """A11Y-08: without that no page can warn."""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        idle, absolute = await ends(browser)
        assert near(idle, IDLE)
        assert near(absolute, timedelta(hours=10))


@pytest.mark.parametrize("name", ["a.weber", "mhb-fachverfahren"])
async def test_tokens_have_no_session(gateway: Gateway, name: str) -> None:
    async with await gateway.client(name) as client:
        answer = await client.get("/api/v1/me")
        assert (answer.status_code, answer.json()["session"]) == (200, None)


async def test_a_request_renews_the_idle_time_and_never_the_absolute_end(gateway: Gateway) -> None:
    """A11Y-08: one request extends."""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        await age(gateway, browser, unseen=43, older=120)
        idle, absolute = await ends(browser)
        assert near(idle, IDLE)
        assert near(absolute, timedelta(hours=8))


async def test_what_the_page_asks_by_itself_renews_nothing(gateway: Gateway) -> None:
    """A page left open polls for documents and asks when the session ends; it ends all the same."""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        await age(gateway, browser, unseen=43)
        for path in ("/api/v1/me", "/api/v1/modules", "/api/v1/conversations", "/api/v1/knowledge-bases"):
            await browser.get(path, headers=BACKGROUND)
        idle, _ = await ends(browser, BACKGROUND)
        assert near(idle, timedelta(minutes=2))
        await age(gateway, browser, unseen=3)
        refused = await browser.get("/api/v1/me", headers=BACKGROUND)
        assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
        assert (await browser.get("/api/v1/me")).status_code == 401


async def test_a_person_extends_right_after_the_page_has_asked(gateway: Gateway) -> None:
    """A11Y-08: what the gateway remembers of the page's own question must not swallow the click on the button."""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        await age(gateway, browser, unseen=43)
        assert near((await ends(browser, BACKGROUND))[0], timedelta(minutes=2))
        assert near((await ends(browser))[0], IDLE)
        assert near((await ends(browser, BACKGROUND))[0], IDLE)


async def test_nothing_extends_beyond_the_absolute_end(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        await age(gateway, browser, older=10 * 60 - 1)
        assert near((await ends(browser))[1], timedelta(minutes=1))
        await age(gateway, browser, older=1)
        assert (await browser.get("/api/v1/me")).status_code == 401


async def test_the_mark_changes_nothing_else(gateway: Gateway) -> None:
    """AUTH-11: it is no credential and no proof of origin, and without a session it says nothing."""
    async with gateway.browser() as browser:
        assert (await browser.get("/api/v1/me", headers=BACKGROUND)).status_code == 401
        await log_in(gateway, browser, "a.weber")
        assert (await browser.post("/auth/logout", headers=BACKGROUND)).status_code == 403
        assert (await browser.post("/auth/logout", headers={**CSRF, **BACKGROUND})).status_code == 200
