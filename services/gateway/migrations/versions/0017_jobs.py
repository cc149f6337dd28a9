# SPDX-License-Identifier: EUPL-1.2
"""Runs as jobs: they wait in the database until a process has a place for them.

A job waits while it is `queued` without a lease. Its time begins when it starts: `seconds` is what it then has.
"""

from alembic import op

revision = "0017"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE runs ADD COLUMN job boolean NOT NULL DEFAULT false, ADD COLUMN seconds integer")
    op.execute(
        "CREATE INDEX runs_waiting ON runs (authority, owner, created_at, id)"
        " WHERE state = 'queued' AND job AND lease_until IS NULL"
    )
    op.execute("CREATE INDEX runs_served ON runs (authority, owner, started_at) WHERE job")


def downgrade() -> None:
    """Jobs that wait would never start without this column, so they are made startable as any other run."""
    op.execute("UPDATE runs SET deadline = now() + make_interval(secs => seconds) WHERE deadline IS NULL")
    op.execute("DROP INDEX runs_waiting, runs_served")
    op.execute("ALTER TABLE runs DROP COLUMN job, DROP COLUMN seconds")
