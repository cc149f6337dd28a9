# SPDX-License-Identifier: EUPL-1.2
"""Assembly of the retrieval service, and of the worker beside it where the index lies in a Qdrant server."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypedDict
from urllib.parse import urljoin

import aiohttp
from fastapi import FastAPI
from starlette.middleware import Middleware

from genius_common import web
from genius_common.auth import Authenticator
from genius_common.database import Database, create_engine
from genius_common.database_faults import map_database_faults
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
from genius_retrieval.dense.inference import InferenceModel
from genius_retrieval.dense.models import DenseModels, LocalModel, Reranker
from genius_retrieval.dense.port import DenseModel
from genius_retrieval.documents import endpoints as documents
from genius_retrieval.documents.content import DocumentContent
from genius_retrieval.documents.sealing import Sealing
from genius_retrieval.documents.service import DocumentService
from genius_retrieval.index.choice import open_index
from genius_retrieval.ingest.figures import EVERY_S, FIRST_S, QueueFigures
from genius_retrieval.ingest.imports import LawImport
from genius_retrieval.ingest.pipeline import Ingestion
from genius_retrieval.ingest.points import PointWriter
from genius_retrieval.ingest.queue import IngestQueue
from genius_retrieval.ingest.rebuild import Rebuild, StoredPoints
from genius_retrieval.ingest.rebuild_worker import RebuildWorker
from genius_retrieval.ingest.reconcile import Reconciler
from genius_retrieval.ingest.recurring import Recurring
from genius_retrieval.ingest.rereading import Rereading
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
from genius_retrieval.room import Room
from genius_retrieval.search.service import SearchService
from genius_retrieval.search_access import PrincipalSearch
from genius_retrieval.search_sections import HitSections
from genius_retrieval.settings import DenseSettings, Settings
from genius_retrieval.tables import keys
from genius_retrieval.text.fields import PROFILE

AUDIENCE = "retrieval"
_JSON_BYTES = 256 * 1024
# The longest of the shipped laws is 2.2 MB.
_LAW_BYTES = 12_000_000
# Objects before a look at the youngest, then looks before one at the older and at the oldest.
_COLLECT = (20_000, 20, 20)
# An upload up to this multiple of the limit is received (not kept), so that it can be shown as failed with its reason.
_COUNTED = 4


_HOUR_S, _DAY_S = 3600.0, 24 * 3600.0


class State(TypedDict):
    components: Components


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application; everything that lives longer than a request is made in its lifespan.

    With Qdrant Edge it works off the queue too, with a server `create_worker` does.
    """
    app = _application(settings, "Genius Retrieval", works=settings.qdrant is None)
    kept = (knowledge_bases.router, documents.documents, documents.files, persons.router, authorities.router)
    for router in (*kept, refusals.router, search_endpoint.router):
        app.include_router(router)
    return app


def create_worker(settings: Settings) -> FastAPI:
    """The process that reads documents, rebuilds and compares; it answers for its health and figures alone.

    Raises: ValueError without a server, since Qdrant Edge admits one process.
    """
    if settings.qdrant is None:
        raise ValueError("Qdrant Edge admits one process: the service itself works off the queue.")
    return _application(settings, "Genius Retrieval, worker", works=True)


def _application(settings: Settings, title: str, *, works: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            components = await build(settings, stack, works=works)
            # What lives as long as the process: the collector would look at it again and again, and all searches wait.
            gc.collect()
            gc.freeze()
            # Candidates of one search are more objects than the collector waits for, and none of them is in a cycle.
            gc.set_threshold(*_COLLECT)
            yield {"components": components}

    app = FastAPI(
        title=title,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(web.RequestIdMiddleware),
            Middleware(web.BodyLimitMiddleware, limit=body_limit(settings)),
        ],
    )
    web.install(app)
    map_database_faults(app)
    app.include_router(health.router)
    app.add_route("/metrics", metrics_endpoint(registry), include_in_schema=False)
    return app


def body_limit(settings: Settings) -> Callable[[str], int]:
    uploads = settings.limits.file_bytes * _COUNTED

    def limit(path: str) -> int:
        if path.endswith("/imports"):
            return _LAW_BYTES
        return uploads if path == "/files" or path.endswith("/documents") else _JSON_BYTES

    return limit


