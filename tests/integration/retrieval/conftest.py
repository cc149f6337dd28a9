# SPDX-License-Identifier: EUPL-1.2
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from genius_common.database import Database
from genius_retrieval.app import build
from genius_retrieval.components import Components
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.settings import ParserSettings, UploadLimits
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, RetrievalService, memory_folder, running_service


@pytest.fixture(scope="session")
def service(postgres_server: TestPostgres) -> Iterator[RetrievalService]:
    """One service with small limits for all tests of this folder."""
    limits = {"LIMITS__FILE_BYTES": "3000000", "LIMITS__PAGES": "50", "PARSER__WALL_SECONDS": "20"}
    with memory_folder() as folder, running_service(postgres_server, folder, **limits) as running:
        yield running


@pytest.fixture
async def database(service: RetrievalService) -> AsyncIterator[Database]:
    """The database as the service's own role sees it."""
    database = Database(create_async_engine(service.app_url))
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def parts(postgres_server: TestPostgres) -> AsyncIterator[Components]:
    """The components of a service in this process, with a database of their own."""
    with memory_folder() as folder, running_service(postgres_server, folder, start=False) as idle:
        async with AsyncExitStack() as stack:
            yield await build(idle.settings(), stack, works=True)


@pytest.fixture
def office(service: RetrievalService) -> Office:
    """A fresh authority with an empty knowledge base."""
    return Office(service).set_up()


@pytest.fixture(scope="session")
def parsers() -> ParserRunner:
    return ParserRunner(ParserSettings(wall_seconds=20, cpu_seconds=15), UploadLimits(pages=50))
