# SPDX-License-Identifier: EUPL-1.2
"""Up to where the identity provider's administration events were taken over, and when that was last looked at."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TENANT = "current_setting('genius.scope', true) = 'tenant'"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE provider_cursors"
        " (issuer text PRIMARY KEY, position bigint NOT NULL, looked_at timestamptz NOT NULL)"
    )
    op.execute("ALTER TABLE provider_cursors ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE provider_cursors FORCE ROW LEVEL SECURITY")
    for command, clause in (
        ("SELECT", f"USING ({_TENANT})"),
        ("INSERT", f"WITH CHECK ({_TENANT})"),
        ("UPDATE", f"USING ({_TENANT}) WITH CHECK ({_TENANT})"),
    ):
        op.execute(f"CREATE POLICY provider_cursors_{command.lower()} ON provider_cursors FOR {command} {clause}")


def downgrade() -> None:
    op.execute("DROP TABLE provider_cursors")
