# SPDX-License-Identifier: EUPL-1.2
"""Builds modules, runs and conversations from the state of the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from genius_common.contracts.modules import ServiceUrls
from genius_common.database import Database
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.callbacks.sender import Callbacks
from genius_gateway.callbacks.targets import CallbackTargets
from genius_gateway.conversations.repository import ConversationRepository, MessageRepository
from genius_gateway.conversations.service import ConversationService
from genius_gateway.conversations.turns import TurnService
from genius_gateway.house_style.versions import HouseStyles
from genius_gateway.modules.catalogue import Catalogue
from genius_gateway.modules.external import ExternalModules
from genius_gateway.modules.switches import ModuleSwitches
from genius_gateway.protection_classes.models import ModelClasses
from genius_gateway.retention.periods import Periods
from genius_gateway.retention.schedule import Schedule
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.runs.context import RunParts
from genius_gateway.runs.library import GatewayLibrary, GatewayTokens
from genius_gateway.runs.options import RunOptions
from genius_gateway.runs.ports import Permission
from genius_gateway.runs.references import ReferenceCheck
from genius_gateway.runs.repository import RunRepository
from genius_gateway.runs.sealing import Sealer
from genius_gateway.runs.service import RunService
from genius_gateway.settings import Settings
from genius_gateway.tokens.minter import TokenMinter
from genius_gateway.usage.ledger import Ledger
from genius_gateway.usage.runs import RunQuota


@dataclass(frozen=True, slots=True)
class RunSystem:
    """Lies in `app.state.runs`. The lifespan calls `start()` after, and `stop()` before the shared parts close."""

    catalogue: Catalogue
    switches: ModuleSwitches
    runs: RunService
    conversations: ConversationService
    tokens: GatewayTokens
    callbacks: Callbacks
    house_styles: HouseStyles

    async def start(self) -> None:
        await self.runs.start()
        self.callbacks.start()

    async def stop(self) -> None:
        await self.runs.stop()
        await self.callbacks.stop()


def assemble(
    *,
    settings: Settings,
    database: Database,
    keys: KeyRing,
    minter: TokenMinter,
    audit: AuditTrail,
    ledger: Ledger,
    modules: ServiceClient,
    retrieval: ServiceClient,
    inference: ServiceClient,
    permission: Permission,
    retrieval_log: RetrievalLog | None = None,
    options: RunOptions | None = None,
) -> RunSystem:
    """Everything of these folders, not yet started."""
    options = options or RunOptions()
    sealer = Sealer(keys)
    conversations, messages = ConversationRepository(sealer), MessageRepository(sealer)
    turns = TurnService(conversations, messages, options.history_chars)
    library = GatewayLibrary(database, keys, minter, retrieval)
    tokens = GatewayTokens(minter, library, settings.tenant)
    references = ReferenceCheck(library)
    catalogue = Catalogue(modules, tokens, ExternalModules(settings.module_register_file, modules))
    switches, house_styles = ModuleSwitches(database), HouseStyles(database, keys)
    repository = RunRepository(sealer, options.lease_s)
    callbacks = _callbacks(settings, database, keys, repository)
    parts = RunParts(
        database=database,
        repository=repository,
        catalogue=catalogue,
        switches=switches,
        models=ModelClasses(inference, tokens),
        tokens=tokens,
        audit=audit,
        quota=RunQuota(ledger),
        turns=turns,
        house_styles=house_styles,
        services=ServiceUrls(inference=settings.inference_url, retrieval=settings.retrieval_url),
        permission=permission,
        callbacks=callbacks,
        retrieval_log=retrieval_log,
        options=options,
    )
    runs = RunService(parts, turns, references, settings.database.conninfo)
    periods = Periods(database, Schedule(settings.retention.days))
    service = ConversationService(
        database, audit, conversations, messages, references, runs.cancel, library.delete_file, periods
    )
    return RunSystem(catalogue, switches, runs, service, tokens, callbacks, house_styles)


def _callbacks(settings: Settings, database: Database, keys: KeyRing, repository: RunRepository) -> Callbacks:
    local = settings.on_one_machine
    targets = CallbackTargets(database, keys, local=local)
    return Callbacks(database, repository, targets, settings.callbacks, local=local)


async def run_system(request: Request) -> RunSystem:
    return cast("RunSystem", request.app.state.runs)


System = Annotated[RunSystem, Depends(run_system)]
