# SPDX-License-Identifier: EUPL-1.2
"""Modules as the public API shows them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from genius_common.contracts.modules import Label, ModuleManifest
from genius_gateway.modules.catalogue import OfferedModule, WithheldModule


class ModuleView(ModuleManifest):
    """A manifest, and who runs the module."""

    external: bool = Field(description="of another provider: off until the authority's administration switches it on")

    @classmethod
    def of(cls, offered: OfferedModule) -> ModuleView:
        return cls.model_construct(**dict(offered.manifest), external=offered.external)


class WithheldReason(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    detail: str


class WithheldView(BaseModel):
    """A module that is not offered to anybody, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: Label
    external: bool
    reason: WithheldReason

    @classmethod
    def of(cls, item: WithheldModule) -> WithheldView:
        reason = WithheldReason(code=item.code, detail=item.detail)
        return cls(id=item.id, title=item.title, external=item.external, reason=reason)


class ModuleList(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    items: list[ModuleView]
    withheld: list[WithheldView]
