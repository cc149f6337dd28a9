# SPDX-License-Identifier: EUPL-1.2
"""The langchain-core adapters, the catalogue, and fresh run tokens."""

import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from fastapi import FastAPI, Request
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from genius_common.errors import PlatformError, UpstreamFailed
from genius_common.http import ServiceClient, create_session
from genius_common.principal import Principal
from genius_inference.testing import RunningServer
from genius_modules.clients.chat_model import GeniusChatModel
from genius_modules.clients.inference import InferenceClient
from genius_modules.clients.retrieval import RetrievalClient
from genius_modules.clients.retriever import GeniusRetriever
from genius_modules.context import RunToken
from tests.support.inference import AUTHORITY, TENANT, RunningInference, served
from tests.support.modules import NOWHERE
from tests.support.scripted_retrieval import ScriptedRetrieval


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with create_session() as found:
        yield found


def _principal(**values: Any) -> Principal:
    return Principal(**{"subject": UUID(int=1), "tenant": TENANT, "authority": AUTHORITY, **values})


@pytest.fixture
def chat(session: aiohttp.ClientSession, inference: RunningInference, model: RunningServer) -> GeniusChatModel:
    async def token() -> str:
        return inference.keys.token()

    return GeniusChatModel(inference=InferenceClient(session, inference.url, 5), token=token, model="scripted")


async def test_langchain_can_invoke_and_stream_the_model(chat: GeniusChatModel, model: RunningServer) -> None:
    messages = [SystemMessage("Regeln"), AIMessage("Ja?"), HumanMessage("eins zwei drei")]
    answer = await chat.ainvoke(messages)
    assert answer.text == "eins zwei drei"
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] == 3
    pieces = [chunk async for chunk in chat.astream(messages)]
    assert "".join(str(piece.text) for piece in pieces) == "eins zwei drei"
    assert [message["role"] for message in model.log()[0].body["messages"]] == ["system", "assistant", "user"]


async def test_errors_of_the_model_keep_their_code(chat: GeniusChatModel, model: RunningServer) -> None:
    model.script(answer="eins zwei drei vier", cut_after=2)
    with pytest.raises(PlatformError) as cut:
        await chat.ainvoke([HumanMessage("x")])
    assert cut.value.retryable
    unknown = chat.model_copy(update={"model": "gibt-es-nicht"})
    with pytest.raises(PlatformError) as refused:
        await unknown.ainvoke([HumanMessage("x")])
    assert refused.value.status == 404


async def test_the_catalogue_is_asked_once_and_a_refused_token_is_not_remembered(
    session: aiohttp.ClientSession, inference: RunningInference
) -> None:
    client = InferenceClient(session, inference.url, 5)
    assert await client.chat_model(_principal(), "kein.gültiges.token") is None
    found = await client.chat_model(_principal(), inference.keys.token())
    assert found is not None
    assert (found.id, found.context_length) == ("scripted", 8192)
    assert await client.chat_model(_principal(), "kein.gültiges.token") is found
    assert await client.chat_model(_principal(authority=UUID(int=8)), "kein.gültiges.token") is None


async def test_inference_that_is_down_means_no_model(session: aiohttp.ClientSession) -> None:
    assert await InferenceClient(session, NOWHERE, 5).chat_model(_principal(), "x") is None


async def test_langchain_can_use_the_retriever(session: aiohttp.ClientSession, retrieval: ScriptedRetrieval) -> None:
    async def token() -> str:
        return "ein-token"

    retriever = GeniusRetriever(retrieval=RetrievalClient(session, retrieval.url), token=token, limit=2)
    documents = await retriever.ainvoke("Wie lange wird Wohngeld bewilligt?")
    assert len(documents) == 2
    assert documents[0].metadata["section_path"] == ["§ 25 WoGG Bewilligungszeitraum"]
    assert documents[0].page_content.startswith("(1) Das Wohngeld soll")
    assert retrieval.authorizations == ["Bearer ein-token"]


async def test_a_run_token_is_renewed_before_it_ends(session: aiohttp.ClientSession) -> None:
    app, run, calls = FastAPI(), uuid4(), []

    @app.post("/internal/runs/{asked}/token")
    async def fresh(asked: UUID, request: Request) -> dict[str, Any]:
        calls.append((asked, request.headers["authorization"]))
        return {"token": "neu", "expires_at": time.time() + 300}

    with served(app) as url:
        gateway = ServiceClient(session, url, "Gateway")
        soon = int(time.time()) + 30
        token = RunToken("alt", _principal(run=run, scopes=frozenset({"run.token"}), expires_at=soon), gateway)
        assert [await token(), await token()] == ["neu", "neu"]
        assert calls == [(run, "Bearer alt")]
        without_scope = RunToken("alt", _principal(run=run, expires_at=soon), gateway)
        assert await without_scope() == "alt"
        later = RunToken("alt", _principal(run=run, scopes=frozenset({"run.token"}), expires_at=soon + 200), gateway)
        assert await later() == "alt"
        assert len(calls) == 1


@pytest.mark.parametrize("cut", ["end", "close", "reset", "event"])
async def test_a_stream_without_its_final_mark_is_cut(
    session: aiohttp.ClientSession, model: RunningServer, cut: str
) -> None:
    """Also where inference itself dies and its end looks clean."""
    model.script(answer="eins zwei drei vier", cut_after=2, cut=cut)
    client = InferenceClient(session, model.url.removesuffix("/v1"), 5)
    received: list[str] = []
    with pytest.raises(UpstreamFailed):
        await _read(client, received)
    assert received[0] == "eins"


async def test_nonsense_of_the_model_is_a_typed_error(session: aiohttp.ClientSession, model: RunningServer) -> None:
    client = InferenceClient(session, model.url.removesuffix("/v1"), 5)
    for script in ({"cut_after": 1, "cut": "json"}, {"cut_after": 1, "cut": "error"}, {"status": 500}, {"status": 429}):
        model.script(**script)
        with pytest.raises(PlatformError):
            await _read(client, [])


async def _read(client: InferenceClient, received: list[str]) -> None:
    async for delta in client.stream("x", "scripted", [{"role": "user", "content": "a b c"}], {}):
        received += [delta.text] if delta.text else []
