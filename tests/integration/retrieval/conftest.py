# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Iterator

import pytest

from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.settings import ParserSettings, UploadLimits
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, RetrievalService, running_service


@pytest.fixture(scope="session")
def service(postgres_server: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RetrievalService]:
    """One service with small limits for all tests of this folder."""
    limits = {"LIMITS__FILE_BYTES": "3000000", "LIMITS__PAGES": "50", "PARSER__WALL_SECONDS": "20"}
    with running_service(postgres_server, tmp_path_factory.mktemp("retrieval"), **limits) as running:
        yield running


@pytest.fixture
def office(service: RetrievalService) -> Office:
    """A fresh authority with an empty knowledge base."""
    return Office(service).set_up()


@pytest.fixture(scope="session")
def parsers() -> ParserRunner:
    return ParserRunner(ParserSettings(wall_seconds=20, cpu_seconds=15), UploadLimits(pages=50))
