# SPDX-License-Identifier: EUPL-1.2
from collections.abc import AsyncIterator

import pytest

from tests.support.gateway import Gateway, running_gateway
from tests.support.postgres import TestPostgres


@pytest.fixture(scope="session")
async def gateway(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path_factory.mktemp("gateway"), postgres_server) as running:
        yield running
