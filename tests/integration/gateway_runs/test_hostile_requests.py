# SPDX-License-Identifier: EUPL-1.2
"""Requests that nobody should send: each gets a typed answer of the client's fault, and changes nothing."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.support.scripted_module import ScriptedModules

from .conftest import Schema
from .test_conversations import CHAT, CONVERSATIONS, messages, turn
from .test_runs import RUNS, again, ended, start

# Fixed, so that each process that collects the tests gives them the same names.
UNKNOWN_ID = "7b1f0d52-6c1e-4a3e-9a51-2f0e6c9d8b47"
HOSTILE_IDS = ["quatsch", "0", "-1", "\0", "../..", "x" * 100, UNKNOWN_ID + "0", "null"]
TIMES = [
    "2026-01-01T00:00:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59",
    "2026-01-01T00:00:00+00:00:00.000001",
    "2026-01-01T00:00:00+23:59:59.999999",
    "2026-W01-1",
]
BAD_CURSORS = ["~", "~~", "x", "2026~x", "~~~~", "\0", "1~2026-13-01~x", "ä", "9" * 200]


def problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    return found


@pytest.mark.parametrize("leaf", [*HOSTILE_IDS, UNKNOWN_ID])
async def test_a_malformed_leaf_is_like_an_unknown_one(client: httpx.AsyncClient, leaf: str) -> None:
    made = (await client.post(CONVERSATIONS, json={"title": "x"})).json()["id"]
    refused = problem(await client.patch(f"{CONVERSATIONS}/{made}", json={"active_leaf": leaf}), 404)
    assert [error["pointer"] for error in refused["errors"]] == ["/active_leaf"]


async def test_cursors_are_read_or_refused(client: httpx.AsyncClient) -> None:
    """GW-04: a time that Python reads may still be none for the database."""
    await turn(client, "echo eins")
    for base, form in (("/api/v1/runs", "{}~{}"), (CONVERSATIONS, "1~{}~{}"), (CONVERSATIONS, "0~{}~{}")):
        for time in TIMES:
            answer = await client.get(base, params={"after": form.format(time, uuid4())})
            assert answer.status_code in {200, 400}, (time, answer.text)
        for cursor in BAD_CURSORS:
            refused = await client.get(f"{base}?after={quote(cursor)}")
            assert problem(refused, 400)["code"] == "invalid_input", cursor


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1e3", "", "9" * 40, "١"])
async def test_impossible_page_sizes(client: httpx.AsyncClient, limit: str) -> None:
    for base in ("/api/v1/runs", CONVERSATIONS):
        refused = problem(await client.get(base, params={"limit": limit}), 400)
        assert [error["pointer"] for error in refused["errors"]] == ["/limit"]


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        ("respond-async", 202),
        ("Respond-Async; wait=10", 202),
        ("return=minimal, respond-async", 202),
        ("handling=lenient ,respond-async;x", 202),
        ("respond-asynchronous", 200),
        ("wait=10", 200),
        ("", 200),
        (",;,", 200),
    ],
)
async def test_only_a_wish_to_answer_at_once_is_one(client: httpx.AsyncClient, prefer: str, status: int) -> None:
    answer = await client.post(RUNS, json={"input": {"script": "eins"}}, headers={"prefer": prefer})
    assert answer.status_code == status
    assert answer.headers["location"] == f"/api/v1/runs/{answer.json()['id']}"
    assert ("preference-applied" in answer.headers) is (status == 202)
    await ended(client, answer.json()["id"])


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_impossible_idempotency_keys(client: httpx.AsyncClient, key: str) -> None:
    body = {"input": {"script": "eins"}}
    problem(await client.post(RUNS, json=body, headers={"idempotency-key": key}), 400)
    assert (await client.get("/api/v1/runs")).json()["items"] == []


async def test_an_idempotent_request_is_answered_also_after_its_deadline(client: httpx.AsyncClient) -> None:
    """Whoever lost the answer asks again, with the same body."""
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.5)
    body = {"input": {"script": "hang"}, "deadline": deadline.isoformat()}
    headers = {"idempotency-key": "x" * 255}
    first = (await client.post(RUNS, json=body, headers=headers)).json()
    assert first["error"]["code"] == "deadline_exceeded"
    second = await client.post(RUNS, json=body, headers=headers)
    assert (second.status_code, second.json()) == (200, first)
    problem(await client.post(RUNS, json=body, headers={"idempotency-key": "y"}), 400)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "\ud800"}, "/title"),
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": 7}, "/title"),
        ({"folder": "x" * 101}, "/folder"),
        ({"pinned": "vielleicht"}, "/pinned"),
        ({"owner": str(uuid4())}, "/owner"),
        ({"authority": str(uuid4())}, "/authority"),
        ({"id": str(uuid4())}, "/id"),
        ({"retention_until": "2099-01-01T00:00:00Z"}, "/retention_until"),
        ({"protection_class": "offen"}, "/protection_class"),
        ({"knowledge_bases": "x"}, "/knowledge_bases"),
        ({"knowledge_bases": ["x"] * 101}, "/knowledge_bases"),
    ],
    ids=lambda value: None if isinstance(value, str) else next(iter(value)),
)
async def test_conversations_take_only_what_is_theirs(
    client: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    """TEN-12: no field of the platform's can be set, neither when it is made nor afterwards."""
    made = (await client.post(CONVERSATIONS, json={})).json()
    content, headers = json.dumps(body), {"content-type": "application/json"}
    for method, path in (("POST", CONVERSATIONS), ("PATCH", f"{CONVERSATIONS}/{made['id']}")):
        refused = problem(await client.request(method, path, content=content, headers=headers), 400)
        assert [error["pointer"] for error in refused["errors"]] == [pointer]
    assert (await client.get(CONVERSATIONS)).json()["items"] == [made]


