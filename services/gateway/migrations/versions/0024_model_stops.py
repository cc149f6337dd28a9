# SPDX-License-Identifier: EUPL-1.2
"""Language models that an operator has stopped, for everybody or for one authority (KI-06)."""

from alembic import op

revision = "0024"
down_revision = "0018"
branch_labels = None
depends_on = None

_TENANT = "current_setting('genius.scope', true) = 'tenant'"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE model_stops (id uuid PRIMARY KEY, model text, authority uuid REFERENCES authorities (id),"
        " reason text NOT NULL, stopped_at timestamptz NOT NULL DEFAULT now(),"
        " UNIQUE NULLS NOT DISTINCT (model, authority))"
    )
    op.execute("ALTER TABLE model_stops ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE model_stops FORCE ROW LEVEL SECURITY")
    for command, clause in (
        ("SELECT", f"USING ({_TENANT})"),
        ("INSERT", f"WITH CHECK ({_TENANT})"),
        ("DELETE", f"USING ({_TENANT})"),
    ):
        op.execute(f"CREATE POLICY model_stops_{command.lower()} ON model_stops FOR {command} {clause}")


def downgrade() -> None:
    op.execute("DROP TABLE model_stops")
