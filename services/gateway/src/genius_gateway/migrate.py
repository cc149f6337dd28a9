# SPDX-License-Identifier: EUPL-1.2
"""Brings the database to this version (Alembic), as its owner."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

_LOCK = 0x67656E6975730001  # one migration at a time, whatever starts it
# The service reads which version it finds; only the owner says so.
_VERSION_IS_THE_OWNERS = """
DO $$ DECLARE other name; BEGIN
    FOR other IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema AND table_name = 'alembic_version' AND grantee <> current_user
    LOOP EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM %I', other); END LOOP;
END $$
"""


def migrations_folder() -> Path:
    """Inside the package in a wheel, beside `src` in the repository."""
    inside = Path(__file__).parent / "migrations"
    return inside if inside.exists() else Path(__file__).parents[2] / "migrations"


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Apply what is missing up to `revision`."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    engine = sa.create_engine(owner_url, poolclass=sa.NullPool)
    with engine.connect() as guard, engine.connect() as connection:
        guard.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(sa.text(_VERSION_IS_THE_OWNERS))
        connection.commit()
        guard.rollback()
    engine.dispose()