@pytest.mark.parametrize("place", ["case", "knowledge_bases/0"])
@pytest.mark.parametrize("value", ["quatsch", UNKNOWN_ID])
async def test_unknown_references_of_a_conversation(client: httpx.AsyncClient, place: str, value: str) -> None:
    """TEN-03"""
    body = {"case": value} if place == "case" else {"knowledge_bases": [value]}
    refused = problem(await client.post(CONVERSATIONS, json=body), 404)
    assert [error["pointer"] for error in refused["errors"]] == [f"/{place}"]
    assert (await client.get(CONVERSATIONS)).json()["items"] == []


@pytest.mark.parametrize("query", ["%", "_", "' OR 1=1 --", "\\", "* wort", "\0", "wort\0", "x" * 200])
async def test_search_is_words_and_no_language(client: httpx.AsyncClient, query: str) -> None:
    started = await turn(client, "echo wort")
    answer = await client.get(CONVERSATIONS, params={"q": query})
    assert answer.status_code == 200
    found = [item["id"] for item in answer.json()["items"]]
    assert found == ([started["conversation"]] if "wort" in query else [])
    assert [item["id"] for item in (await client.get(CONVERSATIONS, params={"q": " \t"})).json()["items"]] == [
        started["conversation"]
    ]


async def test_hostile_text_is_kept_as_it_is(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    """Titles, folders and messages with NUL, line ends of other scripts and markup come back unchanged."""
    text = "echo\0<img src=x onerror=1> \u2028‮ {{7*7}} '; DROP TABLE runs; -- 👩‍⚖️"
    started = await turn(client, text)
    assert modules.requests[-1]["input"]["message"] == text
    assert (await messages(client, started["conversation"]))[0]["text"] == text
    path = f"{CONVERSATIONS}/{started['conversation']}"
    changed = (await client.patch(path, json={"title": text, "folder": text})).json()
    assert (changed["title"], changed["folder"]) == (text, text)


async def test_one_text_cannot_take_the_place_of_another(client: httpx.AsyncClient, schema: Schema) -> None:
    """Whoever can write the database still can't move a person's own content to another row (GW-06: nor learn why)."""
    first, second = [(await turn(client, f"echo {word}")) for word in ("eins", "zwei")]
    schema.execute(
        "UPDATE messages SET content = (SELECT content FROM messages WHERE id = %s) WHERE id = %s",
        (first["answer_message"], second["answer_message"]),
    )
    moved = await messages(client, second["conversation"])
    assert [(item["text"], item["unreadable"]) for item in moved] == [("echo zwei", False), ("", True)]
    assert [item["text"] for item in await messages(client, first["conversation"])] == ["echo eins"] * 2
    assert (await client.post(CHAT, json={"input": {"message": "echo drei"}})).json()["state"] == "succeeded"


async def test_an_answer_says_which_message_it_could_not_consider(
    client: httpx.AsyncClient, schema: Schema, modules: ScriptedModules
) -> None:
    """The conversation goes on without what does not open, and says so; that alone is not answered again."""
    first = await turn(client, "echo eins")
    schema.execute("UPDATE messages SET content = '' WHERE id = %s", (first["user_message"],))
    body = {"input": {"message": "echo zwei", "conversation": first["conversation"]}}
    run = (await client.post(CHAT, json=body)).raise_for_status().json()
    assert [warning["code"] for warning in run["warnings"]] == ["history_unreadable"]
    assert [one["text"] for one in modules.requests[-1]["history"]] == ["echo eins"]
    body = {"input": {"regenerate": first["user_message"], "conversation": first["conversation"]}}
    assert problem(await client.post(CHAT, json=body), 409)["code"] == "message_unreadable"


async def test_after_the_final_event_nothing_follows(client: httpx.AsyncClient) -> None:
    run = await start(client, "eins")
    await ended(client, run)
    last = (await again(client, run))[-1][0]
    for header, query, status in ((None, last, 204), (last, 0, 204), (0, last, 200), (last - 1, None, 200)):
        headers = {} if header is None else {"last-event-id": str(header)}
        params = {} if query is None else {"after": query}
        answer = await client.get(f"/api/v1/runs/{run}/events", headers=headers, params=params)
        assert answer.status_code == status, (header, query)
    for value in ("", "2026", "-1"):
        answer = await client.get(f"/api/v1/runs/{run}/events", params={"after": value})
        assert answer.status_code == 400, value
