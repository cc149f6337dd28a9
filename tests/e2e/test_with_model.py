# SPDX-License-Identifier: EUPL-1.2
"""Applications and people in front of a model: the unmodified SDKs, generated answers with citations, cancel, cuts."""

import time

import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI

from genius_inference.testing import RunningServer
from tests.support.platform import Platform, parse_stream, wait_document


@pytest.fixture(autouse=True)
def forget(model_server: RunningServer) -> None:
    model_server.clear()


@pytest.fixture(scope="module")
def clerk(platform_with_model: Platform) -> httpx.Client:
    return platform_with_model.client()


PARAGRAPH = """# § 25 WoGG Bewilligungszeitraum

(1) Das Wohngeld soll für zwölf Monate bewilligt werden. Ist zu erwarten, dass sich die Verhältnisse vor Ablauf von
zwölf Monaten erheblich ändern, soll der Bewilligungszeitraum entsprechend verkürzt werden.
"""


@pytest.fixture(scope="module")
def paragraph(clerk: httpx.Client) -> None:
    """What the questions are about."""
    about = {"name": "Wohngeld", "purpose": "Probe", "owner": "authority"}
    base = clerk.post("/api/v1/knowledge-bases", json=about).json()["id"]
    file = {"file": ("wogg.md", PARAGRAPH.encode())}
    made = clerk.post(f"/api/v1/knowledge-bases/{base}/documents", files=file).json()["id"]
    assert wait_document(clerk, f"/api/v1/documents/{made}")["state"] == "ready"


@pytest.fixture(scope="module")
def sdk(platform_with_model: Platform) -> openai.OpenAI:
    names = [application["client_id"] for application in platform_with_model.stack["applications"]]
    token = platform_with_model.token(application=names[0])
    return openai.OpenAI(base_url=f"{platform_with_model.url}/v1", api_key=token, max_retries=0)


def ask(sdk: openai.OpenAI, text: str, **options: object):  # type: ignore[no-untyped-def]
    messages = [{"role": "user", "content": text}]
    return sdk.chat.completions.create(model="scripted", messages=messages, **options)  # type: ignore[call-overload]


def test_the_openai_sdk_lists_asks_and_streams(sdk: openai.OpenAI) -> None:
    assert "scripted" in [model.id for model in sdk.models.list()]
    answer = ask(sdk, "Guten Tag, Welt")
    assert answer.choices[0].message.content == "Guten Tag, Welt"
    assert answer.usage.completion_tokens == 3
    parts = [chunk.choices[0].delta.content or "" for chunk in ask(sdk, "eins zwei drei", stream=True)]
    assert "".join(parts) == "eins zwei drei"
    assert len([part for part in parts if part]) == 3


