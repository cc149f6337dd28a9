# SPDX-License-Identifier: EUPL-1.2
"""The closed request schema: what is not listed is refused by name, bounds refuse with the number."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.errors import PlatformError
from genius_common.upstream.envelope import envelope
from genius_common.upstream.relay import parse_json
from genius_inference.errors import InvalidRequest, PromptTooLarge
from genius_inference.schema import ChatSchema, EmbeddingSchema
from genius_inference.settings import Limits

LIMITS = Limits(prompt_bytes=2_000, messages=5, output_tokens=100, embedding_inputs=3)
SCHEMAS = {"antrag": {"type": "object", "properties": {"name": {"type": "string"}}}}
CHAT = ChatSchema(LIMITS, SCHEMAS)
EMBEDDINGS = EmbeddingSchema(LIMITS)
MESSAGES = [{"role": "user", "content": "Guten Tag"}]


def refused(body: Any, schema: Any = CHAT) -> tuple[str | None, str]:
    """`param` and message of the refusal."""
    with pytest.raises(PlatformError) as caught:
        schema.check(parse_json(json.dumps(body).encode()))
    error = envelope(caught.value)["error"]
    assert 400 <= caught.value.status < 500
    return error["param"], error["message"]


def body(**values: Any) -> dict[str, Any]:
    return {"model": "m", "messages": MESSAGES, **values}


DANGEROUS = {
    "best_of": 2,
    "prompt_embeds": "AAAA",
    "chat_template": "{{ x }}",
    "chat_template_kwargs": {"enable_thinking": True},
    "guided_json": {},
    "guided_regex": "(a+)+$",
    "guided_choice": ["a"],
    "guided_grammar": "root ::= x",
    "structured_outputs": {"regex": "(a+)+$"},
    "logit_bias": {"1": 100},
    "mm_processor_kwargs": {},
    "kv_transfer_params": {},
    "cache_salt": "x",
    "priority": -1,
    "thinking_token_budget": 10**9,
    "user_config": {},
    "api_base": "http://169.254.169.254",
    "base_url": "http://evil",
    "api_key": "x",
    "tools": [],
    "functions": [],
    "logprobs": True,
    "prompt_logprobs": 5,
    "echo": True,
    "min_tokens": 10,
    "ignore_eos": True,
    "add_generation_prompt": False,
    "documents": [],
    "request_id": "x",
    "vllm_xargs": {},
    "bad_words": [],
    "allowed_token_ids": [1],
    "stream_interval": 1,
    "extra_body": {},
    "metadata": {},
    "store": True,
}


@pytest.mark.parametrize("name", DANGEROUS)
def test_unknown_and_dangerous_fields_are_refused_by_name(name: str) -> None:
    """LLM-01: at the top level and in every object of the request, whatever the value."""
    assert refused(body(**{name: DANGEROUS[name]}))[0] == name
    assert refused(body(**{name: None}))[0] == name
    assert refused(body(stream=True, stream_options={name: 1}))[0] == f"stream_options.{name}"
    assert refused(body(messages=[*MESSAGES, {**MESSAGES[0], name: 1}]))[0] == f"messages[1].{name}"
    part = {"type": "text", "text": "x", name: 1}
    assert refused(body(messages=[{"role": "user", "content": [part]}]))[0] == f"messages[0].content[0].{name}"
    assert refused(body(response_format={"type": "text", name: 1}))[0] == f"response_format.{name}"
    named = {"type": "json_schema", "json_schema": {"name": "antrag", name: 1}}
    assert refused(body(response_format=named))[0] == f"response_format.json_schema.{name}"
    assert refused({"model": "m", "input": "x", name: 1}, EMBEDDINGS)[0] == name


@pytest.mark.parametrize("n", [0, 2, 100, "1", 1.0, True])
def test_only_one_answer(n: Any) -> None:
    """LLM-01: `n` above 1 multiplies the work of one request."""
    assert refused(body(n=n))[0] == "n"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "http://169.254.169.254/"}},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
        {"type": "video_url", "video_url": {"url": "file:///etc/passwd"}},
        {"type": "file", "file": {"file_id": "x"}},
    ],
)
def test_only_text_parts(part: dict[str, Any]) -> None:
    """LLM-01: no part makes the model server fetch or decode anything."""
    param, _ = refused(body(messages=[{"role": "user", "content": [part]}]))
    assert param == f"messages[0].content[0].{part['type']}"
    param, _ = refused(body(messages=[{"role": "user", "content": [{"type": part["type"]}]}]))
    assert param == "messages[0].content[0].type"


def test_structured_output_by_name_only() -> None:
    """LLM-04: the schema is ours; a client's own schema, regex or grammar is refused."""
    named = {"type": "json_schema", "json_schema": {"name": "antrag"}}
    forwarded = CHAT.check(body(response_format=named)).forwarded["response_format"]
    assert forwarded == {
        "type": "json_schema",
        "json_schema": {"name": "antrag", "schema": SCHEMAS["antrag"], "strict": True},
    }
    for wrong, param in (
        ({"type": "json_schema", "json_schema": {"name": "fremd"}}, "response_format.json_schema.name"),
        (
            {"type": "json_schema", "json_schema": {"name": "antrag", "schema": {}}},
            "response_format.json_schema.schema",
        ),
        ({"type": "json_schema"}, "response_format.json_schema"),
        ({"type": "json_object"}, "response_format.type"),
        ({"type": "structural_tag"}, "response_format.type"),
        ("text", "response_format"),
    ):
        assert refused(body(response_format=wrong))[0] == param


