# SPDX-License-Identifier: EUPL-1.2
"""Limits of failed logins, sessions and codes of the development identity provider, with a clock of our own."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_stack.identity.provider import FREE_ATTEMPTS, LOCK_SECONDS, REMEMBERED_NAMES, LoginGuard
from genius_stack.identity.sessions import (
    CODE_SECONDS,
    IDLE_SECONDS,
    PENDING_SECONDS,
    SESSION_SECONDS,
    AuthorizationRequest,
    Pending,
    SessionStore,
)  # fmt: skip

REQUEST = AuthorizationRequest(
    client_id="genius-web", redirect_uri="http://x/", state=None, nonce=None, scope="openid", code_challenge="c"
)


class Clock:
    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


# --- failed logins


def test_five_tries_are_free_then_the_name_rests_and_gets_one_try_per_half_minute() -> None:
    clock = Clock()
    guard = LoginGuard(clock)
    assert [guard.admit("a") for _ in range(7)] == [True] * FREE_ATTEMPTS + [False, False]
    assert guard.admit("b"), "another name is not concerned"
    clock.now += LOCK_SECONDS
    assert [guard.admit("a") for _ in range(3)] == [True, False, False]
    clock.now += LOCK_SECONDS
    assert guard.admit("a")
    guard.succeeded("a")
    assert [guard.admit("a") for _ in range(6)] == [True] * FREE_ATTEMPTS + [False]


def test_tries_during_the_rest_do_not_make_it_longer() -> None:
    clock = Clock()
    guard = LoginGuard(clock)
    for _ in range(FREE_ATTEMPTS):
        guard.admit("a")
    for _ in range(29):
        clock.now += 1
        assert not guard.admit("a")
    clock.now += 1
    assert guard.admit("a")


def test_memory_is_bounded_and_made_up_names_do_not_free_the_one_under_attack() -> None:
    guard = LoginGuard(Clock())
    for number in range(REMEMBERED_NAMES * 2):
        guard.admit(f"erfunden{number}")
        if number % 100 == 0:
            guard.admit("a")
    assert not guard.admit("a")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 20), st.booleans()), max_size=80))
def test_in_any_half_minute_a_name_gets_at_most_five_wrong_tries(tries: list[tuple[str, float, bool]]) -> None:
    clock = Clock()
    guard = LoginGuard(clock)
    wrong: dict[str, list[float]] = {"a": [], "b": []}
    for name, pause, right in tries:
        clock.now += pause
        if guard.admit(name):
            if right:
                guard.succeeded(name)
                wrong[name].clear()
            else:
                wrong[name].append(clock.now)
        recent = [at for at in wrong[name] if clock.now - at < LOCK_SECONDS]
        assert len(recent) <= FREE_ATTEMPTS


# --- sessions and codes


def test_a_session_ends_by_rest_and_by_age_and_its_file_forgets_it(tmp_path: Path) -> None:
    clock = Clock()
    store = SessionStore(tmp_path / "sessions.json", clock)
    session = store.create(UUID(int=1), "hash")
    clock.now += IDLE_SECONDS - 1
    store.rotate(session, "genius-web")
    clock.now += IDLE_SECONDS - 1
    assert store.get(session.id) is not None, "use keeps it alive"
    clock.now += 1
    assert store.get(session.id) is None
    assert store.by_cookie("hash") is None
    store.save()
    assert orjson.loads((tmp_path / "sessions.json").read_bytes()) == {}
    older = store.create(UUID(int=1), "hash2")
    for _ in range(SESSION_SECONDS // 1000):
        clock.now += 1000
        store.rotate(older, "genius-web")
    assert store.get(older.id) is None, "use does not keep it for ever"


def test_sessions_and_their_next_refresh_tokens_survive_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    store = SessionStore(tmp_path / "s.json", clock)
    kept, ended = store.create(UUID(int=1), "k"), store.create(UUID(int=2), "e")
    token = store.rotate(kept, "genius-web")
    store.end(ended)
    again = SessionStore(tmp_path / "s.json", clock)
    found = again.get(kept.id)
    assert found is not None
    assert found.refresh == {"genius-web": token}
    assert again.get(ended.id) is None


def test_each_client_of_a_session_has_its_own_next_refresh_token(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "s.json", Clock())
    session = store.create(UUID(int=1), "k")
    first = store.rotate(session, "a")
    assert store.rotate(session, "b") != first
    assert session.refresh["a"] == first


def test_codes_and_login_forms_end_by_themselves() -> None:
    """AUTH-09: a code lives at most 60 s."""
    clock = Clock()
    pending = Pending(clock)
    code, ticket = pending.issue_code(REQUEST, UUID(int=1)), pending.open_login(REQUEST)
    clock.now += CODE_SECONDS - 1
    assert pending.code(code) is not None
    clock.now += 1
    assert pending.code(code) is None
    assert pending.login(ticket) == REQUEST
    clock.now += PENDING_SECONDS - CODE_SECONDS
    assert pending.login(ticket) is None
    assert CODE_SECONDS <= 60


def test_a_flood_of_login_forms_pushes_out_the_oldest_only() -> None:
    pending = Pending(Clock())
    tickets = [pending.open_login(REQUEST) for _ in range(1500)]
    assert [pending.login(ticket) is not None for ticket in (tickets[0], tickets[499], tickets[500], tickets[-1])] == [
        False, False, True, True,
    ]  # fmt: skip
    assert len(set(tickets)) == 1500


@pytest.mark.parametrize("value", ["", "x", "\0", "a" * 5000])
def test_made_up_codes_and_tickets_open_nothing(value: str) -> None:
    pending = Pending(Clock())
    pending.issue_code(REQUEST, UUID(int=1))
    assert pending.code(value) is None
    assert pending.login(value) is None
