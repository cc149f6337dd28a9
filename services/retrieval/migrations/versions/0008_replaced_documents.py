# SPDX-License-Identifier: EUPL-1.2
"""Which document an upload replaces under another name; one of the same name it replaces anyway (DSG-08)."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN replaces uuid")


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN replaces")
