# SPDX-License-Identifier: EUPL-1.2
"""What a broken inference or model server can send in a stream: a typed error each time, never an internal one."""

from collections.abc import AsyncIterator
from uuid import UUID

import aiohttp
import orjson
import pytest

from genius_common import sse
from genius_common.errors import PlatformError, UpstreamFailed
from genius_common.http import create_session
from genius_common.principal import Principal
from genius_modules.clients.inference import Delta, InferenceClient
from genius_modules.errors import ModelStreamCut
from tests.support.raw_http import raw_server, response

PRINCIPAL = Principal(subject=UUID(int=1), tenant="test", authority=None)
DONE = b"data: [DONE]\n\n"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with create_session() as found:
        yield found


def chunk(text: str = "", **values: object) -> bytes:
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": None}]
    return b"data: %s\n\n" % orjson.dumps({"choices": choices, **values})


async def deltas(session: aiohttp.ClientSession, body: bytes) -> list[Delta]:
    async with raw_server(response(200, body, media_type="text/event-stream")) as server:
        client = InferenceClient(session, server.url, 2)
        return [delta async for delta in client.stream("t", "m", [{"role": "user", "content": "x"}], {})]


MAY = {"protection_class": "intern"}


@pytest.mark.parametrize(
    "event",
    [
        b"data: \xff\xfe\n\n",
        b"data: {\n\n",
        b"data: null\n\n",
        b"data: []\n\n",
        b"data: 7\n\n",
        b"data: {}\n\n",
        b'data: {"choices": null}\n\n',
        b'data: {"choices": [7]}\n\n',
        b'data: {"choices": [{"index": 0}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": null}]}\n\n',
        b'data: {"choices": [], "usage": {"prompt_tokens": 1}}\n\n',
        b'data: {"choices": [], "usage": 3}\n\n',
        b'data: {"error": "kaputt"}\n\n',
        b'data: {"error": {"message": "canary", "code": null}}\n\n',
    ],
)
async def test_nonsense_in_a_stream_is_a_typed_error(session: aiohttp.ClientSession, event: bytes) -> None:
    with pytest.raises(PlatformError) as caught:
        await deltas(session, chunk("Hallo") + event + DONE)
    assert caught.value.status == 502


async def test_an_event_without_an_end_is_bounded(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 10_000)
    with pytest.raises(UpstreamFailed):
        await deltas(session, b"data: x\n" * 10_000)


@pytest.mark.parametrize("body", [b"", chunk("Hallo"), chunk("Hallo") + DONE[:-1], b": nur Herzschlag\n\n"])
async def test_a_clean_end_without_its_mark_is_a_cut(session: aiohttp.ClientSession, body: bytes) -> None:
    """REL-04 in part: the last blank line is part of the mark."""
    with pytest.raises(ModelStreamCut):
        await deltas(session, body)


async def test_what_belongs_to_another_answer_or_is_empty_adds_nothing(session: aiohttp.ClientSession) -> None:
    other = b'data: {"choices": [{"index": 1, "delta": {"content": "fremd"}}]}\n\n'
    empty = b'data: {"choices": [{"index": 0, "delta": {"content": null}}]}\n\n'
    cut = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}\n\n'
    usage = b'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\n'
    found = await deltas(
        session, chunk("Guten") + other + empty + chunk(" Tag") + cut + usage + DONE + chunk("zu spät")
    )
    assert "".join(delta.text for delta in found) == "Guten Tag"
    assert [delta.cut for delta in found if delta.cut] == [True]
    assert (found[-1].input_tokens, found[-1].output_tokens) == (3, 2)


@pytest.mark.parametrize(
    ("items", "model"),
    [
        ([], None),
        ([{"id": "e", "kind": "embedding", **MAY}], None),
        ([{"id": "e", "kind": "embedding"}, {"id": "c", "kind": "chat", "context_length": 4096, **MAY}], ("c", 4096)),
        ([{"id": "c", **MAY}], ("c", 8192)),
        ([{"id": "c", "context_length": None, **MAY}], ("c", 8192)),
        ([{"id": "low", "protection_class": "offen"}, {"id": "c", **MAY}], ("c", 8192)),
        ([{"id": "silent"}], None),
        ([{"id": "odd", "protection_class": value} for value in ("vs-nfd", "INTERN", "", None, 3, True)], None),
    ],
)
async def test_the_first_chat_model_is_taken(
    session: aiohttp.ClientSession, items: list[dict[str, object]], model: tuple[str, int] | None
) -> None:
    """TEN-15: of those that say that they may see the run's class; what says nothing known may see nothing."""
    async with raw_server(response(200, orjson.dumps({"object": "list", "data": items}))) as server:
        found = await InferenceClient(session, server.url, 2).chat_model(PRINCIPAL, "t")
    assert (found and (found.id, found.context_length)) == model


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b'{"data": null}',
        b'{"data": [7]}',
        b'{"data": [{"kind": "chat", "protection_class": "intern"}]}',
        b'{"data": [{"id": "c", "protection_class": ["intern"]}]}',
        b'{"data": {"id": "x"}}',
        b'{"data": [{"id": "c", "context_length": "viel", "protection_class": "intern"}]}',
    ],
)
async def test_a_catalogue_that_makes_no_sense_means_no_model(session: aiohttp.ClientSession, body: bytes) -> None:
    """The functions then work without one; a manifest is no 500 because of it."""
    async with raw_server(response(200, body)) as server:
        client = InferenceClient(session, server.url, 2)
        assert await client.chat_model(PRINCIPAL, "t") is None


async def test_people_of_another_clearance_do_not_share_the_answer(session: aiohttp.ClientSession) -> None:
    answers = {1: b'{"data": [{"id": "geheim", "kind": "chat", "protection_class": "intern"}]}', 2: b'{"data": []}'}
    async with raw_server(lambda n: response(200, answers[n])) as server:
        client = InferenceClient(session, server.url, 2)
        first = await client.chat_model(PRINCIPAL, "t")
        other = Principal(subject=UUID(int=2), tenant="test", authority=UUID(int=9))
        assert first is not None
        assert await client.chat_model(other, "t") is None
        assert await client.chat_model(PRINCIPAL, "t") == first
        assert len(server.requests) == 2
