# SPDX-License-Identifier: EUPL-1.2
"""A database with the gateway's schema, a scripted modules service, and the runs part of the gateway over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from genius_gateway.migrate import upgrade
from tests.support.gateway_runs import LocalGateway, Person
from tests.support.http import AsyncClient
from tests.support.postgres import TestPostgres, conninfo
from tests.support.scripted_module import ScriptedModules

OPTIONS = {"lease_s": 1.5, "recovery_s": 0.3, "abandoned_s": 60.0, "stop_s": 0.3, "answer_s": 0.1, "max_jobs": 100}


@dataclass
class Schema:
    """A migrated database; `authority` is one that maintenance knows."""

    owner_url: str
    app_url: str
    authority: UUID
    other_authority: UUID
    admin: str

    def execute(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """As the superuser, whom row-level security does not bind."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    async def change(self, statement: str, parameters: tuple[Any, ...] = ()) -> None:
        """Off the loop: the row may be locked by a transaction that the loop has to finish first."""
        await asyncio.to_thread(self.execute, statement, parameters)


def migrated(postgres_server: TestPostgres) -> Schema:
    """A database of its own on the server."""
    owner_url, app_url = postgres_server.create_database("gateway_runs")
    upgrade(owner_url)
    admin = conninfo(postgres_server.url).rsplit("/postgres", 1)
    name = app_url.split("?")[0].rsplit("/", 1)[1]
    schema = Schema(owner_url, app_url, uuid4(), uuid4(), f"/{name}".join(admin))
    schema.execute(
        "INSERT INTO authorities (id, short, name, kind) VALUES"
        " (%s, 'tst', 'Testbehörde', 'agency'), (%s, 'and', 'Andere Behörde', 'agency')",
        (schema.authority, schema.other_authority),
    )
    return schema


@pytest.fixture(scope="package")
def schema(postgres_server: TestPostgres) -> Schema:
    return migrated(postgres_server)


@pytest.fixture(scope="package")
async def modules() -> AsyncIterator[ScriptedModules]:
    server = ScriptedModules()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="package")
def config(schema: Schema, modules: ScriptedModules) -> dict[str, Any]:
    return {
        "database": schema.app_url,
        "modules": modules.url,
        "kek": "11" * 32,
        "signing": "22" * 32,
        "options": OPTIONS,
    }


@pytest.fixture
def own_schema(postgres_server: TestPostgres) -> Schema:
    """For tests that count on being alone: any gateway takes the jobs of its database."""
    return migrated(postgres_server)


@pytest.fixture
def own_config(config: dict[str, Any], own_schema: Schema) -> dict[str, Any]:
    return {**config, "database": own_schema.app_url}


@pytest.fixture(scope="package")
async def gateway(config: dict[str, Any]) -> AsyncIterator[LocalGateway]:
    gateway = LocalGateway(config)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
def person(schema: Schema) -> Person:
    return Person(schema.authority)


@pytest.fixture
async def client(gateway: LocalGateway, person: Person) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncClient(base_url=gateway.url, headers=person.headers, timeout=20) as client:
        yield client


async def until(condition: Any, timeout_s: float = 5.0) -> Any:
    """Wait until `condition()` (sync or async) is true; answer its value."""
    async with asyncio.timeout(timeout_s):
        while True:
            value = condition()
            if asyncio.iscoroutine(value):
                value = await value
            if value:
                return value
            await asyncio.sleep(0.02)
