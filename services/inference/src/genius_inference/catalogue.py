# SPDX-License-Identifier: EUPL-1.2
"""Which models there are: read from the model server's `/v1/models`, kept fresh in the background."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from genius_common.errors import FieldError, PlatformError
from genius_common.principal import ProtectionClass
from genius_common.upstream.client import UpstreamClient
from genius_common.upstream.errors import ModelUnavailable
from genius_inference.errors import ClassNotForModel, ModelNotFound
from genius_inference.settings import UpstreamSettings

Kind = Literal["chat", "embedding"]
_EMBEDDING_NAME = re.compile(r"embed|(?:^|[-_/])(?:bge|e5|gte)(?:[-_.]|$)", re.IGNORECASE)
_MAX_LIST_BYTES = 1_000_000
_ASK_AGAIN_S = 1.0
_MISSES_BEFORE_EMPTY = 3
SILENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Model:
    """One model. `vllm` says whether its server understands vLLM's own fields.

    `highest_class` is the highest protection class of what it may see.
    """

    id: str
    kind: Kind
    owned_by: str
    context_length: int | None
    created: int
    vllm: bool
    highest_class: ProtectionClass

    def require(self, asked: ProtectionClass) -> None:
        """Raise `ClassNotForModel` where content of the class `asked` may not go to it."""
        if not self.highest_class.covers(asked):
            detail = (
                f"„{self.id}“ ist für die Schutzklasse „{asked.label}“ nicht zugelassen, nur bis "
                f"„{self.highest_class.label}“. Bitte wählen Sie ein anderes Modell (/v1/models)."
            )
            raise ClassNotForModel(detail, errors=[FieldError("/model", detail)])

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": self.owned_by,
            "context_length": self.context_length,
            "kind": self.kind,
            "protection_class": self.highest_class.value,
        }


class Catalogue:
    """The models of one upstream. Empty until it answered and after it has been silent three times in a row."""

    def __init__(
        self,
        client: UpstreamClient | None,
        settings: UpstreamSettings,
        highest: ProtectionClass,
        single: Mapping[str, ProtectionClass],
    ) -> None:
        """`highest` is the class that models may see, `single` the same for some of them by name."""
        self._client = client
        self._settings = settings
        self._highest = highest
        self._single = single
        self._models: dict[str, Model] = {}
        self._misses = 0
        self._asked_at = 0.0
        self._lock = asyncio.Lock()

    @property
    def configured(self) -> bool:
        return self._client is not None

    def all(self) -> list[Model]:
        return list(self._models.values())

    async def find(self, name: str, kind: Kind) -> Model:
        """The model `name`; `ModelUnavailable` where there is none at all, `ModelNotFound` for an unknown one."""
        model = self._models.get(name)
        if model is None:
            await self.ensure()
            model = self._models.get(name)
        if not self._models:
            raise ModelUnavailable(retry_after=5 if self.configured else None)
        if model is None or model.kind != kind:
            raise ModelNotFound(errors=[FieldError("/model", ModelNotFound.default_detail)])
        return model

    async def ensure(self) -> None:
        """Ask the model server now, at most once a second; for requests that name a model not seen yet."""
        async with self._lock:
            if time.monotonic() - self._asked_at >= _ASK_AGAIN_S:
                await self.refresh()

    async def refresh(self) -> bool:
        """Read the list again; whether the model server answered."""
        self._asked_at = time.monotonic()
        if self._client is None:
            return False
        try:
            exchange = await self._client.request("GET", "/models", silence_s=SILENCE_S)
            try:
                found = orjson.loads(await exchange.read(_MAX_LIST_BYTES)) if exchange.status == 200 else None
            finally:
                exchange.close()
            models = [self._model(item) for item in found["data"]] if found else None
        except (PlatformError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            models = None
        if models is None:
            self._misses += 1
            if self._misses >= _MISSES_BEFORE_EMPTY:
                self._models = {}
            return False
        self._misses = 0
        self._models = {model.id: model for model in models if self._offered(model)}
        return True

    def _offered(self, model: Model) -> bool:
        wanted = {self._settings.model, self._settings.embedding_model} - {None}
        return not wanted or self._settings.model is None or model.id in wanted

    def _model(self, item: dict[str, Any]) -> Model:
        name = str(item["id"])
        owner = str(item.get("owned_by") or "")
        length = item.get("max_model_len") or item.get("context_length")
        wanted = self._settings.kind
        return Model(
            id=name,
            kind=self._kind(name, item.get("kind")),
            owned_by=owner,
            context_length=length if type(length) is int else None,
            created=item["created"] if type(item.get("created")) is int else 0,
            vllm=wanted == "vllm" or (wanted == "auto" and owner == "vllm"),
            highest_class=self._single.get(name, self._highest),
        )

    def _kind(self, name: str, said: Any) -> Kind:
        """What the settings say, else what the server says (only ours does), else a guess by the name."""
        if name in (self._settings.model, self._settings.embedding_model):
            return "chat" if name == self._settings.model else "embedding"
        if said in ("chat", "embedding"):
            return "chat" if said == "chat" else "embedding"
        return "embedding" if _EMBEDDING_NAME.search(name) else "chat"

    async def keep_fresh(self) -> None:
        """Refresh for ever: every `refresh_s`, every second while there is no model."""
        while True:
            async with self._lock:
                await self.refresh()
            await asyncio.sleep(self._settings.refresh_s if self._models else _ASK_AGAIN_S)
