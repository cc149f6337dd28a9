# SPDX-License-Identifier: EUPL-1.2
"""Events are closed models: what no one declared does not pass."""

import uuid

import pytest
from pydantic import ValidationError

from genius_common.events import FINAL_TYPES, Done, TextDelta, dump_event, event_adapter, is_final
from genius_common.principal import ProtectionClass

EXAMPLES = [
    {"type": "run.started", "conversation": str(uuid.uuid4())},
    {"type": "status", "phase": "searching"},
    {"type": "text.delta", "text": "Hallo"},
    {"type": "partial", "path": "/text", "value": 3},
    {"type": "item", "index": 0, "state": "succeeded", "value": {"a": 1}},
    {"type": "warning", "code": "x", "detail": "y"},
    {"type": "usage", "input_tokens": 3, "output_tokens": 0},
    {"type": "done", "result": {"text": None}},
    {"type": "cancelled"},
    {"type": "error", "code": "x", "detail": "y", "retryable": True},
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["type"])
def test_events_survive_a_round_trip(example: dict[str, object]) -> None:
    event = event_adapter.validate_python(example)
    assert event_adapter.validate_python(dump_event(event)) == event
    assert is_final(event) is (example["type"] in FINAL_TYPES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["type"])
def test_unknown_fields_are_refused(example: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        event_adapter.validate_python({**example, "role": "admin"})


@pytest.mark.parametrize("wrong", [{}, {"type": "eval"}, {"type": "usage", "input_tokens": -1, "output_tokens": 0}])
def test_unknown_events_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        event_adapter.validate_python(wrong)


def test_a_result_keeps_its_nulls() -> None:
    assert dump_event(Done(result={"a": None}))["result"] == {"a": None}
    assert dump_event(TextDelta(text="")) == {"type": "text.delta", "text": ""}


def test_the_highest_protection_class_wins() -> None:
    """TEN-15, the rule itself: an answer is as sensitive as the most sensitive thing in it."""
    highest = ProtectionClass.highest
    assert highest([]) == ProtectionClass.OFFEN
    assert highest([ProtectionClass.INTERN, ProtectionClass.SOZIALDATEN, ProtectionClass.OFFEN]) == "sozialdaten"
    assert highest(list(ProtectionClass)) == ProtectionClass.STEUERGEHEIMNIS
