# SPDX-License-Identifier: EUPL-1.2
"""The collaborators of one gateway process, built at its start and handed to the endpoints."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

from genius_common.database import Database, RowScope
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_common.principal import Principal
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.auth.authenticator import Authenticator
from genius_gateway.auth.provider import IdentityProvider
from genius_gateway.auth.sessions import SessionStore
from genius_gateway.knowledge_bases.service import KnowledgeBaseService
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.settings import Settings
from genius_gateway.tokens.minter import TokenMinter
from genius_gateway.usage.quota import Quota


@dataclass(frozen=True, slots=True)
class GatewayState:
    """`access` is the one way to an object by its id; `audit` the one way to a record."""

    settings: Settings
    database: Database
    http: aiohttp.ClientSession
    keys: KeyRing
    minter: TokenMinter
    audit: AuditTrail
    quota: Quota
    provider: IdentityProvider
    sessions: SessionStore
    authenticator: Authenticator
    access: ObjectAccess
    knowledge_bases: KnowledgeBaseService
    inference: ServiceClient
    retrieval: ServiceClient
    modules: ServiceClient


def row_scope(principal: Principal) -> RowScope:
    """What the rows of a transaction made for `principal` may belong to."""
    return RowScope(authority=principal.authority, person=principal.subject)
