# SPDX-License-Identifier: EUPL-1.2
"""The module contract: a manifest, and runs that answer with events (public API, "Module over HTTP")."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from genius_common.contracts.house_style import HouseStyle
from genius_common.principal import ProtectionClass
from genius_common.uses import RESERVED

Needs = Literal["generative", "optional", "none"]
Mode = Literal["generative", "extractive", "template"]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Model):
    de: str
    en: str


class Limits(Model):
    """Upper bounds of one run; reached = typed error, never a silent cut."""

    tokens: int = Field(default=200_000, ge=0)
    seconds: int = Field(default=300, ge=1)
    bytes: int = Field(default=12_000_000, ge=1)


class RuleOfTwo(Model):
    """Private data, untrusted text, effect outside: all three only with a human step (INJ-02)."""

    private_data: bool
    untrusted_text: bool
    external_effect: bool = False


class Card(Model):
    """The module in the register of AI uses (AI Act; KI-01 to KI-04): without a valid one it is not offered.

    `approver` is an office, never the name of a person. The day `expires_on` is the last one.
    """

    purpose: Label
    role: Literal["provider", "deployer", "both"] = Field(description="of the tenant's body under the AI Act")
    risk_class: Literal["minimal", "limited", "high", "prohibited"]
    annex_iii: Label = Field(description="outcome of the check against Annex III, with the reason")
    approver: str = Field(min_length=2, max_length=200)
    approved_on: dt.date
    expires_on: dt.date


class PromptFile(Model):
    """A prompt as the module uses it, readable for its users (INJ-05); it holds no secret."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,60}$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    text: str = Field(max_length=100_000)


class ModuleManifest(Model):
    """What a module is; built-ins and third parties publish the same. Schemas are JSON Schema 2020-12."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: Label
    description: Label
    input_schema: dict[str, Any]
    result_schema: dict[str, Any]
    scopes: list[str] = Field(description="of the run token: search, documents.read, files.read, chat.completions …")
    needs: Needs
    mode: Mode = Field(description="how it works now; without a model not `generative`")
    protection_classes: list[ProtectionClass] = Field(
        description="what it may see; a class counts only with all below it (TEN-15)"
    )
    rule_of_two: RuleOfTwo
    human_step: Label | None = None
    limits: Limits = Limits()
    card: Card | None = Field(default=None, description="without one the module is not offered (KI-03)")
    prompts: list[PromptFile] = Field(default=[], max_length=50)
    icon: str = "module"

    @field_validator("id")
    @classmethod
    def _is_no_other_use(cls, value: str) -> str:
        """The id is also what knowledge bases name as a use: it must mean the module and nothing else (DSG-06)."""
        if value in RESERVED:
            raise ValueError(f"no module may be called {value}")
        return value

    @property
    def highest_class(self) -> ProtectionClass | None:
        """None: it may see nothing at all."""
        return ProtectionClass.ceiling(self.protection_classes)


class ManifestList(Model):
    items: list[ModuleManifest]


class RunFile(Model):
    id: UUID
    name: str
    media_type: str | None = None
    size: int
    protection_class: ProtectionClass = ProtectionClass.INTERN


class ServiceUrls(Model):
    inference: str
    retrieval: str


class ChatTurn(Model):
    """An earlier message of the conversation, oldest first; the gateway adds them for module `chat`."""

    role: Literal["user", "assistant"]
    text: str


class ModuleRunRequest(Model):
    """Body of `POST /runs` of a module: one input.

    `history` is empty for every module but `chat`; `house_style` is that of the user's authority, for `draft` alone,
    and left out where there is none.
    """

    run: UUID
    version: str
    input: dict[str, Any]
    locale: Literal["de", "en"] = "de"
    deadline: dt.datetime | None = None
    protection_class: ProtectionClass = Field(
        default=ProtectionClass.INTERN, description="of everything that goes in; the token allows nothing above"
    )
    files: list[RunFile] = []
    services: ServiceUrls
    limits: Limits = Limits()
    history: list[ChatTurn] = []
    house_style: HouseStyle | None = None
