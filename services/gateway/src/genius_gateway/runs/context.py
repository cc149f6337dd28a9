# SPDX-License-Identifier: EUPL-1.2
"""The collaborators that everything about runs shares; built once by the application."""

from __future__ import annotations

from dataclasses import dataclass

from genius_common.contracts.modules import ServiceUrls
from genius_common.database import Database
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.callbacks.sender import Callbacks
from genius_gateway.house_style.versions import HouseStyles
from genius_gateway.modules.catalogue import Catalogue
from genius_gateway.modules.switches import ModuleSwitches
from genius_gateway.protection_classes.models import ModelClasses
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.runs.options import RunOptions
from genius_gateway.runs.ports import Permission, RunTokens, Turns
from genius_gateway.runs.repository import RunRepository
from genius_gateway.usage.runs import RunQuota


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParts:
    """`retrieval_log` is there under the Steuergeheimnis: a run with sources then needs a case, and is logged."""

    database: Database
    repository: RunRepository
    catalogue: Catalogue
    switches: ModuleSwitches
    models: ModelClasses
    tokens: RunTokens
    audit: AuditTrail
    quota: RunQuota
    turns: Turns
    house_styles: HouseStyles
    permission: Permission
    callbacks: Callbacks
    retrieval_log: RetrievalLog | None
    services: ServiceUrls
    options: RunOptions
