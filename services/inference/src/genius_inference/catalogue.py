# SPDX-License-Identifier: EUPL-1.2
"""Which models there are and which servers have them: read from their `/v1/models`, kept fresh in the background."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args

from genius_common.errors import FieldError
from genius_common.principal import ProtectionClass
from genius_common.upstream.errors import ModelUnavailable
from genius_inference.errors import ClassNotForModel, InvalidRequest, ModelNotFound
from genius_inference.replicas.replica import Replica
from genius_inference.replicas.watch import list_of_models
from genius_inference.settings import ModelSettings, UpstreamSettings

Kind = Literal["chat", "embedding", "rerank"]
_RERANK_NAME = re.compile(r"rerank|cross-encoder", re.IGNORECASE)
_EMBEDDING_NAME = re.compile(r"embed|(?:^|[-_/])(?:bge|e5|gte)(?:[-_.]|$)", re.IGNORECASE)
_ASK_AGAIN_S = 1.0
_MISSES_BEFORE_EMPTY = 3
Offer = Callable[[str, Sequence[Replica]], None]


@dataclass(frozen=True, slots=True)
class Model:
    """One model. `vllm` says whether its server understands vLLM's own fields.

    `highest_class` is the highest protection class of what it may see, `own` what operators have set for it alone.
    """

    id: str
    kind: Kind
    owned_by: str
    context_length: int | None
    created: int
    vllm: bool
    highest_class: ProtectionClass
    own: ModelSettings = field(default_factory=ModelSettings)

    def require(self, asked: ProtectionClass) -> None:
        """Raise `ClassNotForModel` where content of the class `asked` may not go to it."""
        if not self.highest_class.covers(asked):
            detail = (
                f"„{self.id}“ ist für die Schutzklasse „{asked.label}“ nicht zugelassen, nur bis "
                f"„{self.highest_class.label}“. Bitte wählen Sie ein anderes Modell (/v1/models)."
            )
            raise ClassNotForModel(detail, errors=[FieldError("/model", detail)])

    def bound(self, forwarded: dict[str, Any]) -> None:
        """Raise `InvalidRequest` with field and number where a request asks for more than this model may.

        Where it does not say how long the answer may be, the bound is sent along; who meets it is told `length`.
        """
        for name, bound in (("temperature", self.own.temperature), ("max_tokens", self.own.output_tokens)):
            if bound is not None and forwarded.get(name, 0) > bound:
                detail = f"Für „{self.id}“ ist höchstens {bound} erlaubt."
                raise InvalidRequest(errors=[FieldError("/" + name, detail)])
        if self.own.output_tokens is not None:
            forwarded.setdefault("max_tokens", self.own.output_tokens)

    def watt_hours(self, input_tokens: int, output_tokens: int) -> float | None:
        """An estimate of the energy for so many tokens; None where there is no figure for this model."""
        read, written = self.own.wh_per_1000_input, self.own.wh_per_1000_output
        if read is None or written is None:
            return None
        return (input_tokens * read + output_tokens * written) / 1000

    def beside(self, other: Model | None) -> Model:
        """This model where another server has it too: what all of them can is what it can."""
        if other is None:
            return self
        lengths = [length for length in (self.context_length, other.context_length) if length is not None]
        length = min(lengths) if lengths else None
        return replace(self, context_length=length, vllm=self.vllm and other.vllm)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": self.owned_by,
            "context_length": self.context_length,
            "kind": self.kind,
            "protection_class": self.highest_class.value,
            **self.own.model_dump(exclude_none=True, exclude={"kind"}),
        }


class _Listed:
    """What one server said last. Its models are forgotten when it has been silent three times in a row."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.models: dict[str, Model] = {}
        self.misses = 0


class Catalogue:
    """The models of all servers, those of one name together. `offer` is told which replicas a model has."""

    def __init__(
        self,
        replicas: Sequence[Replica],
        settings: UpstreamSettings,
        highest: ProtectionClass,
        single: Mapping[str, ProtectionClass],
        offer: Offer,
        own: Mapping[str, ModelSettings] | None = None,
    ) -> None:
        """`highest` is the class that models may see; `single` the same, and `own` more, for some by name."""
        self._own = own or {}
        self._listed = [_Listed(replica) for replica in replicas]
        self._settings = settings
        self._highest = highest
        self._single = single
        self._offer = offer
        self._models: dict[str, Model] = {}
        self._asked_at = 0.0
        self._lock = asyncio.Lock()

    @property
    def configured(self) -> bool:
        return bool(self._listed)

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

    async def refresh(self) -> None:
        """Read all lists again."""
        self._asked_at = time.monotonic()
        await asyncio.gather(*(self._read(listed) for listed in self._listed))
        replicas: dict[str, list[Replica]] = {}
        models: dict[str, Model] = {}
        for listed in self._listed:
            for name, model in listed.models.items():
                replicas.setdefault(name, []).append(listed.replica)
                models[name] = model.beside(models.get(name))
        for name, having in replicas.items():
            self._offer(name, having)
        self._models = models

    async def _read(self, listed: _Listed) -> None:
        items = await list_of_models(listed.replica)
        try:
            models = None if items is None else [self._model(item) for item in items]
        except KeyError:
            models = None
        if models is None:
            listed.misses += 1
            if listed.misses >= _MISSES_BEFORE_EMPTY:
                listed.models = {}
            return
        listed.misses = 0
        listed.replica.vllm = any(model.vllm for model in models)
        listed.replica.breaker.answered()
        listed.models = {model.id: model for model in models if self._offered(model)}

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
            own=self._own.get(name, ModelSettings()),
        )

    def _kind(self, name: str, said: Any) -> Kind:
        """What the settings say, else what the server says (only ours does), else a guess by the name."""
        own = self._own.get(name)
        if own is not None and own.kind is not None:
            return own.kind
        if name in (self._settings.model, self._settings.embedding_model):
            return "chat" if name == self._settings.model else "embedding"
        if said in get_args(Kind):
            return cast("Kind", said)
        if _RERANK_NAME.search(name):
            return "rerank"
        return "embedding" if _EMBEDDING_NAME.search(name) else "chat"

    async def keep_fresh(self) -> None:
        """Refresh for ever: every `refresh_s`, every second while there is no model or a server does not answer."""
        while True:
            async with self._lock:
                await self.refresh()
            away = any(listed.misses or listed.replica.breaker.opens_in for listed in self._listed)
            await asyncio.sleep(self._settings.refresh_s if self._models and not away else _ASK_AGAIN_S)
