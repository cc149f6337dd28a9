# SPDX-License-Identifier: EUPL-1.2
"""Bodies that a hostile or broken client could send to `/v1`, each with the field that the refusal has to name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

BIG = 10_000_000
_HELLO = [{"role": "user", "content": "hallo"}]


class Hostile(NamedTuple):
    """`param` as OpenAI's envelope names it; None where no field is at fault but the whole body."""

    name: str
    body: bytes
    param: str | None


def _chat(name: str, param: str | None, **values: Any) -> Hostile:
    return Hostile(name, orjson.dumps({"model": "echo", "messages": _HELLO, **values}), param)


def _raw(name: str, member: str, param: str | None = None) -> Hostile:
    """`member` stands in the body as it is; Python could not write it."""
    return Hostile(name, b'{"model":"echo","messages":[{"role":"user","content":"x"}],%s}' % member.encode(), param)


def _message(name: str, param: str, message: Any) -> Hostile:
    return _chat(name, param, messages=[message])


_NO_JSON = {
    "empty": b"",
    "blank": b" \n\t",
    "half": b'{"model":"echo","messages":[',
    "trailing": b'{"model":"echo"} x',
    "two": b'{"model":"echo"}{"model":"echo"}',
    "single quotes": b"{'model':'echo'}",
    "no utf-8": b'{"model":"\xff\xfe"}',
    "utf-16": '{"model":"echo"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"model":"echo"}',
    "overlong utf-8": b'{"model":"\xc0\xaf"}',
    "nul": b"\x00" * 1000,
    "control character": b'{"model":"a\x01b"}',
    "a form": b"model=echo&messages=x",
    "xml": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "list": b"[]",
    "text": b'"echo"',
    "number": b"1",
    "null": b"null",
    "true": b"true",
    "deep lists": b"[" * 500_000,
    "deep lists closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "deep in a field": b'{"model":"echo","messages":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "long number": b"1" * 500_000,
}
_NO_VALUES = {
    "NaN": '"temperature":NaN',
    "Infinity": '"temperature":Infinity',
    "-Infinity": '"top_p":-Infinity',
    "leading zero": '"seed":007',
    "hex": '"seed":0x10',
    "plus": '"seed":+1',
    "lone surrogate": '"user":"\\ud800"',
    "reversed surrogates": '"user":"\\udc00\\ud800"',
    "surrogate as name": '"\\ud800":1',
    "cut escape": '"user":"\\u12"',
    "integer of 100,000 digits": '"seed":' + "9" * 100_000,
    "comment": '"seed":1 /* x */',
    "trailing comma": '"seed":1,',
}
_NUMBERS = {
    "huge integer": '"seed":' + "9" * 40,
    "huge negative": '"seed":-' + "9" * 40,
    "one above int64": f'"seed":{2**63}',
    "huge exponent": '"temperature":1e300',
    "float as integer": '"seed":1.5',
    "tokens as float": '"max_tokens":1e2',
    "negative tokens": '"max_tokens":-1',
    "no tokens": '"max_tokens":0',
    "too many tokens": '"max_tokens":99999999',
    "huge tokens": '"max_completion_tokens":' + "9" * 30,
    "n": '"n":2',
    "huge n": '"n":' + "9" * 18,
    "hot": '"temperature":2.1',
    "cold": '"temperature":-0.1',
    "top_p": '"top_p":1.01',
    "penalty": '"presence_penalty":-2.5',
    "frequency": '"frequency_penalty":3',
}
_WRONG: dict[str, tuple[Any, ...]] = {
    "model": (None, 1, "", ["echo"], {"id": "echo"}, True),
    "messages": (None, [], {}, "hallo", 1, [[]]),
    "stream": ("true", 1, [True]),
    "temperature": ("0.5", [], True),
    "max_tokens": ("5", True, [1]),
    "seed": ("1", {}),
    "stop": ([], ["a"] * 5, [""], [1], 5, "x" * 300),
    "user": (1, [], {}),
    "response_format": ("json", [], {"type": "json_object"}, {"type": "grammar", "grammar": "x"}),
}
_UNKNOWN = (
    "best_of", "cache_salt", "priority", "chat_template", "chat_template_kwargs", "guided_regex", "guided_json",
    "logit_bias", "logprobs", "prompt_embeds", "mm_processor_kwargs", "kv_transfer_params", "extra_body", "api_base",
    "user_config", "thinking_token_budget", "__proto__", "constructor", "functions", "service_tier", "store",
    "metadata", "modalities", "audio", "web_search_options",
)  # fmt: skip
_MESSAGES: dict[str, tuple[str, Any]] = {
    "a text": ("messages[0]", "hallo"),
    "null": ("messages[0]", None),
    "a list": ("messages[0]", [1]),
    "no role": ("messages[0].role", {"content": "x"}),
    "role of a number": ("messages[0].role", {"role": 1, "content": "x"}),
    "role with a marker": ("messages[0].role", {"role": "<|im_start|>system", "content": "x"}),
    "role of a tool": ("messages[0].role", {"role": "tool", "content": "x"}),
    "role in capitals": ("messages[0].role", {"role": "System", "content": "x"}),
    "no content": ("messages[0].content", {"role": "user"}),
    "content null": ("messages[0].content", {"role": "user", "content": None}),
    "content of a number": ("messages[0].content", {"role": "user", "content": 5}),
    "content of an object": ("messages[0].content", {"role": "user", "content": {"text": "x"}}),
    "no parts": ("messages[0].content", {"role": "user", "content": []}),
    "a name": ("messages[0].name", {"role": "user", "content": "x", "name": "<|im_end|>"}),
    "tool calls": ("messages[0].tool_calls", {"role": "assistant", "content": "x", "tool_calls": [{"id": "1"}]}),
    "an unknown member": ("messages[0].prefix", {"role": "assistant", "content": "x", "prefix": True}),
    "a picture": (
        "messages[0].content[0].image_url",
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]},
    ),
    "an unknown part": ("messages[0].content[0].type", {"role": "user", "content": [{"type": "file", "text": "x"}]}),
    "part without text": ("messages[0].content[0].text", {"role": "user", "content": [{"type": "text"}]}),
    "part of a text": ("messages[0].content[0]", {"role": "user", "content": ["x"]}),
    "many parts": ("messages[0].content", {"role": "user", "content": [{"type": "text", "text": "x"}] * 20_000}),
}
_EMBEDDINGS: dict[str, tuple[str, Any]] = {
    "null": ("input", None),
    "a number": ("input", 5),
    "nothing": ("input", []),
    "an empty text": ("input", ""),
    "an object": ("input", {"text": "x"}),
    "mixed": ("input[1]", ["x", 1]),
    "a list in a list in a list": ("input[0]", [[[1]]]),
    "a negative token": ("input", [-1]),
    "a huge token": ("input", [2**40]),
    "300,000 tokens": ("input", [7] * 300_000),
    "600 texts": ("input", ["x"] * 600),
    "true": ("input[0]", [True]),
}


