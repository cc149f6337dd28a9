# SPDX-License-Identifier: EUPL-1.2
"""A second collection that is built beside the one in use, and which documents it holds already (REL-11)."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN next_collection uuid")
    op.execute("ALTER TABLE collections ADD COLUMN copying uuid")
    op.execute(
        "CREATE UNIQUE INDEX collections_building ON collections (authority, knowledge_base)"
        " NULLS NOT DISTINCT WHERE state = 'building'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX collections_building")
    op.execute("ALTER TABLE collections DROP COLUMN copying")
    op.execute("ALTER TABLE documents DROP COLUMN next_collection")
