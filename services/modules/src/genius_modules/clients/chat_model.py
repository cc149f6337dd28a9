# SPDX-License-Identifier: EUPL-1.2
"""langchain-core's chat model on inference. Our modules read `deltas` directly, without a runnable per chunk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field
from typing_extensions import override

from genius_modules.clients.inference import Delta, InferenceClient

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


def to_openai(messages: Sequence[BaseMessage]) -> list[dict[str, str]]:
    """Messages in OpenAI's shape; only text, only these three roles."""
    return [{"role": _ROLES[message.type], "content": str(message.text)} for message in messages]


class GeniusChatModel(BaseChatModel):
    """A chat model of the platform, acting with a run's token. Asynchronous only."""

    inference: InferenceClient = Field(exclude=True)
    token: Callable[[], Awaitable[str]] = Field(exclude=True)
    model: str
    max_tokens: int | None = None
    temperature: float = 0.2

    model_config = ConfigDict(arbitrary_types_allowed=True)

    @property
    @override
    def _llm_type(self) -> str:
        return "genius"

    @property
    @override
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"model": self.model, "temperature": self.temperature, "max_tokens": self.max_tokens}

    async def deltas(
        self, messages: Sequence[BaseMessage], stop: list[str] | None = None
    ) -> AsyncGenerator[Delta, None]:
        """Yield the answer as it comes; close the iterator to cancel the model."""
        options: dict[str, Any] = {"temperature": self.temperature}
        if self.max_tokens:
            options["max_tokens"] = self.max_tokens
        if stop:
            options["stop"] = stop
        source = self.inference.stream(await self.token(), self.model, to_openai(messages), options)
        async with aclosing(source) as deltas:
            async for delta in deltas:
                yield delta

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async with aclosing(self.deltas(messages, stop)) as deltas:
            async for delta in deltas:
                usage = _usage(delta) if delta.input_tokens or delta.output_tokens else None
                yield ChatGenerationChunk(message=AIMessageChunk(content=delta.text, usage_metadata=usage))

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        parts: list[str] = []
        usage: UsageMetadata | None = None
        async with aclosing(self.deltas(messages, stop)) as deltas:
            async for delta in deltas:
                parts.append(delta.text)
                if delta.input_tokens or delta.output_tokens:
                    usage = _usage(delta)
        message = AIMessage(content="".join(parts), usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise TypeError("GeniusChatModel is asynchronous: use ainvoke or astream")


def _usage(delta: Delta) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=delta.input_tokens,
        output_tokens=delta.output_tokens,
        total_tokens=delta.input_tokens + delta.output_tokens,
    )
