# SPDX-License-Identifier: EUPL-1.2
"""How many points a document has, so that a lost one is noticed without making them anew (BAK-02)."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN points integer")


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN points")
