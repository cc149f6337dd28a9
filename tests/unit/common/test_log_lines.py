# SPDX-License-Identifier: EUPL-1.2
"""Log lines under hostile values: one event stays one line and one JSON object, with listed fields alone."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genius_common.telemetry import LOG_FIELDS, LONGEST_VALUE, configure_logging

HOSTILE = [
    "a\r\nb", '\n{"level":"info","message":"forged"}', "\x1b[2J\x1b]0;x\x07", '"},{"a":"', "\\", "\x00\x7f\x85",
    "\u2028\u2029", "\ud800", "\u202e", "%s %(x)s {0} {event}", "x" * 100_000, "\n" * 100_000, "😀" * 50_000,
]  # fmt: skip
FIELDS = sorted(LOG_FIELDS - {"timestamp", "level", "service", "message"})
LINE_BYTES = 16 * 1024


class Lines:
    """What the configured logging has written since the last look."""

    def __init__(self, handler: logging.Handler) -> None:
        self.handler = handler
        self.stream = io.StringIO()
        handler.setStream(self.stream)  # type: ignore[attr-defined]

    def take(self) -> list[dict[str, Any]]:
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        assert all(character == "\n" or " " <= character <= "~" for character in text)
        lines = text.splitlines()
        assert all(len(line) < LINE_BYTES for line in lines)
        found = [json.loads(line) for line in lines]
        assert all(line.keys() <= LOG_FIELDS | {"left_out"} for line in found)
        return found


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging("probe", "debug")
    yield Lines(root.handlers[0])
    root.handlers[:], _ = handlers, root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("field", FIELDS)
def test_a_hostile_value_stays_inside_its_field(lines: Lines, field: str) -> None:
    """LOG-02: line breaks, terminal codes, JSON, half characters and 100 kB in every field that is ever logged."""
    log = structlog.get_logger()
    for value in HOSTILE:
        log.info("an event", **{field: value})
    found = lines.take()
    assert [line["message"] for line in found] == ["an event"] * len(HOSTILE)
    for line, value in zip(found, HOSTILE, strict=True):
        assert line[field] == (value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.dictionaries(st.sampled_from(FIELDS), st.text() | st.integers() | st.none() | st.uuids(), max_size=6))
def test_one_event_is_one_line(lines: Lines, values: dict[str, Any]) -> None:
    """LOG-02"""
    structlog.get_logger().warning("an event", **values)
    (line,) = lines.take()
    assert set(values) <= line.keys()


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_library_writes_one_line_too(lines: Lines, value: str) -> None:
    """LOG-02: also as message, as argument and with fields of its own."""
    # pytest's own handler would put the value into its report, which pytest-xdist can't send.
    logging.getLogger().handlers[:] = [lines.handler]
    logging.getLogger("library").warning(value)
    logging.getLogger("library").error("got %s", value, extra={"secret": value})
    assert len(lines.take()) == 2


def test_what_is_not_listed_is_left_out_and_counted(lines: Lines) -> None:
    """LOG-01: a field that nobody decided on, and a value that would show what is in it."""
    structlog.get_logger().info("an event", prompt="Kanarie", answer="Kanarie", reason={"text": "Kanarie"}, error=[1])
    (line,) = lines.take()
    assert "Kanarie" not in str(line)
    assert (line["left_out"], line["reason"], line["error"]) == (2, "dict", "list")


def test_calls_of_a_http_client_are_no_lines(lines: Lines) -> None:
    """LOG-01: they would hold addresses with ids, one line a call."""
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        client.get("http://qdrant.example/collections/0815")
    assert lines.take() == []
