# SPDX-License-Identifier: EUPL-1.2
"""The collaborators of one gateway process, built at its start and handed to the endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from genius_common.crypto import ContentKey
from genius_common.database import Database
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_gateway.administration.parts import Administration
from genius_gateway.api_tokens.service import ApiTokens
from genius_gateway.audit.checkpoints import Checkpoints
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.auth.authenticator import Authenticator
from genius_gateway.auth.login import LoginService
from genius_gateway.auth.provider import IdentityProvider
from genius_gateway.auth.sessions import SessionStore
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.documents.refusals import RefusalReports
from genius_gateway.documents.relay import RetrievalRelay
from genius_gateway.export import Exporter
from genius_gateway.knowledge_bases.service import KnowledgeBaseService
from genius_gateway.knowledge_bases.shares import KnowledgeBaseShares
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.policy.evaluate import Policy
from genius_gateway.protection import DataProtection
from genius_gateway.retrieval_log.checks import RetrievalChecks
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.revocation.follower import ProviderFollower
from genius_gateway.revocation.open_requests import OpenRequests
from genius_gateway.revocation.people import People
from genius_gateway.revocation.service import Revocations
from genius_gateway.scopes import row_scope
from genius_gateway.settings import Settings
from genius_gateway.sharing.parts import Sharing
from genius_gateway.tokens.minter import TokenMinter
from genius_gateway.usage.ledger import Ledger

if TYPE_CHECKING:
    # Its routes ask for the state.
    from genius_gateway.health import HealthChecks

__all__ = ["GatewayState", "row_scope"]


@dataclass(frozen=True, slots=True)
class GatewayState:
    """`access` is the one way to an object by its id; `audit` the one way to a record.

    `retrieval_log` is there under the Steuergeheimnis only.
    """

    settings: Settings
    database: Database
    http: aiohttp.ClientSession
    keys: KeyRing
    minter: TokenMinter
    administration: Administration
    audit: AuditTrail
    checkpoints: Checkpoints
    retrieval_log: RetrievalLog | None
    retrieval_checks: RetrievalChecks
    revocations: Revocations
    api_tokens: ApiTokens
    open_requests: OpenRequests
    people: People
    follower: ProviderFollower | None
    ledger: Ledger
    provider: IdentityProvider
    sessions: SessionStore
    authenticator: Authenticator
    login: LoginService
    login_key: ContentKey
    policy: Policy
    access: ObjectAccess
    authorities: AuthorityRepository
    sharing: Sharing
    documents: RetrievalRelay
    exporter: Exporter
    refusals: RefusalReports
    health: HealthChecks
    knowledge_bases: KnowledgeBaseService
    shares: KnowledgeBaseShares
    protection: DataProtection
    inference: ServiceClient
    retrieval: ServiceClient
    modules: ServiceClient
