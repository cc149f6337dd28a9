# SPDX-License-Identifier: EUPL-1.2
"""Builds the collaborators of the gateway from its settings, in the order in which they need each other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import sqlalchemy as sa

from genius_common.audit.keys import private_key
from genius_common.crypto import ContentKey
from genius_common.database import Database, RowScope, create_engine
from genius_common.http import ServiceClient, create_session
from genius_common.keys import KeyRing, keys_table
from genius_common.keys_transit import open_key_encryption
from genius_common.settings import read_secret
from genius_common.tenant_binding import bind
from genius_gateway.administration.parts import administration
from genius_gateway.api_tokens.repository import ApiTokenRepository
from genius_gateway.api_tokens.service import ApiTokens
from genius_gateway.audit.checkpoints import Checkpoints, read_witnesses
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.auth.authenticator import Authenticator
from genius_gateway.auth.login import LoginService
from genius_gateway.auth.provider import IdentityProvider
from genius_gateway.auth.sessions import SessionStore
from genius_gateway.authorities.provisioning import Provisioning
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.cases.ending import CaseEnding
from genius_gateway.documents.refusals import EVERY_S, RefusalReports
from genius_gateway.documents.relay import RetrievalRelay
from genius_gateway.export import Exporter
from genius_gateway.health import HealthChecks
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.knowledge_bases.service import KnowledgeBaseService
from genius_gateway.knowledge_bases.share_rows import ShareRows
from genius_gateway.knowledge_bases.shares import KnowledgeBaseShares
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.policy.evaluate import Policy
from genius_gateway.protection import Parts, data_protection
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.retention.schedule import Schedule
from genius_gateway.retrieval_log.checks import RetrievalChecks
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.revocation.follower import ProviderFollower
from genius_gateway.revocation.keycloak_events import KeycloakEvents
from genius_gateway.revocation.open_requests import OpenRequests
from genius_gateway.revocation.people import People
from genius_gateway.revocation.service import Revocations
from genius_gateway.runs.sealing import Sealer
from genius_gateway.settings import Settings
from genius_gateway.sharing.names import MemberNames
from genius_gateway.sharing.parts import Needs, Sharing, sharing
from genius_gateway.sharing.rows import SharedRows
from genius_gateway.state import GatewayState
from genius_gateway.tokens.minter import TokenMinter, read_signing_key
from genius_gateway.usage.ledger import Ledger


@asynccontextmanager
async def open_state(settings: Settings, policy: Policy) -> AsyncIterator[GatewayState]:
    """Everything that lives as long as the process. Needs the migrated database, and nothing else, to be there."""
    async with open_idle(settings, policy) as state, _serving(settings, state):
        yield state


@asynccontextmanager
async def open_idle(settings: Settings, policy: Policy) -> AsyncIterator[GatewayState]:
    """The same for a command: nothing goes on beside it."""
    minter = TokenMinter(read_signing_key(settings.signing_key_file))
    if settings.embeddings_secret_file:
        read_secret(settings.embeddings_secret_file)  # a wrong one is to be seen at the start
    database = Database(create_engine(settings.database))
    http = create_session()
    try:
        await bind(database, settings.kek_file, settings.tenant, settings.bound_issuer, strict=settings.tax_secrecy)
        keys = KeyRing(open_key_encryption(settings.kek_file, settings.transit, http), keys_table(sa.MetaData()))
        async with database.transaction(RowScope(tenant_wide=True)) as connection:
            tenant_key = await keys.tenant_key(connection)
            await keys.tenant_key(connection, "audit")
        state = _build(settings, policy, keys, tenant_key, minter, database, http)
        try:
            yield state
        finally:
            await state.audit.close()
    finally:
        await http.close()
        await database.close()


@asynccontextmanager
async def _serving(settings: Settings, state: GatewayState) -> AsyncIterator[None]:
    """What goes on beside the requests, from the start to the end."""
    try:
        for hook in (
            state.minter.revoke, state.authenticator.forget, state.sessions.forget, state.open_requests.end,
        ):  # fmt: skip
            state.revocations.on_revoked(hook)
        state.ledger.start()
        await state.revocations.start()
        if state.follower:
            state.follower.start()
        async with (
            state.checkpoints.every(settings.audit.checkpoint_minutes),
            state.protection.retention.every(settings.retention.every_minutes),
            state.refusals.every(EVERY_S),
        ):
            yield
    finally:
        if state.follower:
            await state.follower.stop()
        await state.revocations.stop()
        await state.ledger.close()


class ServiceClients:
    """The session of this process and a client for each inner service."""

    def __init__(self, http: aiohttp.ClientSession, settings: Settings) -> None:
        self.http = http
        self.inference = ServiceClient(http, settings.inference_url, "Sprachmodelle")
        self.retrieval = ServiceClient(http, settings.retrieval_url, "Dokumente")
        self.modules = ServiceClient(http, settings.modules_url, "Funktionen")


@dataclass(frozen=True, slots=True)
class _SignIn:
    """Who calls: the provider, sessions, keys of programs, and how ended rights spread."""

    provider: IdentityProvider
    revocations: Revocations
    sessions: SessionStore
    people: People
    follower: ProviderFollower | None
    api_tokens: ApiTokens
    authenticator: Authenticator
    login: LoginService


def _sign_in(settings: Settings, keys: KeyRing, database: Database, http: aiohttp.ClientSession) -> _SignIn:
    provider = IdentityProvider(http, settings.oidc.issuer)
    revocations = Revocations(database, settings.database.conninfo)
    sessions = SessionStore(database, keys, settings.session, settings.tenant, revocations)
    provisioning = Provisioning(
        database, keys, MemberNames(keys), settings.tenant, settings.oidc.issuer, settings.profile
    )
    people = People(database, settings.oidc.issuer, revocations)
    follower = _follower(settings, database, http, people)
    known = follower is not None or settings.on_one_machine
    api_tokens = ApiTokens(database, ApiTokenRepository(keys), revocations, provisioning, offered=known)
    return _SignIn(
        provider=provider,
        revocations=revocations,
        sessions=sessions,
        people=people,
        follower=follower,
        api_tokens=api_tokens,
        authenticator=Authenticator(settings, provider, sessions, provisioning, revocations, api_tokens, follower),
        login=LoginService(settings, provider, sessions, provisioning),
    )


@dataclass(frozen=True, slots=True)
class _Content:
    """What callers reach: the one way to an object, knowledge bases, and what is shared."""

    repository: KnowledgeBaseRepository
    access: ObjectAccess
    knowledge_bases: KnowledgeBaseService
    shares: KnowledgeBaseShares
    sharing: Sharing


def _content(
    settings: Settings, keys: KeyRing, database: Database, minter: TokenMinter, retrieval: ServiceClient,
    exporter: Exporter, ending: CaseEnding,
) -> _Content:  # fmt: skip
    repository, share_rows = KnowledgeBaseRepository(keys), ShareRows(keys)
    access = ObjectAccess(database, repository, SharedRows.of(keys))
    knowledge_bases = KnowledgeBaseService(
        database, repository, access, minter, retrieval, share_rows, MemberNames(keys)
    )
    needs = Needs(
        database=database, keys=keys, access=access, knowledge_bases=knowledge_bases, minter=minter,
        retrieval=retrieval, schedule=Schedule(settings.retention.days), audit=AuditTrail(database), exporter=exporter,
        ending=ending, export_up_to=settings.protection.export_up_to,
    )  # fmt: skip
    shares = KnowledgeBaseShares(database, share_rows, access, minter, retrieval)
    return _Content(repository, access, knowledge_bases, shares, sharing(needs))


def _build(
    settings: Settings, policy: Policy, keys: KeyRing, tenant_key: ContentKey, minter: TokenMinter, database: Database,
    http: aiohttp.ClientSession,
) -> GatewayState:  # fmt: skip
    clients = ServiceClients(http, settings)
    retrieval, tenant = clients.retrieval, settings.tenant
    known = _sign_in(settings, keys, database, http)
    exporter = Exporter(settings.export)
    files = RetrievalFiles(retrieval, minter, tenant)
    ending = CaseEnding(files, AuditTrail(database), Sealer(keys))
    content = _content(settings, keys, database, minter, retrieval, exporter, ending)
    audit_key = private_key(settings.audit.key_file.read_bytes())
    checkpoints = Checkpoints(database, audit_key, tenant, read_witnesses(settings.audit.witness_keys_file))
    audit, authorities, ledger = AuditTrail(database), AuthorityRepository(database), Ledger(database, settings.limits)
    parts = Parts(
        database=database, keys=keys, audit=audit, minter=minter, retrieval=retrieval, revocations=known.revocations,
        ending=ending, audit_key=audit_key, confirmation_key=_derived_key(tenant_key, b"genius confirmation"),
    )  # fmt: skip
    return GatewayState(
        settings=settings, database=database, http=http, keys=keys, minter=minter, policy=policy, access=content.access,
        audit=audit, checkpoints=checkpoints, ledger=ledger, authorities=authorities, health=HealthChecks(),
        provider=known.provider, sessions=known.sessions, revocations=known.revocations, people=known.people,
        follower=known.follower, api_tokens=known.api_tokens, open_requests=OpenRequests(),
        authenticator=known.authenticator, login=known.login,
        login_key=_derived_key(tenant_key, b"genius login transaction"),
        administration=administration(settings, database, keys, content.repository, retrieval, minter, ledger),
        retrieval_log=RetrievalLog(database, keys, content.access) if settings.tax_secrecy else None,
        retrieval_checks=RetrievalChecks(database, keys, checkpoints),
        knowledge_bases=content.knowledge_bases, sharing=content.sharing, shares=content.shares,
        documents=RetrievalRelay(retrieval, content.knowledge_bases), exporter=exporter,
        refusals=RefusalReports(database, authorities, audit, retrieval, minter, tenant),
        protection=data_protection(settings, parts),
        inference=clients.inference, retrieval=retrieval, modules=clients.modules,
    )  # fmt: skip


def _follower(
    settings: Settings, database: Database, http: aiohttp.ClientSession, people: People
) -> ProviderFollower | None:
    follow, issuer = settings.oidc.follow, settings.oidc.issuer
    if follow is None:
        return None
    events = KeycloakEvents(http, issuer, follow.client_id, follow.client_secret)
    return ProviderFollower(database, issuer, events, people, follow.every_s)


def _derived_key(tenant_key: ContentKey, purpose: bytes) -> ContentKey:
    """Seals what is on its way through a browser; the same in every replica, and of use for nothing else."""
    secret = hmac.digest(tenant_key.secret, purpose, hashlib.sha256)
    return ContentKey(UUID(bytes=hashlib.sha256(secret).digest()[:16]), secret)
