# SPDX-License-Identifier: EUPL-1.2
"""How far the step is that a document is in: what is counted, and two numbers."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN working jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN working")
