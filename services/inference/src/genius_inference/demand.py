# SPDX-License-Identifier: EUPL-1.2
"""What a checked request asks of the queue: its size, its class, its deadline, and what it begins with."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from genius_common.errors import FieldError, InvalidInput
from genius_common.principal import Principal
from genius_common.upstream.routes import header
from genius_common.web import Scope
from genius_inference.fair_queue.gate import Demand
from genius_inference.schema import ChatRequest

CLASS_HEADER = b"x-genius-class"
"""`bulk`: batches and jobs that nobody waits for at a screen. Anybody may say so of their own request."""
DEADLINE_HEADER = b"x-genius-deadline"
"""Seconds after which the caller gives up."""
_BEGINNING_CHARS = 2048
_BYTES_A_TOKEN = 3
"""German text has three to four bytes a token; the account is corrected by the real count afterwards."""


def chat_demand(request: ChatRequest, principal: Principal, scope: Scope) -> Demand:
    return Demand(
        authority=principal.authority,
        person=principal.subject,
        tokens=request.prompt_bytes // _BYTES_A_TOKEN + 1,
        output_tokens=request.forwarded.get("max_tokens"),
        affinity=_beginning(request.forwarded["messages"], principal),
        bulk=header(scope, CLASS_HEADER) == b"bulk",
        deadline_s=_deadline(scope),
    )


def embedding_demand(body: bytes, principal: Principal, scope: Scope) -> Demand:
    return Demand(
        authority=principal.authority,
        person=principal.subject,
        tokens=len(body) // _BYTES_A_TOKEN + 1,
        output_tokens=0,
        bulk=header(scope, CLASS_HEADER) == b"bulk",
        deadline_s=_deadline(scope),
    )


def _beginning(messages: list[dict[str, Any]], principal: Principal) -> bytes:
    """A digest of the first characters up to the first answer: equal for all turns of a conversation.

    The authority is part of it, since its cache salt keeps its prefixes apart from others' anyway.
    """
    digest = hashlib.blake2b(str(principal.authority).encode(), digest_size=16)
    left = _BEGINNING_CHARS
    for message in messages:
        if message["role"] == "assistant" or left <= 0:
            break
        content = message["content"]
        text = content if type(content) is str else content[0]["text"]
        digest.update(text[:left].encode())
        left -= len(text)
    return digest.digest()


def _deadline(scope: Scope) -> float | None:
    given = header(scope, DEADLINE_HEADER)
    if not given:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        detail = "Hier wird die Zahl der Sekunden erwartet, nach denen die Antwort nicht mehr gebraucht wird."
        raise InvalidInput(errors=[FieldError("/X-Genius-Deadline", detail)])
    return seconds
