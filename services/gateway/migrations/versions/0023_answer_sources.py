# SPDX-License-Identifier: EUPL-1.2
"""Which documents an answer cites, as ids, so that those that use a locked one can be listed (INJ-06).

Maintenance, which has no person, sees of messages what cites anything, to list it by id; contents stay sealed.
"""

from alembic import op

revision = "0023"
down_revision = "0019"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
_CITING = f"authority = {_A} AND {_P} IS NULL AND sources <> '{{}}'"


def upgrade() -> None:
    for table in ("runs", "messages"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN sources uuid[] NOT NULL DEFAULT '{{}}'")
        op.execute(f"CREATE INDEX {table}_sources ON {table} USING gin (sources) WHERE sources <> '{{}}'")
    op.execute(f"CREATE POLICY messages_maintenance ON messages FOR SELECT USING ({_CITING})")


def downgrade() -> None:
    op.execute("DROP POLICY messages_maintenance ON messages")
    for table in ("messages", "runs"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN sources")
