# SPDX-License-Identifier: EUPL-1.2
"""Assembly of the retrieval service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI
from starlette.middleware import Middleware

from genius_common import web
from genius_common.auth import Authenticator
from genius_common.database import Database, create_engine
from genius_common.http import create_session
from genius_common.keys import KeyRing
from genius_common.keys_rotation import KeyMaintenance
from genius_common.keys_transit import open_key_encryption
from genius_common.telemetry import metrics_endpoint
from genius_common.tenant_binding import bind
from genius_common.tokens import TokenVerifier
from genius_retrieval import health, search_endpoint
from genius_retrieval.authorities import endpoints as authorities
from genius_retrieval.authorities.resealing import Resealing
from genius_retrieval.authorities.service import AuthorityData
from genius_retrieval.collections import CollectionCatalogue
from genius_retrieval.components import Components
from genius_retrieval.dense.models import DenseModels, Reranker
from genius_retrieval.documents import endpoints as documents
from genius_retrieval.documents.content import DocumentContent
from genius_retrieval.documents.sealing import Sealing
from genius_retrieval.documents.service import DocumentService
from genius_retrieval.index.choice import open_index
from genius_retrieval.ingest.imports import LawImport
from genius_retrieval.ingest.pipeline import Ingestion
from genius_retrieval.ingest.points import PointWriter
from genius_retrieval.ingest.queue import IngestQueue
from genius_retrieval.ingest.rebuild import Rebuild, StoredPoints
from genius_retrieval.ingest.rebuild_worker import RebuildWorker
from genius_retrieval.ingest.reconcile import Reconciler
from genius_retrieval.ingest.reconcile_worker import ReconcileWorker
from genius_retrieval.ingest.scanner import Scanner
from genius_retrieval.knowledge_bases import endpoints as knowledge_bases
from genius_retrieval.knowledge_bases.service import KnowledgeBaseService
from genius_retrieval.knowledge_bases.shares import Shares
from genius_retrieval.metrics import registry
from genius_retrieval.objects import ObjectStorage, open_store
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.persons import endpoints as persons
from genius_retrieval.persons.service import PersonalData
from genius_retrieval.refusals import endpoints as refusals
from genius_retrieval.search.service import SearchService
from genius_retrieval.search_access import PrincipalSearch
from genius_retrieval.settings import Settings
from genius_retrieval.tables import keys
from genius_retrieval.text.fields import PROFILE

AUDIENCE = "retrieval"
_JSON_BYTES = 256 * 1024
# An upload up to this multiple of the limit is received (not kept), so that it can be shown as failed with its reason.
_COUNTED = 4


class State(TypedDict):
    components: Components


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application; everything that lives longer than a request is made in its lifespan."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            yield {"components": await build(settings, stack)}

    app = FastAPI(
        title="Genius Retrieval",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(web.RequestIdMiddleware),
            Middleware(web.BodyLimitMiddleware, limit=body_limit(settings)),
        ],
    )
    web.install(app)
    kept = (knowledge_bases.router, documents.documents, documents.files, persons.router, authorities.router)
    for router in (health.router, *kept, refusals.router, search_endpoint.router):
        app.include_router(router)
    app.add_route("/metrics", metrics_endpoint(registry), include_in_schema=False)
    return app


def body_limit(settings: Settings) -> Callable[[str], int]:
    uploads = settings.limits.file_bytes * _COUNTED

    def limit(path: str) -> int:
        return uploads if path == "/files" or path.endswith("/documents") else _JSON_BYTES

    return limit


async def build(settings: Settings, stack: AsyncExitStack) -> Components:
    """Make the parts in order; `stack` takes them down in reverse."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    session = await stack.enter_async_context(create_session())
    database = Database(create_engine(settings.database))
    stack.push_async_callback(database.close)
    await bind(database, settings.kek_file, settings.tenant, None, strict=settings.tax_secrecy)
    key_ring = KeyRing(open_key_encryption(settings.kek_file, settings.transit, session), keys)
    maintenance = KeyMaintenance(key_ring, keys)
    sealing = Sealing(key_ring)
    objects = ObjectStorage(open_store(settings.objects_url, settings.data_dir))
    parsers = ParserRunner(settings.parser, settings.limits)
    models, reranker = _models(settings, stack)
    catalogue = CollectionCatalogue(key_ring, {**PROFILE, **models.profile})
    index = open_index(settings, session)
    stack.push_async_callback(index.close)
    points = PointWriter(index, models)
    queue = IngestQueue(settings.database.conninfo, settings.worker_concurrency)
    document_service = DocumentService(database, sealing, objects, queue, index)
    scanner = Scanner(settings.scanner) if settings.scanner else None
    ingestion = Ingestion(database, sealing, objects, parsers, catalogue, index, points, queue, scanner)
    queue.handle(ingestion.ingest, ingestion.purge)
    await _run(stack, queue)
    stored = StoredPoints(database, sealing, objects, points)
    rebuild = Rebuild(database, catalogue, index, stored)
    rebuilding = RebuildWorker(database, rebuild, watching=settings.dense is not None)
    await _run(stack, rebuilding)
    await _run(stack, ReconcileWorker(Reconciler(database, catalogue, index, objects, stored, queue)))
    return Components(
        settings=settings,
        authenticator=Authenticator(session, settings.jwks_url, TokenVerifier(AUDIENCE, settings.tenant)),
        database=database,
        index=index,
        queue=queue,
        parsers=parsers,
        documents=document_service,
        content=DocumentContent(database, sealing, objects, parsers, scanned=scanner is not None),
        knowledge_bases=KnowledgeBaseService(database, document_service, catalogue, index),
        shares=Shares(database),
        search=PrincipalSearch(database, catalogue, SearchService(index, models, reranker)),
        laws=LawImport(database, sealing, objects, catalogue, index, points),
        persons=PersonalData(database, document_service, objects, index, key_ring),
        authorities=AuthorityData(database, objects, index, maintenance),
        resealing=Resealing(database, objects, index, key_ring, maintenance, catalogue),
        rebuild=rebuild,
        rebuilding=rebuilding,
        models=models,
        reranker=reranker,
    )


async def _run(stack: AsyncExitStack, worker: IngestQueue | RebuildWorker | ReconcileWorker) -> None:
    await worker.start()
    stack.push_async_callback(worker.stop)


def _models(settings: Settings, stack: AsyncExitStack) -> tuple[DenseModels, Reranker | None]:
    """The models of the search, which begin to load. Raises: OSError, ValueError where a folder holds none."""
    models = DenseModels(settings.dense, settings.dense_before)
    reranker = Reranker(settings.rerank) if settings.rerank else None
    for part in (models, reranker):
        if part:
            part.start()
            stack.push_async_callback(part.close)
    return models, reranker