def test_limits_refuse_with_the_number() -> None:
    """LLM-03: nothing is cut in silence; the refusal says how much is allowed."""
    param, text = refused(body(messages=[{"role": "user", "content": "ä" * 1001}]))
    assert param == "messages"
    assert "2002" in text
    assert "2000" in text
    param, text = refused(body(messages=MESSAGES * 6))
    assert (param, "5" in text) == ("messages", True)
    param, text = refused(body(max_tokens=101))
    assert (param, "100" in text) == ("max_tokens", True)
    param, text = refused({"model": "m", "input": ["x"] * 4}, EMBEDDINGS)
    assert (param, "3" in text) == ("input", True)
    with pytest.raises(PromptTooLarge):
        EMBEDDINGS.check({"model": "m", "input": "x" * 2001})
    assert len(CHAT.check(body(messages=[{"role": "user", "content": "ä" * 1000}])).forwarded["messages"][0]["content"])


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 3}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": ["x"]}, "messages[0]"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 1}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "assistant", "content": "x", "tool_calls": [{"id": "1"}]}]}, "messages[0].tool_calls"),
        ({"messages": [{"role": "user", "content": "x", "tool_calls": None}]}, "messages[0].tool_calls"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"stream": True, "stream_options": []}, "stream_options"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": "0"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_tokens": 10**30}, "max_tokens"),
        ({"seed": 2**63}, "seed"),
        ({"stop": []}, "stop"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stop": [1]}, "stop"),
        ({"stop": ""}, "stop"),
        ({"stop": "x" * 257}, "stop"),
        ({"presence_penalty": 3}, "presence_penalty"),
        ({"frequency_penalty": "x"}, "frequency_penalty"),
        ({"user": 1}, "user"),
        ({"a/b~c": 1}, "a/b~c"),
    ],
)
def test_wrong_values_name_their_field(values: dict[str, Any], param: str) -> None:
    assert refused(body(**values))[0] == param


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b'{"model": NaN}',
        b'{"model": "\\ud800"}',
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"model": "x"} x',
    ],
)
def test_no_json_object(raw: bytes) -> None:
    with pytest.raises(PlatformError) as caught:
        parse_json(raw)
    assert caught.value.status == 400


def test_forwarded_object_is_built_anew() -> None:
    """LLM-01: the model server gets checked values only, never the client's object."""
    request = CHAT.check(
        body(
            messages=[
                {"role": "developer", "content": "kurz"},
                {"role": "user", "content": [{"type": "text", "text": "eins"}]},
                {"role": "assistant", "content": "zwei", "refusal": None, "tool_calls": [], "annotations": []},
            ],
            stream=True,
            stream_options={"include_usage": True},
            max_completion_tokens=7,
            temperature=0,
            stop=["\n"],
            user="anna.weber",
            n=1,
            seed=None,
        )
    )
    assert request.forwarded == {
        "messages": [
            {"role": "system", "content": "kurz"},
            {"role": "user", "content": [{"type": "text", "text": "eins"}]},
            {"role": "assistant", "content": "zwei"},
        ],
        "max_tokens": 7,
        "temperature": 0.0,
        "stop": ["\n"],
    }
    assert (request.stream, request.include_usage, request.prompt_bytes) == (True, True, 12)


@pytest.mark.parametrize("value", ["x", ["x", "y"], [1, 2], [[1, 2], [3]]])
def test_embedding_inputs(value: Any) -> None:
    checked = EMBEDDINGS.check(
        {"model": "m", "input": value, "encoding_format": "base64", "dimensions": 8, "user": "x"}
    )
    assert checked.forwarded == {"input": value, "encoding_format": "base64", "dimensions": 8}


@pytest.mark.parametrize("value", [None, "", [], [""], [[]], ["x", 1], [1, "x"], [[-1]], [["x"]], {"x": 1}, [True]])
def test_wrong_embedding_inputs(value: Any) -> None:
    param, _ = refused({"model": "m", "input": value}, EMBEDDINGS)
    assert param is not None
    assert param.startswith("input")
    assert refused({"model": "m", "input": "x", "encoding_format": "hex"}, EMBEDDINGS)[0] == "encoding_format"
    assert refused({"model": "m", "input": "x", "dimensions": 0}, EMBEDDINGS)[0] == "dimensions"
    assert refused({"model": "m", "input": "x", "user": 3}, EMBEDDINGS)[0] == "user"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["model", "messages", "stream", "stream_options", "stop", "n", "temperature", "x", "seed"])


@given(st.dictionaries(FIELDS, JSON, max_size=6))
def test_any_body_is_checked_or_refused(value: dict[str, Any]) -> None:
    """LLM-01: no body makes the check itself fail, and what passes holds allowed fields only."""
    try:
        request = CHAT.check(value)
    except (InvalidRequest, PromptTooLarge):
        return
    allowed = {"messages", "max_tokens", "temperature", "top_p", "seed", "stop", "response_format"}
    assert request.forwarded.keys() <= allowed | {"presence_penalty", "frequency_penalty"}
