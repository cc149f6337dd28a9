# SPDX-License-Identifier: EUPL-1.2
"""What is kept of a run: the same after a crash as without one, with labels that only rise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.events import (
    Cancelled,
    CitationEvent,
    Done,
    ErrorEvent,
    Event,
    Partial,
    RunStarted,
    Status,
    TextDelta,
    Usage,
    WarningEvent,
    event_adapter,
)
from genius_common.principal import ProtectionClass
from genius_gateway.modules.client import InvalidEvent
from genius_gateway.modules.errors import ModuleOutputTooLarge
from genius_gateway.runs.draft import Draft, may_start_again
from genius_gateway.runs.incoming import Incoming, labels_allowed
from genius_gateway.runs.live import LoggedEvent

RUN = UUID(int=7)
CLASSES = st.sampled_from(list(ProtectionClass))
TOP = ProtectionClass.STEUERGEHEIMNIS


def citation(protection_class: ProtectionClass = ProtectionClass.INTERN, number: int = 1) -> CitationEvent:
    return CitationEvent(
        number=number,
        quote="„Zitat“",
        document=UUID(int=number),
        title="T",
        version="1",
        text="t",
        score=0.5,
        char_from=0,
        char_to=1,
        protection_class=protection_class,
    )


EVENTS = st.one_of(
    st.builds(TextDelta, text=st.text(max_size=5)),
    st.builds(Usage, input_tokens=st.integers(0, 100), output_tokens=st.integers(0, 100)),
    st.builds(WarningEvent, code=st.just("w"), detail=st.text(max_size=5)),
    st.builds(citation, CLASSES, st.integers(1, 9)),
    st.just(Status(phase="searching")),
    st.just(Partial(path="/x", value=1)),
)


def logged(events: list[Event]) -> list[LoggedEvent]:
    return [LoggedEvent.of(event, RUN, seq) for seq, event in enumerate(events, 1)]


def kept(draft: Draft) -> tuple[Any, ...]:
    tokens = (draft.input_tokens, draft.output_tokens)
    return draft.text, draft.citations, draft.warnings, tokens, draft.mode, draft.model, draft.empty


@given(events=st.lists(EVENTS, max_size=12), at=st.integers(0, 12))
def test_a_crash_at_any_event_changes_nothing_of_what_is_kept(events: list[Event], at: int) -> None:
    """REL-08: the log, saved and loaded as JSON, builds the same draft up to there; the rest continues it."""
    everything = logged(events)
    whole = Draft(everything)
    resumed = Draft(LoggedEvent.load(event.data) for event in everything[:at])
    for event in everything[at:]:
        resumed.add(event)
    assert kept(resumed) == kept(whole)
    assert whole.text == "".join(event.text for event in events if isinstance(event, TextDelta))
    assert whole.input_tokens == sum(event.input_tokens for event in events if isinstance(event, Usage))


@given(own=CLASSES, cited=st.lists(CLASSES, max_size=5))
def test_the_label_is_the_highest_of_everything_used(own: ProtectionClass, cited: list[ProtectionClass]) -> None:
    """TEN-15"""
    draft = Draft(logged([citation(item) for item in cited]))
    result = draft.protection_class(own)
    assert result in {own, *cited}
    assert all(result.rank >= item.rank for item in (own, *cited))


@pytest.mark.parametrize(
    ("result", "text", "citations"),
    [
        ({"text": "neu", "citations": []}, "neu", []),
        ({"answer": "neu", "found": True}, "neu", None),
        ({"text": "", "citations": []}, "", []),
        ({"text": 7}, "alt", None),
        ({"text": None, "answer": "nie"}, "alt", None),
        ({"citations": "keine"}, "alt", None),
        ({"citations": [{"number": 2}]}, "alt", [{"number": 2}]),
        ({"citations": [1, 2]}, "alt", []),
        ({"rows": [1]}, "alt", None),
    ],
)
def test_the_result_replaces_what_was_streamed(result: dict[str, Any], text: str, citations: Any) -> None:
    """A result without text (`completeness`, `extract`) leaves what was shown."""
    draft = Draft(logged([TextDelta(text="alt"), citation()]))
    streamed = draft.citations
    draft.add(LoggedEvent.of(Done(result=result), RUN, 3))
    assert draft.text == text
    assert draft.citations == (streamed if citations is None else citations)


def test_a_kept_citation_is_free_of_the_envelope() -> None:
    draft = Draft(logged([citation(number=3)]))
    assert not {"type", "run", "seq"} & draft.citations[0].keys()
    assert (draft.citations[0]["number"], draft.citations[0]["quote"]) == (3, "„Zitat“")
    assert draft.partial_result() == {"text": "", "citations": draft.citations}


@pytest.mark.parametrize("field", ["mode", "model"])
@pytest.mark.parametrize("value", [7, None, [], "a\0b", "zeile\nzwei", "x" * 201])
def test_what_is_no_label_is_left_out(field: str, value: Any) -> None:
    draft = Draft(logged([Done(result={"mode": "template", "model": "m-1"}), Done(result={field: value})]))
    assert (draft.mode, draft.model) == ("template", "m-1")


@pytest.mark.parametrize(
    ("event", "again"),
    [
        (RunStarted(), True),
        (Status(phase="queued"), True),
        (TextDelta(text=""), False),
        (WarningEvent(code="w", detail=""), False),
        (Usage(input_tokens=0, output_tokens=0), False),
        (Partial(path="", value=None), False),
        (citation(), False),
        (Done(result={}), False),
        (ErrorEvent(code="x", detail=""), False),
        (Cancelled(), False),
    ],
    ids=lambda value: getattr(value, "type", None),
)
def test_only_a_run_without_any_result_or_cost_may_start_again(event: Event, again: bool) -> None:
    """Also tokens that were counted would be counted twice."""
    assert may_start_again(event) is again


@given(data=st.lists(EVENTS, max_size=20))
def test_every_event_of_the_contract_passes_until_the_limit(data: list[Event]) -> None:
    """Whatever is within the contract is let through; the limit counts the bytes of all events together."""
    size = sum(len(event.model_dump_json(exclude_none=True).encode()) for event in data)
    generous, tight = Incoming(size + 1000, TOP), Incoming(10, TOP)
    for event in data:
        generous.check(event_adapter.validate_json(event.model_dump_json()))
        with pytest.raises(ModuleOutputTooLarge):
            tight.check(event)


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("model_unavailable", True),
        ("a", True),
        ("e404", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("", False),
        ("Model", False),
        ("4xx", False),
        ("a b", False),
        ("a-b", False),
        ("a\n", False),
        ("straße", False),
    ],
)
def test_a_code_is_one_word_of_ours(code: str, allowed: bool) -> None:
    """AUD-03, LOG-01: it goes into the trail and into clear columns, so no sentence fits into it."""
    for event in (ErrorEvent(code=code, detail="x"), WarningEvent(code=code, detail="x")):
        if allowed:
            Incoming(1000, TOP).check(event)
        else:
            with pytest.raises(InvalidEvent):
                Incoming(1000, TOP).check(event)


@pytest.mark.parametrize(
    ("citations", "known"),
    [
        (None, True),
        ([], True),
        ("text", True),
        ([1, {"protection_class": "vs-nfd"}], True),
        ([{"number": 1}], True),
        ([{"protection_class": "steuergeheimnis"}], True),
        ([{"protection_class": "offen"}, {"protection_class": "streng geheim"}], False),
        ([{"protection_class": "OFFEN"}], False),
        ([{"protection_class": {}}], False),
        ([{"protection_class": None}], False),
    ],
)
def test_an_unknown_label_is_seen(citations: Any, known: bool) -> None:
    """TEN-15; what is no list of citations is not taken as one, so it labels nothing."""
    assert labels_allowed({"citations": citations}, TOP) is known


@given(ceiling=CLASSES, cited=st.lists(CLASSES, max_size=5))
def test_nothing_is_cited_above_the_class_of_the_run(ceiling: ProtectionClass, cited: list[ProtectionClass]) -> None:
    """TEN-15: as an event or in the result, a citation that the run's token could not have opened ends the run."""
    within = all(item.rank <= ceiling.rank for item in cited)
    result = {"citations": [{"protection_class": item.value} for item in cited]}
    assert labels_allowed(result, ceiling) is within
    incoming = Incoming(100_000, ceiling)
    for item in cited:
        if item.rank <= ceiling.rank:
            incoming.check(citation(item))
        else:
            with pytest.raises(InvalidEvent):
                incoming.check(citation(item))


def logged_result(result: dict[str, Any]) -> Draft:
    return Draft([LoggedEvent(1, "done", {"type": "done", "result": result})])


def test_sentences_with_what_no_source_holds_are_kept() -> None:
    sentences = [
        {"text": "Es sind 480 Euro.", "supported": False, "citations": [1], "missing": ["480 Euro"]},
        {"text": "Gern.", "supported": False, "citations": [], "missing": []},
    ]
    draft = logged_result({"text": "Es sind 480 Euro. Gern.", "citations": [], "sentences": sentences})
    assert draft.content["unsupported"] == [{"text": "Es sind 480 Euro.", "missing": ["480 Euro"]}]


@pytest.mark.parametrize(
    "sentences", [None, 1, "x", [1], [{"text": 1, "missing": ["x"]}], [{"text": "a", "missing": [1]}]]
)
def test_what_another_module_calls_sentences_is_left_out(sentences: Any) -> None:
    assert logged_result({"text": "a", "sentences": sentences}).content["unsupported"] == []