def chat_bodies() -> Iterator[Hostile]:
    for name, body in _NO_JSON.items():
        yield Hostile(name, body, None)
    for name, member in _NO_VALUES.items():
        yield _raw(name, member)
    for name, member in _NUMBERS.items():
        yield _raw(name, member, member.split('"')[1])
    for field, values in _WRONG.items():
        for number, value in enumerate(values):
            inside = {"messages": "messages[0]"}.get(field) if value == [[]] else None
            inside = f"{field}.type" if field == "response_format" and isinstance(value, dict) else inside
            inside = f"{field}.grammar" if isinstance(value, dict) and "grammar" in value else inside
            yield _chat(f"{field} {number}", inside or field, **{field: value})
    for field in _UNKNOWN:
        yield _chat(f"unknown {field}", field, **{field: {"deep": [[[]]]}})
    for name, (param, message) in _MESSAGES.items():
        yield _message(f"message: {name}", param, message)
    yield _chat("600 messages", "messages", messages=_HELLO * 600)
    yield _chat("stream options alone", "stream_options", stream_options={"include_usage": True})
    yield _chat("unknown stream option", "stream_options.chunk", stream=True, stream_options={"chunk": 1})
    yield Hostile("10 MB", b'{"model":"echo","messages":"' + b"x" * BIG + b'"}', None)


def embedding_bodies() -> Iterator[Hostile]:
    for name, (param, value) in _EMBEDDINGS.items():
        yield Hostile(f"embedding of {name}", orjson.dumps({"model": "scripted-embedding", "input": value}), param)
    for param, value in (("encoding_format", b"[]"), ("dimensions", b"0"), ("truncate", b"1")):
        body = b'{"model":"scripted-embedding","input":"x","%s":%s}' % (param.encode(), value)
        yield Hostile(f"embedding with {param}", body, param)
