# SPDX-License-Identifier: EUPL-1.2
"""Signed checkpoints over the heads of all audit chains, and the signatures of operator and witness. Append-only."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TENANT = "current_setting('genius.scope', true) = 'tenant'"
_TABLES = """
CREATE TABLE audit_checkpoints (
    number bigint PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL,
    body text NOT NULL
);
CREATE TABLE audit_signatures (
    number bigint NOT NULL REFERENCES audit_checkpoints,
    key text NOT NULL,
    signature text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (number, key)
);
"""
_OWN_TABLES = ("audit_checkpoints", "audit_signatures")


def upgrade() -> None:
    op.execute(_TABLES)
    for table in _OWN_TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_select ON {table} FOR SELECT USING ({_TENANT})")
        op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({_TENANT})")


def downgrade() -> None:
    for table in reversed(_OWN_TABLES):
        op.execute(f"DROP TABLE {table}")