async def build(settings: Settings, stack: AsyncExitStack, *, works: bool) -> Components:
    """Make the parts in order; `stack` takes them down in reverse. `works`: this process works off the queue."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    session = await stack.enter_async_context(create_session())
    database = Database(create_engine(settings.database))
    stack.push_async_callback(database.close)
    await bind(database, settings.kek_file, settings.tenant, None, strict=settings.tax_secrecy)
    key_ring = KeyRing(open_key_encryption(settings.kek_file, settings.transit, session), keys)
    maintenance, sealing = KeyMaintenance(key_ring, keys), Sealing(key_ring)
    objects = _objects(settings)
    parsers = ParserRunner(settings.parser, settings.limits)
    models, reranker = _models(settings, session, stack)
    catalogue = CollectionCatalogue(key_ring, {**PROFILE, **models.profile})
    index = open_index(settings, session)
    stack.push_async_callback(index.close)
    points = PointWriter(index, models)
    queue = IngestQueue(settings.database.conninfo, settings.worker_concurrency)
    document_service = DocumentService(database, sealing, objects, queue, index)
    scanner = Scanner(settings.scanner) if settings.scanner else None
    ingestion = Ingestion(database, sealing, objects, parsers, catalogue, index, points, queue, scanner)
    queue.handle(ingestion.ingest, ingestion.purge)
    stored = StoredPoints(database, sealing, objects, points)
    rebuild = Rebuild(database, catalogue, index, stored)
    rebuilding = RebuildWorker(database, rebuild, watching=bool(settings.dense or settings.qdrant))
    comparing = Recurring("stores", Reconciler(database, catalogue, index, objects, stored, queue).run, _DAY_S)
    rereading = Recurring("scans", Rereading(database, queue, parsers).run, _HOUR_S)
    await (_run(stack, queue, rebuilding, comparing, rereading, _figures(database)) if works else _open(stack, queue))
    content = DocumentContent(database, sealing, objects, parsers, scanned=scanner is not None)
    return Components(
        settings=settings,
        authenticator=Authenticator(session, settings.jwks_url, TokenVerifier(AUDIENCE, settings.tenant)),
        database=database,
        index=index,
        queue=queue,
        parsers=parsers,
        documents=document_service,
        content=content,
        knowledge_bases=KnowledgeBaseService(database, document_service, catalogue, index),
        shares=Shares(database),
        search=PrincipalSearch(database, catalogue, SearchService(index, models, reranker), HitSections(content)),
        laws=LawImport(database, sealing, objects, catalogue, index, points),
        persons=PersonalData(database, document_service, objects, index, key_ring),
        authorities=AuthorityData(database, objects, index, maintenance),
        resealing=Resealing(database, objects, index, key_ring, maintenance, catalogue),
        rebuild=rebuild,
        rebuilding=rebuilding,
        models=models,
        reranker=reranker,
        worker_beside=not works,
    )


def _objects(settings: Settings) -> ObjectStorage:
    """Only a folder of ours can run out of room."""
    room = None if settings.objects_url else Room(settings.data_dir, settings.reserve_bytes)
    return ObjectStorage(open_store(settings.objects_url, settings.data_dir), room)


def _figures(database: Database) -> Recurring:
    return Recurring("figures", QueueFigures(database).look, EVERY_S, first_s=FIRST_S)


async def _run(stack: AsyncExitStack, *workers: IngestQueue | RebuildWorker | Recurring) -> None:
    for worker in workers:
        await worker.start()
        stack.push_async_callback(worker.stop)


async def _open(stack: AsyncExitStack, queue: IngestQueue) -> None:
    await queue.open()
    stack.push_async_callback(queue.stop)


def _models(
    settings: Settings, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> tuple[DenseModels, Reranker | None]:
    """The models of the search, which begin to load. Raises: OSError, ValueError where a folder holds none."""

    def opened(dense: DenseSettings | None) -> DenseModel | None:
        if dense is None:
            return None
        if dense.inference is None:
            return LocalModel(dense)
        return InferenceModel(dense, session, urljoin(settings.jwks_url, "/"))

    models = DenseModels(opened(settings.dense), opened(settings.dense_before))
    reranker = Reranker(settings.rerank) if settings.rerank else None
    for part in (models, reranker):
        if part:
            part.start()
            stack.push_async_callback(part.close)
    return models, reranker
