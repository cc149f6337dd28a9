# SPDX-License-Identifier: EUPL-1.2
"""Maintenance finds files that are due: with an authority and no person set it sees rows, and may change none."""

from alembic import op

from genius_common.keys import CURRENT_AUTHORITY, CURRENT_PERSON

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    condition = f"kind = 'file' AND authority = {CURRENT_AUTHORITY} AND {CURRENT_PERSON} IS NULL"
    op.execute(f"CREATE POLICY documents_maintenance ON documents FOR SELECT USING ({condition})")


def downgrade() -> None:
    op.execute("DROP POLICY documents_maintenance ON documents")
