# SPDX-License-Identifier: EUPL-1.2
"""What must not be kept and was refused, until the gateway has written it into its audit trail (ING-11).

A row is made in the transaction that refuses and outlives the document's own row. Maintenance alone reads,
deletes and takes a deleted person's pseudonym out.
"""

from alembic import op

from genius_common.keys import CURRENT_AUTHORITY, CURRENT_PERSON, TENANT_SCOPE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OWN = f"authority = {CURRENT_AUTHORITY}"
_TENANT = f"authority IS NULL AND {TENANT_SCOPE}"
_MAINTENANCE = f"({_TENANT}) OR ({_OWN} AND {CURRENT_PERSON} IS NULL)"
_WHOLE = f"current_setting('genius.scope', true) = 'whole' AND {_OWN}"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE refusals ("
        " document uuid PRIMARY KEY,"
        " authority uuid,"
        " kind text NOT NULL CHECK (kind IN ('document', 'file')),"
        " code text NOT NULL,"
        " uploaded_by uuid NOT NULL,"
        " at timestamptz NOT NULL DEFAULT now())"
    )
    op.execute("ALTER TABLE refusals ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE refusals FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY refusals_insert ON refusals FOR INSERT WITH CHECK (({_TENANT}) OR {_OWN})")
    op.execute(f"CREATE POLICY refusals_read ON refusals FOR SELECT USING ({_MAINTENANCE})")
    op.execute(
        f"CREATE POLICY refusals_forget ON refusals FOR UPDATE USING ({_MAINTENANCE}) WITH CHECK ({_MAINTENANCE})"
    )
    op.execute(f"CREATE POLICY refusals_delete ON refusals FOR DELETE USING ({_MAINTENANCE})")
    op.execute(f"CREATE POLICY refusals_whole ON refusals USING ({_WHOLE}) WITH CHECK ({_WHOLE})")
    removed = "SELECT 1 FROM removed_authorities r WHERE r.authority = refusals.authority"
    op.execute(
        "CREATE POLICY refusals_closed ON refusals AS RESTRICTIVE FOR INSERT"
        f" WITH CHECK (authority IS NULL OR NOT EXISTS ({removed}))"
    )


def downgrade() -> None:
    op.execute("DROP TABLE refusals")
