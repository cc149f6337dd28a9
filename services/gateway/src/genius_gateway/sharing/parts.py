# SPDX-License-Identifier: EUPL-1.2
"""The parts of sharing, built for one gateway process."""

from __future__ import annotations

from dataclasses import dataclass

from genius_common.database import Database
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_common.principal import ProtectionClass
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.case_versions.checks import Checks
from genius_gateway.case_versions.export import CaseExport
from genius_gateway.case_versions.repository import VersionRepository
from genius_gateway.case_versions.service import CaseVersions
from genius_gateway.cases.copying import FileCopies
from genius_gateway.cases.ending import CaseEnding
from genius_gateway.cases.files import CaseFiles
from genius_gateway.cases.searching import CaseSearch
from genius_gateway.cases.service import CaseService
from genius_gateway.conversations.repository import ConversationRepository, MessageRepository
from genius_gateway.export import Exporter
from genius_gateway.knowledge_bases.service import KnowledgeBaseService
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.retention.schedule import Schedule
from genius_gateway.runs.repository import RunRepository
from genius_gateway.runs.sealing import Sealer
from genius_gateway.sharing.names import MemberNames
from genius_gateway.sharing.recipients import Recipients
from genius_gateway.sharing.rows import SharedRows
from genius_gateway.snapshots.service import SnapshotService
from genius_gateway.snapshots.sources import Sources
from genius_gateway.tokens.minter import TokenMinter


@dataclass(frozen=True, slots=True)
class Sharing:
    cases: CaseService
    case_files: CaseFiles
    case_search: CaseSearch
    case_versions: CaseVersions
    case_export: CaseExport
    snapshots: SnapshotService


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What sharing works with."""

    database: Database
    keys: KeyRing
    access: ObjectAccess
    knowledge_bases: KnowledgeBaseService
    minter: TokenMinter
    retrieval: ServiceClient
    schedule: Schedule
    audit: AuditTrail
    ending: CaseEnding
    exporter: Exporter
    export_up_to: ProtectionClass


def sharing(needs: Needs) -> Sharing:
    rows, sealer = SharedRows.of(needs.keys), Sealer(needs.keys)
    recipients = Recipients(MemberNames(needs.keys))
    database, access = needs.database, needs.access
    versions = VersionRepository(sealer)
    case_files = CaseFiles(database, access, needs.minter, needs.retrieval)
    case_versions = CaseVersions(database, access, versions, Checks(RunRepository(sealer, lease_s=0)))
    return Sharing(
        cases=CaseService(
            database,
            rows.cases,
            access,
            rows.grants,
            recipients,
            FileCopies(needs.minter, needs.retrieval),
            versions,
            needs.ending,
        ),
        case_files=case_files,
        case_search=CaseSearch(case_files, needs.audit, needs.minter, needs.retrieval),
        case_versions=case_versions,
        case_export=CaseExport(
            case_versions,
            needs.audit,
            needs.exporter,
            needs.minter,
            needs.retrieval,
            needs.export_up_to,
        ),
        snapshots=SnapshotService(
            database,
            access,
            ConversationRepository(sealer),
            MessageRepository(sealer),
            rows,
            recipients,
            Sources(access, needs.knowledge_bases, needs.minter, needs.retrieval),
            needs.schedule,
        ),
    )