def test_usage_comes_only_when_asked_for(sdk: openai.OpenAI) -> None:
    assert all(chunk.usage is None for chunk in ask(sdk, "eins zwei", stream=True))
    chunks = list(ask(sdk, "eins zwei", stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].usage.completion_tokens == 2


def test_langchain_asks_and_streams(sdk: openai.OpenAI) -> None:
    chat = ChatOpenAI(model="scripted", base_url=str(sdk.base_url), api_key=sdk.api_key, max_retries=0)  # type: ignore[arg-type]
    assert chat.invoke("Hallo Welt").content == "Hallo Welt"
    assert "".join(str(chunk.content) for chunk in chat.stream("Hallo Welt")) == "Hallo Welt"


def test_a_forbidden_field_is_named(sdk: openai.OpenAI) -> None:
    """LLM-01, through the gateway"""
    with pytest.raises(openai.BadRequestError) as refused:
        ask(sdk, "x", extra_body={"cache_salt": "mine"})
    assert refused.value.body["param"] == "cache_salt"  # type: ignore[index]


def test_a_cut_stream_is_an_error_for_the_sdk(sdk: openai.OpenAI) -> None:
    """REL-04, through the gateway: no silent end."""
    with pytest.raises(openai.APIError):
        list(ask(sdk, "eins zwei drei vier fünf [[cut_after=3]]", stream=True))


def test_the_model_is_stopped_when_the_application_goes(sdk: openai.OpenAI, model_server: RunningServer) -> None:
    stream = ask(sdk, "eins zwei drei vier fünf sechs sieben acht [[delay_s=0.2]]", stream=True)
    next(iter(stream))
    stream.close()
    assert model_server.wait_for_departure().client_left_after is not None


def test_a_person_gets_a_generated_answer_with_checked_citations(
    clerk: httpx.Client, model_server: RunningServer, paragraph: None
) -> None:
    model_server.script(answer="cite")
    given = {"input": {"question": "Wie lange wird Wohngeld in der Regel bewilligt?"}}
    body = clerk.post("/api/v1/modules/ask-documents/runs", json=given).json()
    assert body["state"] == "succeeded", body
    assert body["mode"] == "generative"
    result = body["result"]
    assert result["found"] is True
    assert all(sentence["citations"] for sentence in result["sentences"] if sentence["supported"])
    assert any("WoGG" in citation["section_path"][-1] for citation in result["citations"])


def test_invented_citations_and_numbers_are_marked(
    clerk: httpx.Client, model_server: RunningServer, paragraph: None
) -> None:
    """OUT-06: what the model claims is checked against the passage that it names."""
    model_server.script(answer="Wohngeld wird für 77 Monate bewilligt [1]. Das steht auch dort [99].")
    given = {"input": {"question": "Wie lange wird Wohngeld in der Regel bewilligt?"}}
    result = clerk.post("/api/v1/modules/ask-documents/runs", json=given).json()["result"]
    assert [sentence["supported"] for sentence in result["sentences"]] == [False, False]
    assert 99 not in [citation["number"] for citation in result["citations"]]


def test_cancelling_a_run_stops_the_model(clerk: httpx.Client, model_server: RunningServer) -> None:
    model_server.script(delay_s=0.1)
    path = "/api/v1/modules/chat/runs"
    text = " ".join(["Wort"] * 200)
    with clerk.stream(
        "POST", path, json={"input": {"message": text}}, headers={"accept": "text/event-stream"}
    ) as stream:
        parts, received = stream.iter_text(), ""
        while "text.delta" not in received:
            received += next(parts)
        run = parse_stream(received[: received.rindex("\n\n") + 2])[0].data["run"]
        assert clerk.delete(f"/api/v1/runs/{run}").status_code in {202, 204}
        received += "".join(parts)
    assert parse_stream(received)[-1].type == "cancelled"
    assert model_server.wait_for_departure().client_left_after is not None
    finished = clerk.get(f"/api/v1/runs/{run}").json()
    assert finished["state"] == "cancelled"
    messages = clerk.get(f"/api/v1/conversations/{finished['conversation']}/messages").json()["items"]
    assert messages[-1]["state"] == "stopped"
    assert messages[-1]["text"].startswith("Wort")


def test_a_cut_model_ends_the_run_with_an_error_and_keeps_the_text(
    clerk: httpx.Client, model_server: RunningServer
) -> None:
    model_server.script(cut_after=3)
    body = clerk.post("/api/v1/modules/chat/runs", json={"input": {"message": "eins zwei drei vier fünf"}}).json()
    assert body["state"] == "failed"
    assert body["error"]["code"] == "upstream_cut"
    messages = clerk.get(f"/api/v1/conversations/{body['conversation']}/messages").json()["items"]
    assert (messages[-1]["state"], messages[-1]["text"].strip()) == ("failed", "eins zwei drei")


def test_a_run_goes_on_without_its_reader(clerk: httpx.Client, model_server: RunningServer) -> None:
    model_server.script(delay_s=0.05)
    words = [f"wort{number}" for number in range(40)]
    body = {"input": {"message": " ".join(words)}, "detach": True}
    with clerk.stream(
        "POST", "/api/v1/modules/chat/runs", json=body, headers={"accept": "text/event-stream"}
    ) as stream:
        received = ""
        for part in stream.iter_text():
            received += part
            if received.count("text.delta") > 3:
                break
    seen = parse_stream(received[: received.rindex("\n\n") + 2])
    run = seen[0].data["run"]
    time.sleep(0.3)
    rest = clerk.get(f"/api/v1/runs/{run}/events", headers={"last-event-id": str(seen[-1].id)})
    events = seen + parse_stream(rest.text)
    assert "".join(event.data["text"] for event in events if event.type == "text.delta") == " ".join(words)
    assert events[-1].type == "done"
