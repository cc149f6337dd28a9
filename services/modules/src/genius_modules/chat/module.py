# SPDX-License-Identifier: EUPL-1.2
"""chat: a turn of a conversation, with or without documents, with or without a model; it says which."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from typing_extensions import override

from genius_common.contracts.modules import Label, RuleOfTwo
from genius_common.events import Event, Status
from genius_common.principal import ProtectionClass
from genius_modules.base import Module, ModuleSpec
from genius_modules.chat.schemas import ChatInput, ChatResult
from genius_modules.chat.turn import Turn
from genius_modules.context import RunContext
from genius_modules.documents.files import ReadyFiles


class Chat(Module[ChatInput]):
    spec = ModuleSpec(
        id="chat",
        version="1.0.0",
        title=Label(de="Chat", en="Chat"),
        description=Label(
            de="Unterhaltung mit dem Assistenten, auf Wunsch mit Wissensbasen und Dateien.",
            en="A conversation with the assistant, with knowledge bases and files if wanted.",
        ),
        input_model=ChatInput,
        result_model=ChatResult,
        scopes=(
            "modules.run",
            "run.token",
            "search",
            "documents.read",
            "files.read",
            "chat.completions",
            "models.read",
        ),
        needs="optional",
        mode_without_model="extractive",
        protection_classes=ProtectionClass.up_to(ProtectionClass.STEUERGEHEIMNIS),
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        icon="message-square",
    )

    @override
    async def run(self, ctx: RunContext, data: ChatInput) -> AsyncGenerator[Event, None]:
        turn = Turn(ctx, data)
        ready = ReadyFiles(ctx, data.files or [])
        async with aclosing(ready.wait()) as waiting:
            async for event in waiting:
                yield event
        model = await ctx.chat_model()
        if turn.wants_documents:
            yield Status(phase="searching")
            async with aclosing(turn.understand(model)) as events:
                async for event in events:
                    yield event
            await turn.search(model)
            if model and ready.states:
                await turn.read_files(ready.states, model)
        async with aclosing(turn.with_model(model) if model else turn.without_model()) as events:
            async for event in events:
                yield event
