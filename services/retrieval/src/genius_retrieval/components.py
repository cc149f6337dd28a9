# SPDX-License-Identifier: EUPL-1.2
"""The parts of the running service, made once in the lifespan and handed to the endpoints."""

from __future__ import annotations

from dataclasses import dataclass

from genius_common.auth import Authenticator
from genius_common.database import Database
from genius_retrieval.authorities.resealing import Resealing
from genius_retrieval.authorities.service import AuthorityData
from genius_retrieval.dense.models import DenseModels, Reranker
from genius_retrieval.documents.content import DocumentContent
from genius_retrieval.documents.service import DocumentService
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.ingest.imports import LawImport
from genius_retrieval.ingest.queue import IngestQueue
from genius_retrieval.ingest.rebuild import Rebuild
from genius_retrieval.ingest.rebuild_worker import RebuildWorker
from genius_retrieval.knowledge_bases.service import KnowledgeBaseService
from genius_retrieval.knowledge_bases.shares import Shares
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.persons.service import PersonalData
from genius_retrieval.search_access import PrincipalSearch
from genius_retrieval.settings import Settings


@dataclass(frozen=True, slots=True)
class Components:
    settings: Settings
    authenticator: Authenticator
    database: Database
    index: CollectionIndex
    queue: IngestQueue
    parsers: ParserRunner
    documents: DocumentService
    content: DocumentContent
    knowledge_bases: KnowledgeBaseService
    shares: Shares
    search: PrincipalSearch
    laws: LawImport
    persons: PersonalData
    authorities: AuthorityData
    resealing: Resealing
    rebuild: Rebuild
    rebuilding: RebuildWorker
    models: DenseModels
    reranker: Reranker | None
    worker_beside: bool
    """Whether another process works off the queue."""
