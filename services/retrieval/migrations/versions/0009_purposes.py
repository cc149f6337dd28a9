# SPDX-License-Identifier: EUPL-1.2
"""What a knowledge base may be used for; null = every module and the search, as it was before (DSG-06)."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE knowledge_bases ADD COLUMN uses text[]")
    bound = "CHECK (cardinality(uses) BETWEEN 1 AND 50)"
    op.execute(f"ALTER TABLE knowledge_bases ADD CONSTRAINT knowledge_bases_uses {bound}")


def downgrade() -> None:
    """Fails while a purpose is bound: going back would open it for everything."""
    # A constraint looks at all rows, whatever row-level security shows.
    op.execute("ALTER TABLE knowledge_bases ADD CONSTRAINT knowledge_bases_unbound CHECK (uses IS NULL)")
    op.execute("ALTER TABLE knowledge_bases DROP CONSTRAINT knowledge_bases_unbound, DROP COLUMN uses")
