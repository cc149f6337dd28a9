# SPDX-License-Identifier: EUPL-1.2
"""Calls of the model for a run: budget, usage, and how much text fits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from langchain_core.messages import BaseMessage

from genius_common.events import Event, Status, Usage, WarningEvent
from genius_modules.clients.chat_model import GeniusChatModel
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext

# German text in the tokenizers of today's open models: 2.5 to 4 characters a token; the low end is the safe one.
_CHARS_PER_TOKEN = 2.5
ANSWER_TOKENS = 1024
ANSWER_CUT = WarningEvent(
    code="answer_cut",
    detail="Die Antwort hat die erlaubte Länge erreicht und ist unvollständig. Bitte fragen Sie enger oder in Teilen.",
)


def chars_for_input(model: ChatModelInfo, answer_tokens: int = ANSWER_TOKENS) -> int:
    """Characters that the prompt may have so that an answer of `answer_tokens` still fits."""
    tokens = model.context_length - min(answer_tokens, model.context_length // 2)
    return max(int(tokens * _CHARS_PER_TOKEN * 0.9), 200)


def answer_budget(model: ChatModelInfo, answer_tokens: int = ANSWER_TOKENS) -> int:
    return min(answer_tokens, model.context_length // 2)


async def generate(
    ctx: RunContext, model: ChatModelInfo, messages: Sequence[BaseMessage], *, answer_tokens: int = ANSWER_TOKENS
) -> AsyncGenerator[str | Event, None]:
    """Yield pieces of text as they come, then events to pass on (usage, a cut); close it to cancel the model.

    Before the first piece the place in the queue, where the request has to wait.
    """
    ctx.usage.check()
    chat = GeniusChatModel(
        inference=ctx.inference, token=ctx.token, model=model.id, max_tokens=answer_budget(model, answer_tokens)
    )
    used_in = used_out = 0
    cut = waiting = False
    async with aclosing(chat.deltas(messages)) as deltas:
        async for delta in deltas:
            if delta.position:
                waiting = True
                yield Status(phase="queued", position=delta.position)
                continue
            if waiting:
                waiting = False
                yield Status(phase="generating")
            if delta.text:
                yield delta.text
            cut = cut or delta.cut
            # With continuous usage every piece carries the totals so far: the last one counts.
            used_in, used_out = max(used_in, delta.input_tokens), max(used_out, delta.output_tokens)
    ctx.usage.add(used_in, used_out)
    if used_in or used_out:
        yield Usage(input_tokens=used_in, output_tokens=used_out)
    if cut:
        yield ANSWER_CUT


async def complete(
    ctx: RunContext, model: ChatModelInfo, messages: Sequence[BaseMessage], *, answer_tokens: int = ANSWER_TOKENS
) -> tuple[str, list[Event]]:
    """The whole answer at once, for steps that users do not watch, and the events to pass on."""
    parts: list[str] = []
    events: list[Event] = []
    async with aclosing(generate(ctx, model, messages, answer_tokens=answer_tokens)) as pieces:
        async for piece in pieces:
            if isinstance(piece, str):
                parts.append(piece)
            elif not isinstance(piece, Status):  # told afterwards, a place in the queue would be wrong
                events.append(piece)
    return "".join(parts), events
