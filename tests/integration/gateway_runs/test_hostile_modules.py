# SPDX-License-Identifier: EUPL-1.2
"""A module may send anything: its run still ends at once, once, with a typed end, and harms no other run."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.scripted_module import ScriptedModules

from .conftest import Schema
from .test_conversations import CHAT, messages
from .test_runs import Events, stream

DELTA = {"type": "text.delta", "text": "eins "}
RESULT = {"text": "fertig", "mode": "template"}
INVALID_EVENTS: dict[str, dict[str, Any]] = {
    "more tokens than a counter holds": {"type": "usage", "input_tokens": 2**63, "output_tokens": 0},
    "more tokens than JSON holds": {"type": "usage", "input_tokens": 2**80, "output_tokens": 0},
    "negative tokens": {"type": "usage", "input_tokens": -1, "output_tokens": 0},
    "NUL in a code": {"type": "error", "code": "a\0b", "detail": "x", "retryable": False},
    "content in a code": {"type": "error", "code": "Frau Müller, Hauptstr. 5", "detail": "x"},
    "an endless code": {"type": "error", "code": "a" * 10_000, "detail": "x"},
    "an empty code": {"type": "error", "code": "", "detail": "x"},
    "content in a warning's code": {"type": "warning", "code": "Frau Müller", "detail": "x"},
    "an integer beyond 64 bits": {"type": "partial", "path": "/n", "value": 2**70},
    "a result with such an integer": {"type": "done", "result": {**RESULT, "citations": [{"number": 2**70}]}},
    "the gateway's own event": {"type": "run.started"},
    "a sequence number": {**DELTA, "seq": 7},
    "an unknown type": {"type": "text.replace", "text": "x"},
    "no text": {"type": "text.delta"},
    "a lone surrogate": {"type": "text.delta", "text": "\ud800"},
}
INVALID_RESULTS: dict[str, dict[str, Any]] = {
    "an unknown protection class": {**RESULT, "citations": [{"protection_class": "vs-nfd"}]},
    "a protection class that is a list": {**RESULT, "citations": [{"protection_class": ["offen"]}]},
    "a protection class that is null": {**RESULT, "citations": [{"protection_class": None}]},
}


async def play(client: httpx.AsyncClient, modules: ScriptedModules, *events: dict[str, Any]) -> Events:
    """A run whose module sends exactly `events`."""
    modules.raw["raw"] = list(events)
    return await stream(client, "raw")


async def assert_failed(client: httpx.AsyncClient, events: Events, code: str) -> dict[str, Any]:
    assert [data["type"] for _, data in events] == ["run.started", "text.delta", "error"]
    assert (events[-1][1]["code"], events[-1][1]["retryable"]) == (code, False)
    stored: dict[str, Any] = (await client.get(f"/api/v1/runs/{events[0][1]['run']}")).json()
    assert (stored["state"], stored["error"]["code"]) == ("failed", code)
    assert stored["result"] == {"text": "eins ", "citations": []}
    return stored


@pytest.mark.parametrize("name", INVALID_EVENTS)
async def test_an_event_outside_the_contract_ends_the_run(
    client: httpx.AsyncClient, modules: ScriptedModules, schema: Schema, name: str
) -> None:
    """REL-04: the part before it is kept and marked. AUD-03: nothing that a module says gets into the trail."""
    events = await play(client, modules, DELTA, INVALID_EVENTS[name], {"type": "done", "result": RESULT})
    stored = await assert_failed(client, events, "module_event_invalid")
    outcomes = schema.execute("SELECT outcome FROM audit_records WHERE object = %s ORDER BY seq", (stored["id"],))
    assert outcomes == [("ok",), ("module_event_invalid",)]


@pytest.mark.parametrize("name", INVALID_RESULTS)
async def test_a_result_that_cannot_be_kept_ends_the_run(
    client: httpx.AsyncClient, modules: ScriptedModules, name: str
) -> None:
    """TEN-15: a label that nobody knows is refused and not taken for a low one."""
    events = await play(client, modules, DELTA, {"type": "done", "result": INVALID_RESULTS[name]})
    await assert_failed(client, events, "result_invalid")


async def test_labels_of_a_result_that_are_none_are_left_out(
    client: httpx.AsyncClient, modules: ScriptedModules
) -> None:
    """A mode or a model's name lies in clear: only what is one; citations of another shape are no citations."""
    hostile = {"text": "fertig", "mode": "Frau\0Müller", "citations": [1, "protection_class"]}
    modules.raw["raw"] = [{"type": "done", "result": hostile}]
    run = (await client.post(CHAT, json={"input": {"message": "raw"}})).json()
    assert (run["state"], run["mode"], run["result"]) == ("succeeded", None, hostile)
    _, answer = await messages(client, run["conversation"])
    assert (answer["text"], answer["mode"], answer["citations"]) == ("fertig", None, [])


