# SPDX-License-Identifier: EUPL-1.2
"""A real PostgreSQL 18 for tests: one throwaway cluster per session, one database per call.

`postgres_server` is the session's `TestPostgres`; `.create_database(name)` answers `(owner_url, app_url)`, both
`postgresql+psycopg://…` for SQLAlchemy: the owner migrates, `app` is LOGIN, owns nothing, NOBYPASSRLS and gets
SELECT, INSERT, UPDATE, DELETE on what the owner creates. `conninfo(url)` is the same for psycopg.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from genius_stack.postgresql.cluster import SUPERUSER, Cluster, Role, new_password
from genius_stack.postgresql.location import temporary

_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "150"}


def conninfo(url: str) -> str:
    """A URL as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


class TestPostgres:
    """The running cluster."""

    __test__ = False

    def __init__(self, cluster: Cluster, password: str) -> None:
        self.cluster = cluster
        self.url = cluster.url("postgres", SUPERUSER, password)

    def superuser_url(self, url: str) -> str:
        """The database of `url` for the superuser, whom row-level security does not bind."""
        name = url.split("?")[0].rsplit("/", 1)[1]
        return f"/{name}".join(self.url.rsplit("/postgres", 1))

    def create_database(self, name: str) -> tuple[str, str]:
        """A new empty database; `name` is made unique. Answers (owner_url, app_url)."""
        role = Role(f"{name}_{new_password()[:6].lower().replace('-', '_')}", new_password(), new_password())
        self.cluster.ensure(role)
        return self.cluster.owner_url(role), self.cluster.app_url(role)


@contextmanager
def running_postgres() -> Iterator[TestPostgres]:
    """A throwaway cluster, for benchmarks outside pytest too."""
    folder = Path(tempfile.mkdtemp(prefix="genius-pg-"))
    folder.chmod(0o711)
    password = new_password()
    cluster = Cluster(temporary(folder), password, _FAST)
    try:
        cluster.initialise(sync=False)
        with (folder / "server.log").open("wb") as log:
            cluster.start(log)
        yield TestPostgres(cluster, password)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestPostgres]:
    with running_postgres() as postgres:
        yield postgres
