# SPDX-License-Identifier: EUPL-1.2
"""How the scripted server behaves for one request, and who decides that."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Cut(StrEnum):
    """How a stream breaks."""

    CLOSE = "close"  # connection closed in the middle of the message
    RESET = "reset"  # TCP RST
    HALF = "half"  # write side closed, read side open
    CHUNK = "chunk"  # an impossible chunk size
    EVENT = "event"  # half an event, then close
    JSON = "json"  # an event that is no JSON, then the rest as if nothing had happened
    ERROR = "error"  # an error event, then a false [DONE]
    END = "end"  # a clean end of the message without [DONE]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One request's script; the default echoes the last user message token by token."""

    answer: str = "echo"  # echo, obey, cite, or any other text: that text itself
    delay_s: float = 0.0  # before each token
    first_delay_s: float = 0.0  # before the response's head
    end_delay_s: float = 0.0  # between [DONE] and the end of the message
    cut_after: int | None = None  # tokens, then `cut`
    cut: Cut = Cut.CLOSE
    hang_after: int | None = None  # tokens, then silence; -1 = not even a head
    status: int | None = None  # answer with this error status
    message: str = ""  # the error's message
    longest: int | None = None  # characters of a message or text to embed; a longer one is refused as vLLM does
    empty: bool = False  # 200 and nothing
    media_type: str | None = None  # another content type than the right one
    pieces: int | None = None  # write the body in pieces of so many bytes
    usage: bool = True  # whether usage is sent when asked for

    def with_values(self, values: dict[str, Any]) -> Behaviour:
        """A copy with some fields replaced; an unknown name raises ValueError."""
        unknown = values.keys() - {field.name for field in fields(self)}
        if unknown:
            raise ValueError(f"unknown behaviour: {', '.join(sorted(unknown))}")
        if "cut" in values:
            values = {**values, "cut": Cut(values["cut"])}
        return replace(self, **values)


MODELS: dict[str, Behaviour] = {
    "scripted": Behaviour(),
    "echo": Behaviour(),
    "obey": Behaviour(answer="obey"),
    "cite": Behaviour(answer="cite"),
    "slow": Behaviour(delay_s=0.05),
    "cut": Behaviour(cut_after=3),
    "hang": Behaviour(hang_after=-1),
    "hang-mid": Behaviour(hang_after=3),
    "error": Behaviour(status=500),
    "busy": Behaviour(status=503),
}
EMBEDDING_MODEL = "scripted-embedding"

_DIRECTIVE = re.compile(r"\[\[([a-z_]+)=([^\]]*)\]\]")
_FLOATS = {"delay_s", "first_delay_s", "end_delay_s"}
_INTEGERS = {"cut_after", "hang_after", "status", "pieces", "longest"}
_FLAGS = {"empty", "usage"}


def directives(text: str) -> dict[str, Any]:
    """Values from `[[name=value]]` in the last user message, e.g. `[[cut_after=3]] [[cut=reset]]`."""
    found: dict[str, Any] = {}
    for name, value in _DIRECTIVE.findall(text):
        if name in _FLAGS:
            found[name] = value == "true"
        else:
            found[name] = float(value) if name in _FLOATS else int(value) if name in _INTEGERS else value
    return found
