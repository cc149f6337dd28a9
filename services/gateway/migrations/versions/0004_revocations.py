# SPDX-License-Identifier: EUPL-1.2
"""From when on a person's or application's older tokens no longer count; replicas hear of it by NOTIFY."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TENANT = "current_setting('genius.scope', true) = 'tenant'"


def upgrade() -> None:
    op.execute("CREATE TABLE revocations (subject uuid PRIMARY KEY, at timestamptz NOT NULL)")
    op.execute("ALTER TABLE revocations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE revocations FORCE ROW LEVEL SECURITY")
    for command, clause in (
        ("SELECT", f"USING ({_TENANT})"),
        ("INSERT", f"WITH CHECK ({_TENANT})"),
        ("UPDATE", f"USING ({_TENANT}) WITH CHECK ({_TENANT})"),
        ("DELETE", f"USING ({_TENANT})"),
    ):
        op.execute(f"CREATE POLICY revocations_{command.lower()} ON revocations FOR {command} {clause}")


def downgrade() -> None:
    op.execute("DROP TABLE revocations")
