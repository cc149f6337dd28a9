# SPDX-License-Identifier: EUPL-1.2
"""What the pages of administrators and operators read, built once a process."""

from __future__ import annotations

from dataclasses import dataclass

from genius_common.database import Database
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_gateway.administration.members import Members
from genius_gateway.administration.stock import Stock
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.operation.authorities import Authorities
from genius_gateway.operation.model_stops import ModelStops
from genius_gateway.persons.terms import Terms
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.settings import Settings
from genius_gateway.tokens.minter import TokenMinter
from genius_gateway.usage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Administration:
    members: Members
    stock: Stock
    authorities: Authorities
    model_stops: ModelStops
    terms: Terms


def administration(
    settings: Settings,
    database: Database,
    keys: KeyRing,
    repository: KnowledgeBaseRepository,
    retrieval: ServiceClient,
    minter: TokenMinter,
    ledger: Ledger,
) -> Administration:
    return Administration(
        members=Members(database, keys),
        stock=Stock(database, repository, RetrievalFiles(retrieval, minter, settings.tenant)),
        authorities=Authorities(database, ledger),
        model_stops=ModelStops(database),
        terms=Terms(database, settings.terms_version),
    )
