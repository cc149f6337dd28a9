# SPDX-License-Identifier: EUPL-1.2
"""Since when a document is locked: found by nobody, given to no module, opened by those alone who look after it."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN quarantined_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN quarantined_at")
