# SPDX-License-Identifier: EUPL-1.2
"""Chat turns, the tree of messages, search, and deletion that deletes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.gateway_runs import LocalGateway, Person, frames
from tests.support.http import AsyncClient
from tests.support.scripted_module import ScriptedModules

from .conftest import Schema, until

CHAT = "/api/v1/modules/chat/runs"
CONVERSATIONS = "/api/v1/conversations"


async def turn(client: httpx.AsyncClient, message: str | None = None, **data: Any) -> dict[str, Any]:
    """One turn to its end; answers the data of `run.started`."""
    body = {"input": data | ({} if message is None else {"message": message})}
    async with client.stream("POST", CHAT, json=body, headers={"accept": "text/event-stream"}) as response:
        assert response.status_code == 200, await response.aread()
        events = [frame.json() async for frame in frames(response)]
    assert events[0]["type"] == "run.started"
    return events[0]


async def messages(client: httpx.AsyncClient, conversation: str, **params: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{CONVERSATIONS}/{conversation}/messages", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_first_turn_makes_a_conversation(client: httpx.AsyncClient) -> None:
    started = await turn(client, "echo Wie lange wird Wohngeld bewilligt?")
    conversation = (await client.get(f"{CONVERSATIONS}/{started['conversation']}")).json()
    assert conversation["title"] == "echo Wie lange wird Wohngeld bewilligt?"
    assert conversation["active_leaf"] == started["answer_message"]
    assert conversation["active_run"] is None
    question, answer = await messages(client, started["conversation"])
    assert (question["id"], question["role"], question["state"]) == (started["user_message"], "user", "complete")
    assert (answer["id"], answer["role"], answer["state"]) == (started["answer_message"], "assistant", "complete")
    assert answer["text"] == "echo Wie lange wird Wohngeld bewilligt?"
    assert (answer["parent"], answer["run"], answer["mode"]) == (question["id"], started["run"], "template")
    assert answer["siblings"] == [answer["id"]]


async def test_both_messages_are_stored_before_the_module_answers(
    client: httpx.AsyncClient, modules: ScriptedModules
) -> None:
    modules.released.clear()
    body = {"input": {"message": "wait-status bitte"}}
    run = (await client.post(CHAT, json=body, headers={"prefer": "respond-async"})).json()
    question, answer = await messages(client, run["conversation"])
    assert (question["text"], answer["state"], answer["text"]) == ("wait-status bitte", "streaming", "")
    shown = (await client.get(f"{CONVERSATIONS}/{run['conversation']}")).json()
    assert shown["active_run"] == run["id"]
    modules.released.set()

    async def complete() -> bool:
        return (await messages(client, run["conversation"]))[1]["state"] == "complete"

    await until(complete)


async def test_the_next_turn_carries_the_history(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    first = await turn(client, "echo eins")
    await turn(client, "echo zwei", conversation=first["conversation"])
    request = modules.requests[-1]
    assert request["input"]["message"] == "echo zwei"
    assert request["history"] == [{"role": "user", "text": "echo eins"}, {"role": "assistant", "text": "echo eins"}]
    shown = await messages(client, first["conversation"])
    assert [message["role"] for message in shown] == ["user", "assistant"] * 2


async def test_regenerate_edit_and_branch(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    first = await turn(client, "echo eins")
    conversation, question = first["conversation"], first["user_message"]
    again = await turn(client, conversation=conversation, regenerate=question)
    assert again["user_message"] == question
    assert modules.requests[-1]["input"]["message"] == "echo eins"
    shown = await messages(client, conversation)
    assert shown[1]["siblings"] == [first["answer_message"], again["answer_message"]]
    assert shown[1]["id"] == again["answer_message"]
    edited = await turn(client, "echo anders", conversation=conversation, parent=None)
    shown = await messages(client, conversation)
    assert [message["text"] for message in shown] == ["echo anders", "echo anders"]
    assert shown[0]["siblings"] == [question, edited["user_message"]]
    assert len(await messages(client, conversation, which="all")) == 5
    back = await client.patch(f"{CONVERSATIONS}/{conversation}", json={"active_leaf": question})
    assert back.json()["active_leaf"] == again["answer_message"]
    follow = await turn(client, "echo weiter", conversation=conversation)
    assert (await messages(client, conversation))[-2]["id"] == follow["user_message"]
    assert len(await messages(client, conversation)) == 4
    wrong = await client.post(
        CHAT, json={"input": {"conversation": conversation, "regenerate": again["answer_message"]}}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (409, "not_a_user_message")


async def test_stopped_and_failed_answers_keep_their_text(client: httpx.AsyncClient) -> None:
    body = {"input": {"message": "slow"}}
    run = (await client.post(CHAT, json=body, headers={"prefer": "respond-async"})).json()

    async def answer() -> dict[str, Any]:
        return (await messages(client, run["conversation"]))[1]

    async def has_text() -> bool:
        return bool((await answer())["text"])

    await until(has_text)  # saved at intervals while the run goes on
    assert (await answer())["state"] == "streaming"
    await client.delete(f"/api/v1/runs/{run['id']}")

    async def stopped() -> bool:
        return (await answer())["state"] == "stopped"

    await until(stopped)
    assert (await answer())["text"].startswith("w0 w1")
    cut = await turn(client, "cut")
    failed = (await messages(client, cut["conversation"]))[1]
    assert (failed["state"], failed["text"]) == ("failed", "eins zwei ")


async def test_a_long_history_is_cut_and_said_so(config: dict[str, Any], person: Person) -> None:
    gateway = LocalGateway({**config, "options": {**config["options"], "history_chars": 30}})
    await gateway.start()
    try:
        async with AsyncClient(base_url=gateway.url, headers=person.headers, timeout=20) as client:
            first = await turn(client, "echo " + "a" * 20)
            second = await turn(client, "echo zwei", conversation=first["conversation"])
            run = (await client.get(f"/api/v1/runs/{second['run']}")).json()
            assert [warning["code"] for warning in run["warnings"]] == ["history_shortened"]
    finally:
        await gateway.stop()


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [("", 400, "empty_message"), ("  \n", 400, "empty_message"), ("x" * 200_001, 413, "too_large"), (None, 400, "")],
)
async def test_impossible_messages(client: httpx.AsyncClient, message: str | None, status: int, code: str) -> None:
    answer = await client.post(CHAT, json={"input": {"message": message}})
    assert answer.status_code == status
    assert code in answer.json()["code"]
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/input/message"]
    assert (await client.get(CONVERSATIONS)).json()["items"] == []


async def test_a_message_of_ten_megabytes(client: httpx.AsyncClient) -> None:
    for size in (10_000_000, 13_000_000):
        answer = await client.post(CHAT, json={"input": {"message": "x" * size}})
        assert answer.status_code == 413
        assert "erlaubt sind" in answer.json()["detail"]


async def test_search_finds_words_of_own_conversations_only(
    client: httpx.AsyncClient, gateway: LocalGateway, schema: Schema
) -> None:
    started = await turn(client, "echo Müller fragt nach der Härtefallregelung")
    await turn(client, "echo etwas anderes")
    for query in ("härtefallregelung", "HAERTEFALLREGELUNG müller", "Mueller"):
        found = (await client.get(CONVERSATIONS, params={"q": query})).json()["items"]
        assert [item["id"] for item in found] == [started["conversation"]], query
    assert (await client.get(CONVERSATIONS, params={"q": "müller anderes"})).json()["items"] == []
    stranger = Person(schema.authority)
    async with AsyncClient(base_url=gateway.url, headers=stranger.headers) as foreign:
        assert (await foreign.get(CONVERSATIONS, params={"q": "müller"})).json()["items"] == []
    await client.patch(f"{CONVERSATIONS}/{started['conversation']}", json={"title": "Neuer Titel"})
    assert len((await client.get(CONVERSATIONS, params={"q": "titel"})).json()["items"]) == 1


async def test_list_create_rename_pin(client: httpx.AsyncClient) -> None:
    made = [(await client.post(CONVERSATIONS, json={"title": f"Nr. {n}"})).json()["id"] for n in range(4)]
    await client.patch(f"{CONVERSATIONS}/{made[0]}", json={"pinned": True, "folder": "Wichtig", "title": "Oben"})
    first = (await client.get(CONVERSATIONS, params={"limit": 2})).json()
    second = (await client.get(CONVERSATIONS, params={"limit": 2, "after": first["next"]})).json()
    assert [item["id"] for item in first["items"] + second["items"]] == [made[0], made[3], made[2], made[1]]
    assert (first["items"][0]["title"], first["items"][0]["folder"]) == ("Oben", "Wichtig")
    out = await client.patch(f"{CONVERSATIONS}/{made[0]}", json={"folder": None})
    assert out.json()["folder"] is None
    for wrong in ({"title": None}, {"title": ""}, {"owner": "x"}, {"pinned": None}):
        assert (await client.patch(f"{CONVERSATIONS}/{made[0]}", json=wrong)).status_code == 400


async def test_delete_means_delete(client: httpx.AsyncClient, schema: Schema) -> None:
    started = await turn(client, "echo weg damit")
    body = {"input": {"message": "slow", "conversation": started["conversation"]}}
    running = (await client.post(CHAT, json=body, headers={"prefer": "respond-async"})).json()["id"]
    assert (await client.delete(f"{CONVERSATIONS}/{started['conversation']}")).status_code == 204
    for path in (
        f"{CONVERSATIONS}/{started['conversation']}",
        f"/api/v1/runs/{started['run']}",
        f"/api/v1/runs/{running}",
    ):
        assert (await client.get(path)).status_code == 404

    def left() -> list[int]:
        return [
            schema.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", (value,))[0][0]
            for table, column, value in (
                ("messages", "conversation", started["conversation"]),
                ("message_terms", "conversation", started["conversation"]),
                ("runs", "conversation", started["conversation"]),
                ("run_events", "run", started["run"]),
                ("run_events", "run", running),
            )
        ]

    assert left() == [0] * 5
    assert (await client.delete(f"{CONVERSATIONS}/{started['conversation']}")).status_code == 404


@pytest.mark.parametrize("same_authority", [True, False])
async def test_a_foreign_conversation_is_unknown(
    client: httpx.AsyncClient, gateway: LocalGateway, schema: Schema, same_authority: bool
) -> None:
    """TEN-13, TEN-03: also where its id stands inside the input of a run."""
    mine = await turn(client, "echo meins")
    stranger = Person(schema.authority if same_authority else schema.other_authority)
    async with AsyncClient(base_url=gateway.url, headers=stranger.headers, timeout=20) as foreign:
        own = await turn(foreign, "echo eigenes")
        for known in (mine["conversation"], str(uuid4())):
            for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/messages")):
                body = {"json": {"pinned": True}} if method == "PATCH" else {}
                answer = await foreign.request(method, f"{CONVERSATIONS}/{known}{path}", **body)
                assert answer.status_code == 404, (method, path)
        for data, field in (
            ({"message": "x", "conversation": mine["conversation"]}, "conversation"),
            ({"message": "x", "conversation": "quatsch"}, "conversation"),
            ({"message": "x", "parent": mine["answer_message"], "conversation": own["conversation"]}, "parent"),
            ({"regenerate": mine["user_message"], "conversation": own["conversation"]}, "regenerate"),
            ({"regenerate": mine["user_message"]}, "regenerate"),
        ):
            answer = await foreign.post(CHAT, json={"input": data})
            assert answer.status_code == 404, data
            assert [error["pointer"] for error in answer.json()["errors"]] == [f"/input/{field}"]
        leaf = await foreign.patch(
            f"{CONVERSATIONS}/{own['conversation']}", json={"active_leaf": mine["answer_message"]}
        )
        assert leaf.status_code == 404
    assert len(await messages(client, mine["conversation"])) == 2


async def test_texts_and_titles_are_ciphertext(client: httpx.AsyncClient, schema: Schema) -> None:
    started = await turn(client, "echo Geheimwort im Titel")
    values = schema.execute("SELECT title FROM conversations WHERE id = %s", (started["conversation"],))
    values += schema.execute("SELECT content FROM messages WHERE conversation = %s", (started["conversation"],))
    assert len(values) == 3
    assert all(b"Geheimwort" not in bytes(value) for (value,) in values)
