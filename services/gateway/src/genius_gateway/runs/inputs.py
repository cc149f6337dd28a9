# SPDX-License-Identifier: EUPL-1.2
"""The input of a call, or the inputs of a batch: what can be said about them without asking anybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson

from genius_common.errors import FieldError, InvalidInput, TooLarge
from genius_gateway.conversations import turns
from genius_gateway.conversations.errors import EmptyMessage
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.runs.errors import BatchNotForChat
from genius_gateway.runs.options import RunOptions
from genius_gateway.runs.requests import RunBody

_MOST_NAMED = 50


def checked_inputs(body: RunBody, offered: OfferedModule, options: RunOptions) -> list[dict[str, Any]]:
    """At least one. Raises: InvalidInput, TooLarge, EmptyMessage, BatchNotForChat; each names the field."""
    if body.input is not None and body.inputs is not None:
        raise InvalidInput(errors=[FieldError("/inputs", "Bitte geben Sie entweder „input“ oder „inputs“ an.")])
    inputs = [body.input] if body.input is not None else body.inputs
    if inputs is None:
        raise InvalidInput(errors=[FieldError("/input", "Diese Angabe fehlt.")])
    if body.inputs is not None and offered.manifest.id == turns.MODULE:
        raise BatchNotForChat(errors=[FieldError("/inputs", BatchNotForChat.default_detail)])
    if body.deadline is not None and body.deadline <= dt.datetime.now(dt.UTC):
        raise InvalidInput(errors=[FieldError("/deadline", "Die Frist liegt in der Vergangenheit.")])
    wrong: list[FieldError] = []
    for index, data in enumerate(inputs):
        pointer = pointer_of(body, index)
        if offered.manifest.id == turns.MODULE:
            _check_message(data, options.message_chars)
        wrong += offered.input.errors(data, pointer)
        if len(orjson.dumps(data)) > offered.manifest.limits.bytes:
            text = f"Die Eingabe ist zu groß: erlaubt sind {offered.manifest.limits.bytes} Byte."
            raise TooLarge(text, errors=[FieldError(pointer, text)])
    if wrong:
        raise InvalidInput(errors=wrong[:_MOST_NAMED])
    return inputs


def pointer_of(body: RunBody, index: int) -> str:
    """Where an input stands in the body."""
    return "/input" if body.inputs is None else f"/inputs/{index}"


def _check_message(data: dict[str, Any], limit: int) -> None:
    message = data.get("message")
    if not isinstance(message, str):
        return
    if not message.strip():
        raise EmptyMessage(errors=[FieldError("/input/message", EmptyMessage.default_detail)])
    if len(message) > limit:
        text = f"Die Nachricht ist zu lang: erlaubt sind {limit} Zeichen. Hängen Sie lange Texte als Datei an."
        raise TooLarge(text, errors=[FieldError("/input/message", text)])
