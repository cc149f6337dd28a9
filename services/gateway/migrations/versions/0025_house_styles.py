# SPDX-License-Identifier: EUPL-1.2
"""The house style of an authority, version by version, sealed with its key and seen in its scope alone.

A version is written once and never changed; it goes with the authority.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE house_styles ("
        " authority uuid NOT NULL REFERENCES authorities,"
        " number integer NOT NULL CHECK (number > 0),"
        " style bytea NOT NULL,"
        " created_at timestamptz NOT NULL DEFAULT now(),"
        " PRIMARY KEY (authority, number))"
    )
    op.execute("ALTER TABLE house_styles ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE house_styles FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY house_styles_select ON house_styles FOR SELECT USING (authority = {_A})")
    op.execute(f"CREATE POLICY house_styles_insert ON house_styles FOR INSERT WITH CHECK (authority = {_A})")
    op.execute("SELECT genius_authority_rows()")


def downgrade() -> None:
    op.execute("DROP TABLE house_styles")
