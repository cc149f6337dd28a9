# SPDX-License-Identifier: EUPL-1.2
"""What external modules use of models, as inference has counted it: numbers by run, or by input of a batch."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE runs ADD COLUMN metering jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE runs DROP COLUMN metering")
