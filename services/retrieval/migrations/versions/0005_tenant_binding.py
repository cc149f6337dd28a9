# SPDX-License-Identifier: EUPL-1.2
"""Whose this database is: noted at the first start (AO-01)."""

from alembic import op

from genius_common.tenant_binding import ROW_SECURITY, TABLE

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (TABLE, *ROW_SECURITY):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE tenant_binding")
