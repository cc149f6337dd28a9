# SPDX-License-Identifier: EUPL-1.2
from collections.abc import AsyncIterator

import pytest

from genius_inference.testing import RunningServer
from tests.support.postgres import TestPostgres
from tests.support.protection import World, running_world


@pytest.fixture(scope="session")
async def world(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres, model_server: RunningServer
) -> AsyncIterator[World]:
    async with running_world(tmp_path_factory.mktemp("protection"), postgres_server, model_server) as found:
        yield found
