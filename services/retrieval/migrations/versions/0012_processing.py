# SPDX-License-Identifier: EUPL-1.2
"""How a document was read: steps, durations and counts, never content."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN processing jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN processing")