async def test_endless_output_is_ended(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    """The manifest's limit of bytes bounds what the gateway keeps in memory of one run."""
    delta = {"type": "text.delta", "text": "x" * 100_000}
    events = await play(client, modules, *[delta] * 15, {"type": "done", "result": RESULT})
    assert (events[-1][1]["type"], events[-1][1]["code"]) == ("error", "module_output_too_large")
    assert len(events) == 1 + 9 + 1
    run = (await client.get(f"/api/v1/runs/{events[0][1]['run']}")).json()
    assert (run["state"], run["partial"], len(run["result"]["text"])) == ("failed", True, 900_000)


@pytest.mark.parametrize("code", ["a\0b", "Frau Müller", "", "a" * 100])
async def test_a_refusal_with_an_impossible_code(
    client: httpx.AsyncClient, modules: ScriptedModules, schema: Schema, code: str
) -> None:
    """AUD-03: also the code of a refusal before the start comes from the module."""
    modules.refusal = code
    try:
        events = await stream(client, "refuse")
    finally:
        modules.refusal = "scripted_refusal"
    assert events[-1][1]["code"] == "module_event_invalid"
    run = events[0][1]["run"]
    outcomes = schema.execute("SELECT outcome FROM audit_records WHERE object = %s ORDER BY seq", (run,))
    assert outcomes == [("ok",), ("module_event_invalid",)]


async def test_the_protection_class_stays_with_run_answer_and_conversation(
    client: httpx.AsyncClient, modules: ScriptedModules
) -> None:
    """TEN-15: all carry the highest class that went in, also when the module cites less and when the run fails."""
    cited = [{"number": n, "protection_class": name} for n, name in enumerate(("offen", "intern"), 1)]
    modules.raw["raw"] = [{"type": "done", "result": {**RESULT, "citations": cited}}]
    asked = {"input": {"message": "raw"}, "protection_class": "personenbezogen"}
    run = (await client.post(CHAT, json=asked)).json()
    assert run["protection_class"] == "personenbezogen", run
    conversation = f"/api/v1/conversations/{run['conversation']}"
    assert (await client.get(conversation)).json()["protection_class"] == "personenbezogen"
    again = {"input": {"message": "cut", "conversation": run["conversation"]}}
    assert (await client.post(CHAT, json=again)).json()["protection_class"] == "personenbezogen"
    classes = [message["protection_class"] for message in await messages(client, run["conversation"])]
    assert classes == ["personenbezogen", "personenbezogen", "intern", "personenbezogen"]


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_module_that_cites_above_the_class_of_its_run(
    client: httpx.AsyncClient, modules: ScriptedModules, streamed: bool
) -> None:
    """TEN-15: its token could not have opened that; the run ends, and nothing of the citation is kept."""
    cited = {
        "number": 1, "document": str(uuid4()), "title": "t", "version": "v", "text": "geheim", "quote": "geheim",
        "score": 1.0, "char_from": 0, "char_to": 6, "protection_class": "sozialdaten",
    }  # fmt: skip
    event = {"type": "citation", **cited} if streamed else {"type": "done", "result": {**RESULT, "citations": [cited]}}
    modules.raw["raw"] = [event, {"type": "done", "result": RESULT}]
    answer = await client.post(CHAT, json={"input": {"message": "raw"}})
    run = answer.json()
    assert (run["state"], run["error"]["code"]) == ("failed", "module_event_invalid" if streamed else "result_invalid")
    assert "geheim" not in answer.text
    assert "geheim" not in str(await messages(client, run["conversation"]))


async def test_text_in_every_script_survives_unchanged(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    text = "NUL \0, ‮rtl‬, \u2028 \u2029 \r\n, 👩‍⚖️, e\u0301, \ufeff, </script>, data: x\n\nevent: done\n\n"
    events = await play(
        client, modules, {"type": "text.delta", "text": text}, {"type": "done", "result": {**RESULT, "text": text}}
    )
    assert [data["text"] for _, data in events if data["type"] == "text.delta"] == [text]
    run = (await client.get(f"/api/v1/runs/{events[0][1]['run']}")).json()
    assert run["result"]["text"] == text
