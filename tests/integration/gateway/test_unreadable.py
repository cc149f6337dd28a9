# SPDX-License-Identifier: EUPL-1.2
"""A stored value that does not open is shown as that, said and counted; everything beside it is as it was."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.personal_data import as_superuser
from tests.support.shared import Talk

from .test_snapshots import OWNER, WITH_COLLEAGUE, simple

LIST = "/api/v1/conversations"
# Another last byte, cut below its head, another key's id, nothing at all.
DAMAGES = {
    "changed": r"set_byte({0}, length({0}) - 1, get_byte({0}, length({0}) - 1) # 1)",
    "cut": "substring({0} FROM 1 FOR 9)",
    "key": r"overlay({0} PLACING '\x00000000000040008000000000000000'::bytea FROM 2)",
    "empty": "''::bytea",
}


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


async def damage(gateway: Gateway, table: str, column: str, row: object, how: str = "changed") -> None:
    change = f"UPDATE {table} SET {column} = {DAMAGES[how].format(column)} WHERE id = CAST(:id AS uuid)"
    await asyncio.to_thread(as_superuser, gateway, change, id=str(row))


async def counted(gateway: Gateway, table: str) -> float:
    async with AsyncClient(base_url=gateway.internal_url) as client:
        text = (await client.get("/metrics")).text
    found = re.search(rf'^genius_unreadable_values_total{{table="{table}"}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def thread(gateway: Gateway, conversation: Talk) -> list[dict[str, Any]]:
    async with await gateway.client(OWNER) as client:
        answer = await client.get(f"{LIST}/{conversation.id}/messages")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize("how", DAMAGES)
async def test_a_thread_shows_which_message_does_not_open(
    gateway: Gateway, lines: list[dict[str, Any]], how: str
) -> None:
    """LOG-01: its place stays, nothing else is hidden; an error line names the row, the metric counts it."""
    conversation = await simple(gateway, "Wort")
    before = await thread(gateway, conversation)
    await damage(gateway, "messages", "content", conversation.messages[0], how)
    lines.clear()
    count = await counted(gateway, "messages")
    after = await thread(gateway, conversation)
    lost = {"text": "", "citations": [], "unreadable": True}
    assert after == [before[0] | lost, before[1]]
    assert (before[1]["unreadable"], before[1]["text"]) == (False, "Wort-antwort")
    (line,) = [line for line in lines if line["event"] == "stored value not readable"]
    row = str(conversation.messages[0])
    assert (line["log_level"], line["table"], line["column"], line["object"]) == ("error", "messages", "content", row)
    assert "Wort" not in repr(lines)
    assert await counted(gateway, "messages") == count + 1
    async with await gateway.client(OWNER) as client:
        refused = await client.post(conversation.path, json=WITH_COLLEAGUE)
    assert (refused.status_code, refused.json()["code"]) == (409, "message_unreadable")


async def test_the_list_shows_which_title_does_not_open(gateway: Gateway) -> None:
    """The other conversations keep their titles; a new title replaces the damaged one."""
    damaged, other = await simple(gateway, "Kaputt"), await simple(gateway, "Heil")
    await damage(gateway, "conversations", "title", damaged.id)
    async with await gateway.client(OWNER) as client:
        listed = {item["id"]: item for item in (await client.get(LIST)).raise_for_status().json()["items"]}
        assert [listed[str(one.id)]["title"] for one in (damaged, other)] == [None, "Heil-titel"]
        assert [listed[str(one.id)]["unreadable"] for one in (damaged, other)] == [True, False]
        renamed = await client.patch(f"{LIST}/{damaged.id}", json={"title": "Neu"})
        assert (renamed.json()["title"], renamed.json()["unreadable"]) == ("Neu", False)
    assert [item["text"] for item in await thread(gateway, damaged)] == ["Kaputt-frage", "Kaputt-antwort"]


async def test_the_list_shows_which_case_does_not_open(gateway: Gateway) -> None:
    """The others can be worked on; with the damaged one nothing is done, and nothing of it overwritten."""
    async with await gateway.client(OWNER) as client:
        damaged, other = [
            (await client.post("/api/v1/cases", json={"reference": name, "title": "x"})).raise_for_status().json()["id"]
            for name in ("Az 1", "Az 2")
        ]
        await damage(gateway, "cases", "title", damaged)
        listed = {item["id"]: item for item in (await client.get("/api/v1/cases")).raise_for_status().json()["items"]}
        assert [(listed[one]["reference"], listed[one]["title"]) for one in (damaged, other)] == [
            ("Az 1", None), ("Az 2", "x"),
        ]  # fmt: skip
        assert [listed[one]["unreadable"] for one in (damaged, other)] == [True, False]
        refused = await client.patch(f"/api/v1/cases/{damaged}", json={"state": "closed"})
        assert (refused.status_code, refused.json()["code"]) == (500, "content_unreadable")
