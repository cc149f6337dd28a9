# SPDX-License-Identifier: EUPL-1.2
"""What a module is: a frozen description, and a function from one input to events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from genius_common.contracts.modules import (
    Card,
    ChatTurn,
    Label,
    Limits,
    Mode,
    ModuleManifest,
    Needs,
    PromptFile,
    RuleOfTwo,
)
from genius_common.contracts.retrieval import Citation, Passage
from genius_common.errors import FieldError
from genius_common.events import Event
from genius_common.principal import ProtectionClass
from genius_modules import prompts
from genius_modules.cards import CARDS
from genius_modules.context import RunContext
from genius_modules.schema import json_schema


class ModuleInput(BaseModel):
    """Base of all inputs: closed, so that a misspelt field is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def refusals(self, history: Sequence[ChatTurn]) -> list[FieldError]:
        """What is wrong with the fields together, as pointers below the input; checked before the run starts."""
        return []


class TextSpan(BaseModel):
    """A citation of a text that was pasted in: like a `Citation`, without a document.

    `text` is the input's characters `char_from` to `char_to`, the quote with its neighbours; `passages` holds the
    quote's own span.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int = Field(ge=1)
    quote: str
    title: str
    text: str
    passages: list[Passage] = []
    char_from: int = Field(ge=0)
    char_to: int = Field(ge=0)


class TextResult(BaseModel):
    """Result of the text modules; `[n]` in `text` is the citation with that number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    citations: list[Citation | TextSpan] = []
    mode: Mode
    model: str | None = None


InputT = TypeVar("InputT", bound=ModuleInput)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSpec(Generic[InputT]):
    """The manifest's source. `needs`: generative = refuses without a model, optional = degrades and says so.

    `protection_classes` is the data it may see, `ProtectionClass.up_to(highest)`: there is no default. `card` is its
    entry in the register of AI uses; those of the built-in modules stand in `cards.py`. `prompts` of a built-in are the
    files of its folder.
    """

    id: str
    version: str
    title: Label
    description: Label
    input_model: type[InputT]
    result_model: type[BaseModel]
    scopes: tuple[str, ...]
    needs: Needs
    mode_without_model: Mode
    protection_classes: tuple[ProtectionClass, ...]
    rule_of_two: RuleOfTwo
    human_step: Label | None = None
    limits: Limits = field(default_factory=Limits)
    card: Card | None = None
    prompts: tuple[PromptFile, ...] = ()
    icon: str = "module"

    @property
    def highest_class(self) -> ProtectionClass | None:
        """None: it may see nothing at all."""
        return ProtectionClass.ceiling(self.protection_classes)

    def manifest(self, *, model_available: bool) -> ModuleManifest:
        """The published form; `mode` says how the module works now."""
        mode: Mode = "generative" if model_available and self.needs != "none" else self.mode_without_model
        return ModuleManifest(
            id=self.id,
            version=self.version,
            title=self.title,
            description=self.description,
            input_schema=json_schema(self.input_model),
            result_schema=json_schema(self.result_model),
            scopes=list(self.scopes),
            needs=self.needs,
            mode=mode,
            protection_classes=list(self.protection_classes),
            rule_of_two=self.rule_of_two,
            human_step=self.human_step,
            limits=self.limits,
            card=self.card or CARDS.get(self.id),
            prompts=list(self.prompts) or prompts.published(self.id.replace("-", "_")),
            icon=self.icon,
        )


class Module(ABC, Generic[InputT]):
    """One function of the platform. Instances keep nothing between runs and may serve many at once."""

    spec: ModuleSpec[InputT]

    @abstractmethod
    def run(self, ctx: RunContext, data: InputT) -> AsyncGenerator[Event, None]:
        """Yield events; the last one is `Done`. Raise a `PlatformError` for a failure; being cancelled is normal."""


AnyModule = Module[Any]
