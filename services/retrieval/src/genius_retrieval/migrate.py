# SPDX-License-Identifier: EUPL-1.2
"""Bring the database to the current schema, as its owner, and grant the service's role what it needs."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

from genius_common.settings import DatabaseSettings

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
)


def _scripts() -> Path:
    """The migrations: inside the package where it was installed from a wheel, beside `src` in a checkout."""
    packaged = Path(__file__).with_name("migrations")
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"


def migrate(settings: DatabaseSettings) -> None:
    """Run all missing migrations with `migration_url`, then grant to the role of `url`; idempotent."""
    if settings.migration_url is None:
        raise SystemExit("GENIUS_RETRIEVAL_DATABASE__MIGRATION_URL fehlt: das Konto, dem die Datenbank gehört.")
    engine = sa.create_engine(settings.migration_url.get_secret_value(), poolclass=sa.pool.NullPool)
    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    role = make_url(settings.url.get_secret_value()).username
    with engine.begin() as connection:
        # Two replicas that start together must not migrate at the same time.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7032082)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        quoted = connection.dialect.identifier_preparer.quote_identifier(role or "")
        for grant in _GRANTS:
            connection.execute(sa.text(grant.format(role=quoted)))
    engine.dispose()
