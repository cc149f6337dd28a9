# SPDX-License-Identifier: EUPL-1.2
from collections.abc import AsyncIterator

import pytest

from tests.support.gateway import Gateway, running_gateway
from tests.support.matrix import Objects, modules_beside
from tests.support.operators import Operators
from tests.support.postgres import TestPostgres


@pytest.fixture(scope="session")
async def gateway(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path_factory.mktemp("gateway"), postgres_server) as running:
        yield running


@pytest.fixture(scope="session")
async def tax(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    """The second tenant, under the Steuergeheimnis, with the modules beside it."""
    folder = tmp_path_factory.mktemp("tax")
    async with (
        running_gateway(folder, postgres_server, profile="local-steuer", tenant="steuer") as running,
        modules_beside(running, tenant="steuer"),
    ):
        yield running


@pytest.fixture(scope="module")
async def operated(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    """A gateway of one module alone: its keys are rotated and destroyed, its authorities leave."""
    async with running_gateway(tmp_path_factory.mktemp("operated"), postgres_server) as running:
        yield running


@pytest.fixture(scope="module")
def operators(operated: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Operators:
    return Operators(operated, tmp_path_factory.mktemp("operators"))


@pytest.fixture(scope="session")
async def with_modules(gateway: Gateway) -> AsyncIterator[Gateway]:
    """The gateway with the real modules service beside it."""
    async with modules_beside(gateway):
        yield gateway


@pytest.fixture(scope="module")
async def objects(with_modules: Gateway) -> AsyncIterator[Objects]:
    """One object of every kind of a.weber's, of her authority's and of the whole tenant."""
    gateway = with_modules
    async with await gateway.client("b.yilmaz") as colleague:
        await colleague.get("/api/v1/me")  # nobody shares with somebody who was never there
    async with await gateway.client("a.weber") as owner, await gateway.client("o.petrova") as operator:
        found = Objects(owner, operator)
        await found.make_all()
        yield found
