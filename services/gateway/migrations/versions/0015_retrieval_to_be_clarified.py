# SPDX-License-Identifier: EUPL-1.2
"""A third decision about a retrieval of a sample: it is still to be clarified whether it was allowed (§ 7 StDAV)."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NAME = "retrieval_check_items_decision_check"


def upgrade() -> None:
    op.execute(_only("'offen', 'zulaessig', 'nicht_zulaessig', 'zu_klaeren'"))


def downgrade() -> None:
    """Fails while a retrieval is to be clarified: none is decided by going back."""
    op.execute(_only("'offen', 'zulaessig', 'nicht_zulaessig'"))


def _only(decisions: str) -> str:
    check = f"ADD CONSTRAINT {_NAME} CHECK (decision IN ({decisions}))"
    return f"ALTER TABLE retrieval_check_items DROP CONSTRAINT {_NAME}, {check}"
