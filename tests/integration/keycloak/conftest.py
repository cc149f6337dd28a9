# SPDX-License-Identifier: EUPL-1.2
"""Journeys run against both providers, what only Keycloak has against that alone (`make test-keycloak`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.keycloak import provider as providers
from tests.integration.keycloak.provider import Provider
from tests.support.keycloak import KeycloakServer, running_keycloak
from tests.support.postgres import TestPostgres


@pytest.fixture(scope="session")
def keycloak_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeycloakServer]:
    with running_keycloak(tmp_path_factory.mktemp("keycloak")) as running:
        yield running


@pytest.fixture(scope="session")
async def land(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres, keycloak_server: KeycloakServer
) -> AsyncIterator[Provider]:
    """A Keycloak with the realm that `apply` made, and the gateway before it."""
    async with providers.keycloak(tmp_path_factory.mktemp("land"), postgres_server, keycloak_server) as running:
        yield running


@pytest.fixture(scope="session")
async def local(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Provider]:
    """The development provider, and the gateway before it."""
    async with providers.development(tmp_path_factory.mktemp("local"), postgres_server) as running:
        yield running


@pytest.fixture(params=["local", pytest.param("land", marks=pytest.mark.keycloak)])
def provider(request: pytest.FixtureRequest) -> Provider:
    """Both, one after the other."""
    found: Provider = request.getfixturevalue(request.param)
    return found
