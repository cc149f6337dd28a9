# SPDX-License-Identifier: EUPL-1.2
"""The pauses between starts of a program that crashes, as a state machine over a clock of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_stack.backoff import FIRST_PAUSE, LONGEST_PAUSE, STABLE_SECONDS, Backoff
from genius_stack.supervisor import ending, in_seconds, last_line


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def life(backoff: Backoff, clock: Clock, seconds: float) -> float:
    """The program starts, lives `seconds`, crashes; answers the pause and lets it pass."""
    backoff.started()
    clock.now += seconds
    pause = backoff.crashed()
    clock.now += pause
    return pause


def test_pauses_double_up_to_half_a_minute() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    assert [life(backoff, clock, 1) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff.in_a_row == 8


@pytest.mark.parametrize(("lived", "pause", "in_a_row"), [(59.9, 4.0, 4), (60.0, 4.0, 4), (60.1, 0.5, 1)])
def test_only_more_than_a_minute_of_life_makes_it_short_again(lived: float, pause: float, in_a_row: int) -> None:
    clock = Clock()
    backoff = Backoff(clock)
    for _ in range(3):
        life(backoff, clock, 0)
    assert life(backoff, clock, lived) == pause
    assert backoff.in_a_row == in_a_row


def test_a_start_that_fails_counts_like_a_crash_and_time_in_pauses_is_no_life() -> None:
    """While the disk is full there is no start, only failed tries: their pauses must go on growing."""
    clock = Clock()
    backoff = Backoff(clock)
    pauses = [life(backoff, clock, 0) for _ in range(7)]
    assert pauses[-1] == LONGEST_PAUSE
    for _ in range(3):
        backoff.started()
        assert backoff.crashed() == LONGEST_PAUSE
        clock.now += LONGEST_PAUSE


@given(st.lists(st.floats(0, 200, allow_nan=False), min_size=1, max_size=200))
def test_whatever_happens_pauses_stay_in_bounds_and_depend_on_quick_crashes_only(lives: list[float]) -> None:
    clock = Clock()
    backoff = Backoff(clock)
    quick = 0
    for lived in lives:
        started = clock.now
        pause = life(backoff, clock, lived)
        quick = 1 if (started + lived) - started > STABLE_SECONDS else quick + 1
        assert backoff.in_a_row == quick
        assert pause == min(FIRST_PAUSE * 2 ** (quick - 1), LONGEST_PAUSE)


def test_thousands_of_crashes_overflow_nothing() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    assert {life(backoff, clock, 0) for _ in range(5000)} == {0.5, 1, 2, 4, 8, 16, 30}


@pytest.mark.parametrize(("value", "text"), [(0.5, "0,5 s"), (1.0, "1 s"), (16.0, "16 s"), (0.05, "0,05 s")])
def test_pauses_are_said_in_german(value: float, text: str) -> None:
    assert in_seconds(value) == text


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "Code 0"), (137, "Code 137"), (-9, "Signal SIGKILL"), (-15, "Signal SIGTERM"), (-99, "Signal 99")],
)
def test_how_it_ended_is_said_in_words(code: int, words: str) -> None:
    assert ending(code) == words


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", ""),
        (b"\n \n", ""),
        (b"erst\nzuletzt\n\n", "zuletzt"),
        (b"a" * 5000, "a" * 300),
        (b"kein \xff UTF-8", "kein \ufffd UTF-8"),
    ],
)
def test_the_end_of_a_log_is_short_and_readable(tmp_path, content: bytes, line: str) -> None:
    log = tmp_path / "dienst.log"
    log.write_bytes(content)
    assert last_line(log) == line
    assert last_line(tmp_path / "fehlt.log") == ""
