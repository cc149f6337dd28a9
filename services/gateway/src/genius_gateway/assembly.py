# SPDX-License-Identifier: EUPL-1.2
"""Builds the collaborators of the gateway from its settings, in the order in which they need each other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import aiohttp
import sqlalchemy as sa

from genius_common.audit.keys import private_key
from genius_common.crypto import ContentKey
from genius_common.database import Database, RowScope, create_engine
from genius_common.http import ServiceClient, create_session
from genius_common.keys import KeyRing, keys_table
from genius_common.keys_transit import open_key_encryption
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
from genius_gateway.documents.refusals import EVERY_S, RefusalReports
from genius_gateway.documents.relay import RetrievalRelay
from genius_gateway.health import HealthChecks
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.knowledge_bases.service import KnowledgeBaseService
from genius_gateway.knowledge_bases.share_rows import ShareRows
from genius_gateway.knowledge_bases.shares import KnowledgeBaseShares
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.policy.evaluate import Policy
from genius_gateway.protection import Parts, data_protection
from genius_gateway.retention.schedule import Schedule
from genius_gateway.retrieval_log.checks import RetrievalChecks
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.revocation.follower import ProviderFollower
from genius_gateway.revocation.keycloak_events import KeycloakEvents
from genius_gateway.revocation.open_requests import OpenRequests
from genius_gateway.revocation.people import People
from genius_gateway.revocation.service import Revocations
from genius_gateway.settings import Settings
from genius_gateway.sharing.names import MemberNames
from genius_gateway.sharing.parts import Needs, sharing
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


def _build(
    settings: Settings,
    policy: Policy,
    keys: KeyRing,
    tenant_key: ContentKey,
    minter: TokenMinter,
    database: Database,
    http: aiohttp.ClientSession,
) -> GatewayState:
    clients = ServiceClients(http, settings)
    provider = IdentityProvider(clients.http, settings.oidc.issuer)
    revocations = Revocations(database, settings.database.conninfo)
    sessions = SessionStore(database, keys, settings.session, settings.tenant, revocations)
    provisioning = Provisioning(
        database, keys, MemberNames(keys), settings.tenant, settings.oidc.issuer, settings.profile
    )
    people = People(database, settings.oidc.issuer, revocations)
    follower = _follower(settings, database, clients.http, people)
    repository = KnowledgeBaseRepository(keys)
    known = follower is not None or settings.on_one_machine
    api_tokens = ApiTokens(database, ApiTokenRepository(keys), revocations, provisioning, offered=known)
    audit_key = private_key(settings.audit.key_file.read_bytes())
    checkpoints = Checkpoints(database, audit_key, settings.tenant, read_witnesses(settings.audit.witness_keys_file))
    access = ObjectAccess(database, repository, SharedRows.of(keys))
    share_rows = ShareRows(keys)
    knowledge_bases = KnowledgeBaseService(
        database, repository, access, minter, clients.retrieval, share_rows, MemberNames(keys)
    )
    audit = AuditTrail(database)
    parts = Parts(
        database=database, keys=keys, audit=audit, minter=minter, retrieval=clients.retrieval, revocations=revocations,
        audit_key=audit_key, confirmation_key=_derived_key(tenant_key, b"genius confirmation"),
    )  # fmt: skip
    needs = Needs(
        database=database, keys=keys, access=access, knowledge_bases=knowledge_bases, minter=minter,
        retrieval=clients.retrieval, schedule=Schedule(settings.retention.days),
    )  # fmt: skip
    ledger = Ledger(database, settings.limits)
    return GatewayState(
        settings=settings,
        database=database,
        http=clients.http,
        keys=keys,
        minter=minter,
        administration=administration(settings, database, keys, repository, clients.retrieval, minter, ledger),
        audit=audit,
        checkpoints=checkpoints,
        retrieval_log=RetrievalLog(database, keys, access) if settings.tax_secrecy else None,
        retrieval_checks=RetrievalChecks(database, keys, checkpoints),
        ledger=ledger,
        provider=provider,
        sessions=sessions,
        authenticator=Authenticator(settings, provider, sessions, provisioning, revocations, api_tokens, follower),
        revocations=revocations,
        api_tokens=api_tokens,
        open_requests=OpenRequests(),
        people=people,
        follower=follower,
        login=LoginService(settings, provider, sessions, provisioning),
        login_key=_derived_key(tenant_key, b"genius login transaction"),
        policy=policy,
        access=access,
        authorities=AuthorityRepository(database),
        sharing=sharing(needs),
        documents=RetrievalRelay(clients.retrieval, knowledge_bases),
        refusals=RefusalReports(
            database, AuthorityRepository(database), audit, clients.retrieval, minter, settings.tenant
        ),
        health=HealthChecks(),
        knowledge_bases=knowledge_bases,
        shares=KnowledgeBaseShares(database, share_rows, access, minter, clients.retrieval),
        protection=data_protection(settings, parts),
        inference=clients.inference,
        retrieval=clients.retrieval,
        modules=clients.modules,
    )


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
