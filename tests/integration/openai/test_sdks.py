# SPDX-License-Identifier: EUPL-1.2
"""Unmodified public clients against `/v1`: the `openai` SDK and LangChain's `ChatOpenAI`."""

import openai
import pytest
from langchain_openai import ChatOpenAI

from tests.integration.openai.conftest import API_KEY, Gateway

TEXT = "Wie lange wird Wohngeld bewilligt?"


@pytest.fixture
def sdk(gateway: Gateway) -> openai.OpenAI:
    return openai.OpenAI(base_url=gateway.base_url, api_key=API_KEY, max_retries=0)


def test_openai_completion_and_stream(sdk: openai.OpenAI, gateway: Gateway) -> None:
    with sdk:
        messages = [{"role": "user", "content": TEXT}]
        whole = sdk.chat.completions.create(model="echo", messages=messages)  # type: ignore[arg-type]
        assert whole.choices[0].message.content == TEXT
        assert whole.usage
        assert whole.usage.completion_tokens == 5
        # the SDK's own answer object goes back into the conversation as it is
        messages.append(whole.choices[0].message)  # type: ignore[arg-type]
        messages.append({"role": "user", "content": "Und danach?"})
        streamed = sdk.chat.completions.create(model="echo", messages=messages, stream=True)  # type: ignore[call-overload]
        assert "".join(c.choices[0].delta.content or "" for c in streamed) == "Und danach?"
        asked = list(
            sdk.chat.completions.create(
                model="echo",
                messages=[{"role": "developer", "content": "x"}, {"role": "user", "content": "y"}],
                stream=True,
                stream_options={"include_usage": True},
                temperature=0,
                max_completion_tokens=20,
                user="ignored",
            )
        )
        assert asked[-1].usage
        assert asked[-1].usage.prompt_tokens == 2
    assert [(s.action, s.output_tokens, s.exact) for s in gateway.settled] == [
        ("chat.completions", 5, True),
        ("chat.completions", 2, True),
        ("chat.completions", 1, True),
    ]


def test_openai_embeddings_and_models(sdk: openai.OpenAI) -> None:
    with sdk:
        assert {"echo", "scripted-embedding"} <= {model.id for model in sdk.models.list()}
        result = sdk.embeddings.create(model="scripted-embedding", input=["eins", "zwei"], dimensions=8)
        assert [len(item.embedding) for item in result.data] == [8, 8]


def test_openai_sees_typed_errors(sdk: openai.OpenAI) -> None:
    with sdk:
        with pytest.raises(openai.NotFoundError) as unknown:
            sdk.chat.completions.create(model="gpt-none", messages=[{"role": "user", "content": "x"}])
        assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
        with pytest.raises(openai.BadRequestError) as refused:
            sdk.chat.completions.create(
                model="echo", messages=[{"role": "user", "content": "x"}], extra_body={"cache_salt": "a"}
            )
        assert (refused.value.code, refused.value.param) == ("invalid_request", "cache_salt")
        stream = sdk.chat.completions.create(model="cut", messages=[{"role": "user", "content": TEXT}], stream=True)
        received = []
        with pytest.raises(openai.APIError) as cut:  # noqa: PT012 - the failure is in the middle of the loop
            for chunk in stream:
                received.append(chunk.choices[0].delta.content)
        assert cut.value.code == "upstream_cut"
        assert "".join(received) == "Wie lange wird"


async def test_langchain(gateway: Gateway) -> None:
    model = ChatOpenAI(model="echo", base_url=gateway.base_url, api_key=API_KEY, max_retries=0)
    answer = await model.ainvoke([("system", "Sie sind hilfreich."), ("human", TEXT)])
    assert answer.content == TEXT
    assert answer.usage_metadata
    assert answer.usage_metadata["output_tokens"] == 5
    parts = [chunk.content async for chunk in model.astream(TEXT)]
    assert "".join(str(part) for part in parts) == TEXT
