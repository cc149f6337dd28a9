# SPDX-License-Identifier: EUPL-1.2
"""Callbacks: where an application may be called, and what was sent there when one of its runs ended.

A delivery holds ids, times and a status, no content: the body is read from the run when it is sent. Its owner sees it;
maintenance (an authority, no person) sends it. It goes with its run.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"

_TABLES = """
ALTER TABLE applications ADD CONSTRAINT applications_of_authority UNIQUE (id, authority);
CREATE TABLE callback_targets (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL,
    application uuid NOT NULL,
    url text NOT NULL,
    keys bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (authority, application, url),
    UNIQUE (id, authority),
    FOREIGN KEY (application, authority) REFERENCES applications (id, authority)
);
ALTER TABLE runs ADD COLUMN callback uuid;
CREATE TABLE callback_deliveries (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    application uuid NOT NULL,
    run uuid NOT NULL,
    target uuid NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    status integer,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    FOREIGN KEY (run, authority, owner) REFERENCES runs (id, authority, owner) ON DELETE CASCADE
);
CREATE INDEX callback_deliveries_due ON callback_deliveries (authority, next_at) WHERE state = 'pending';
CREATE INDEX callback_deliveries_of_run ON callback_deliveries (run);
CREATE INDEX callback_deliveries_shown ON callback_deliveries (authority, created_at DESC, id DESC);
"""


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in ("callback_targets", "callback_deliveries"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY callback_targets_authority ON callback_targets USING (authority = {_A})"
        f" WITH CHECK (authority = {_A})"
    )
    own = f"authority = {_A} AND (owner = {_P} OR {_P} IS NULL)"
    op.execute(f"CREATE POLICY callback_deliveries_owner ON callback_deliveries USING ({own}) WITH CHECK ({own})")
    op.execute("SELECT genius_authority_rows()")


def downgrade() -> None:
    op.execute("DROP TABLE callback_deliveries")
    op.execute("DROP TABLE callback_targets")
    op.execute("ALTER TABLE runs DROP COLUMN callback")
    op.execute("ALTER TABLE applications DROP CONSTRAINT applications_of_authority")
