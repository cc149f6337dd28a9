# SPDX-License-Identifier: EUPL-1.2
"""A document names its knowledge base together with the authority of both (TEN-10).

PostgreSQL checks references past the policies of the table they point to. Tenant-wide rows have no authority and keep
the reference by the id alone.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE knowledge_bases ADD CONSTRAINT knowledge_bases_of_authority UNIQUE (id, authority)")
    op.execute(
        "ALTER TABLE documents ADD CONSTRAINT documents_of_authority FOREIGN KEY (knowledge_base, authority)"
        " REFERENCES knowledge_bases (id, authority) ON DELETE CASCADE"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP CONSTRAINT documents_of_authority")
    op.execute("ALTER TABLE knowledge_bases DROP CONSTRAINT knowledge_bases_of_authority")
