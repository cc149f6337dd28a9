# SPDX-License-Identifier: EUPL-1.2
"""A follow-up question that the model makes whole, so that the search finds what "das" or "dort" mean.

It decides what is looked for, never what is found: the search has the rights of the person, whatever the model writes
(INJ-01). Without a usable answer the search uses words of the earlier turns.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from langchain_core.messages import HumanMessage, SystemMessage

from genius_common.contracts.modules import ChatTurn
from genius_common.errors import PlatformError
from genius_common.events import Event, Usage
from genius_common.text.specials import literal
from genius_modules.citations import without_markers
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.generation import chars_for_input, complete
from genius_modules.prompts import as_data, load

log = structlog.get_logger(__name__)
_LONGEST_MESSAGE = 300
"""Characters; a longer message is its own context."""
_TURNS, _TURN_CHARS, _RULES_CHARS = 4, 1500, 1200
_TOKENS, _LONGEST_QUESTION = 96, 400


async def whole_question(
    ctx: RunContext, model: ChatModelInfo, history: Sequence[ChatTurn], message: str
) -> tuple[str | None, list[Event]]:
    """What to search for in place of `message`, and events to pass on; None where the message is to be used itself.

    A model that fails here is no failure of the turn, which asks it again for the answer.
    """
    room = chars_for_input(model, _TOKENS) - _RULES_CHARS
    if not history or len(message) > _LONGEST_MESSAGE or room < _TURN_CHARS:
        return None, []
    talk = "\n".join(_line(turn) for turn in history[-_TURNS:])[-room:]
    system, user = load("chat", "follow_up").render(gespraech=talk, frage=literal(message))
    try:
        answer, events = await complete(ctx, model, [SystemMessage(system), HumanMessage(user)], answer_tokens=_TOKENS)
    except PlatformError as error:
        log.warning("follow-up question not made whole", code=error.code)
        return None, []
    # That this answer was cut says nothing about the one that is shown.
    return usable(answer, message), [event for event in events if isinstance(event, Usage)]


def usable(answer: str, message: str) -> str | None:
    """The answer where it is one line that can be a question, and another one than `message`."""
    question = answer.strip().strip('"„“').strip()
    if not question or "\n" in question or len(question) > _LONGEST_QUESTION or question == message.strip():
        return None
    return question


def _line(turn: ChatTurn) -> str:
    who = "Frage" if turn.role == "user" else "Antwort"
    return f"{who}: {as_data(without_markers(turn.text)[:_TURN_CHARS])}"
