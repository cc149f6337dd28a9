# SPDX-License-Identifier: EUPL-1.2
"""Authorities leave, keys are wrapped anew, rotated and destroyed: what these see, and what is closed for good.

`genius.scope` = `whole` shows every row of one authority, whoever's it is; `keys` the keys of the tenant and of all
authorities, never a person's. An authority that is noted as removed takes no new row.
"""

from alembic import op

from genius_common.keys import CURRENT_AUTHORITY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SCOPE = "current_setting('genius.scope', true)"
_WHOLE = f"{_SCOPE} = 'whole' AND authority = {CURRENT_AUTHORITY}"
_KEYS = f"{_SCOPE} = 'keys' AND person IS NULL"
_TABLES = ("keys", "knowledge_bases", "documents", "collections", "shares")


def upgrade() -> None:
    op.execute("CREATE TABLE removed_authorities (authority uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())")
    op.execute("ALTER TABLE removed_authorities ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE removed_authorities FORCE ROW LEVEL SECURITY")
    # Read by the policies below, in the scope of the authority that is written for.
    op.execute(
        "CREATE POLICY removed_authorities_read ON removed_authorities FOR SELECT"
        f" USING (authority = {CURRENT_AUTHORITY})"
    )
    op.execute(f"CREATE POLICY removed_authorities_insert ON removed_authorities FOR INSERT WITH CHECK ({_WHOLE})")
    for table in _TABLES:
        op.execute(f"CREATE POLICY {table}_whole ON {table} USING ({_WHOLE}) WITH CHECK ({_WHOLE})")
        removed = f"SELECT 1 FROM removed_authorities r WHERE r.authority = {table}.authority"  # noqa: S608 constants
        closed = f"authority IS NULL OR NOT EXISTS ({removed})"
        op.execute(f"CREATE POLICY {table}_closed ON {table} AS RESTRICTIVE FOR INSERT WITH CHECK ({closed})")
    op.execute(f"CREATE POLICY keys_wrapping ON keys FOR SELECT USING ({_KEYS})")
    op.execute(f"CREATE POLICY keys_rewrapping ON keys FOR UPDATE USING ({_KEYS}) WITH CHECK ({_KEYS})")


def downgrade() -> None:
    op.execute("DROP POLICY keys_rewrapping ON keys")
    op.execute("DROP POLICY keys_wrapping ON keys")
    for table in _TABLES:
        op.execute(f"DROP POLICY {table}_closed ON {table}")
        op.execute(f"DROP POLICY {table}_whole ON {table}")
    op.execute("DROP TABLE removed_authorities")
