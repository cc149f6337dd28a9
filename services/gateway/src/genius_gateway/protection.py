# SPDX-License-Identifier: EUPL-1.2
"""The parts of data protection, built from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genius_common.crypto import ContentKey
from genius_common.database import Database
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.cases.ending import CaseEnding
from genius_gateway.persons.confirmation import Confirmations
from genius_gateway.persons.data import Reader
from genius_gateway.persons.erasure import Erasure
from genius_gateway.persons.export import DataExport
from genius_gateway.persons.leaving import Leaving
from genius_gateway.persons.overview import Overview
from genius_gateway.persons.receipts import Receipts
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.retention.holds import Holds
from genius_gateway.retention.job import RetentionJob
from genius_gateway.retention.periods import Periods
from genius_gateway.retention.schedule import Schedule
from genius_gateway.revocation.service import Revocations
from genius_gateway.settings import Settings
from genius_gateway.tokens.minter import TokenMinter


@dataclass(frozen=True, slots=True)
class DataProtection:
    """`periods`: the table of retention with this installation's numbers, and what authorities have shortened."""

    periods: Periods
    holds: Holds
    retention: RetentionJob
    overview: Overview
    export: DataExport
    erasure: Erasure
    receipts: Receipts
    confirmations: Confirmations


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What data protection works with."""

    database: Database
    keys: KeyRing
    audit: AuditTrail
    minter: TokenMinter
    retrieval: ServiceClient
    ending: CaseEnding
    revocations: Revocations
    audit_key: Ed25519PrivateKey
    confirmation_key: ContentKey


def data_protection(settings: Settings, parts: Parts) -> DataProtection:
    database, audit = parts.database, parts.audit
    authorities = AuthorityRepository(database)
    files = RetrievalFiles(parts.retrieval, parts.minter, settings.tenant)
    schedule = Schedule(settings.retention.days)
    periods = Periods(database, schedule)
    receipts = Receipts(database, parts.audit_key, settings.tenant, schedule)
    erasure = Erasure(database, parts.keys, authorities, files, audit, parts.revocations, receipts)
    reader = Reader(database, parts.keys)
    leaving = Leaving(settings.protection.export_up_to)
    return DataProtection(
        periods=periods,
        holds=Holds(database, authorities),
        retention=RetentionJob(database, authorities, audit, periods, files, erasure, parts.ending),
        overview=Overview(database, authorities, files, periods),
        export=DataExport(database, reader, authorities, files, parts.minter, parts.retrieval, leaving),
        erasure=erasure,
        receipts=receipts,
        confirmations=Confirmations(parts.confirmation_key),
    )
