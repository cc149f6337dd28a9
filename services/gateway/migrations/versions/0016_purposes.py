# SPDX-License-Identifier: EUPL-1.2
"""What a knowledge base is there for (sealed like its name), and what it may be used for; null = everything (DSG-06).

Those that exist keep every use, and have no purpose until who manages them states one: nobody else knows it.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE knowledge_bases ADD COLUMN purpose bytea, ADD COLUMN uses text[]")
    bound = "CHECK (cardinality(uses) BETWEEN 1 AND 50)"
    op.execute(f"ALTER TABLE knowledge_bases ADD CONSTRAINT knowledge_bases_uses {bound}")


def downgrade() -> None:
    """Fails while a purpose is stated or bound: going back would lose it."""
    # A constraint looks at all rows, whatever row-level security shows.
    op.execute(
        "ALTER TABLE knowledge_bases ADD CONSTRAINT knowledge_bases_unbound CHECK (uses IS NULL AND purpose IS NULL)"
    )
    op.execute(
        "ALTER TABLE knowledge_bases DROP CONSTRAINT knowledge_bases_unbound, DROP COLUMN purpose, DROP COLUMN uses"
    )
