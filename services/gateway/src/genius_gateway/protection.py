# SPDX-License-Identifier: EUPL-1.2
"""The parts of data protection, built from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from genius_common.database import Database
from genius_common.http import ServiceClient
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.retention.holds import Holds
from genius_gateway.retention.job import RetentionJob
from genius_gateway.retention.schedule import Schedule
from genius_gateway.settings import Settings
from genius_gateway.tokens.minter import TokenMinter


@dataclass(frozen=True, slots=True)
class DataProtection:
    """`schedule` is the table of retention with this installation's numbers."""

    schedule: Schedule
    holds: Holds
    retention: RetentionJob


def data_protection(
    settings: Settings, database: Database, audit: AuditTrail, minter: TokenMinter, retrieval: ServiceClient
) -> DataProtection:
    authorities = AuthorityRepository(database)
    files = RetrievalFiles(retrieval, minter, settings.tenant)
    schedule = Schedule(settings.retention.days)
    return DataProtection(
        schedule=schedule,
        holds=Holds(database, authorities),
        retention=RetentionJob(database, authorities, audit, schedule, files),
    )
