# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases that another authority may read: offered by their owner, accepted by the other side.

An accepted share opens rows for reading, and the owner's content key, which opens the search key: nothing of the
owner's other knowledge bases, no file, no writing. Either side ends it by deleting the row.
"""

from alembic import op

from genius_common.keys import CURRENT_AUTHORITY

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE shares (
    knowledge_base uuid NOT NULL,
    authority uuid NOT NULL,
    grantee uuid NOT NULL CHECK (grantee <> authority),
    accepted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (knowledge_base, grantee),
    CONSTRAINT shares_of_authority FOREIGN KEY (knowledge_base, authority)
        REFERENCES knowledge_bases (id, authority) ON DELETE CASCADE
);
CREATE INDEX shares_of_grantee ON shares (grantee, authority);
"""
# Policies can't compare a row with what it was before.
_TRIGGER = """
CREATE FUNCTION shares_are_accepted_or_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a share is accepted or ended, not changed';
END $$;
CREATE TRIGGER shares_unchanged BEFORE UPDATE ON shares FOR EACH ROW
    WHEN (to_jsonb(NEW) - 'accepted_at' <> to_jsonb(OLD) - 'accepted_at')
    EXECUTE FUNCTION shares_are_accepted_or_ended();
"""
_OWNER = f"authority = {CURRENT_AUTHORITY}"
_GRANTEE = f"grantee = {CURRENT_AUTHORITY}"
_POLICIES = {
    "select": f"FOR SELECT USING ({_OWNER} OR {_GRANTEE})",
    "insert": f"FOR INSERT WITH CHECK ({_OWNER} AND accepted_at IS NULL)",
    "update": f"FOR UPDATE USING ({_GRANTEE}) WITH CHECK ({_GRANTEE})",
    "delete": f"FOR DELETE USING ({_OWNER} OR {_GRANTEE})",
}
_SHARED = f"s.grantee = {CURRENT_AUTHORITY} AND s.accepted_at IS NOT NULL"
# table → which share opens its row
_OPENED = {
    "knowledge_bases": "s.knowledge_base = knowledge_bases.id AND s.authority = knowledge_bases.authority",
    "documents": "documents.kind = 'document' AND s.knowledge_base = documents.knowledge_base"
    " AND s.authority = documents.authority",
    "collections": "s.authority = collections.authority",
    "keys": "keys.person IS NULL AND keys.purpose = 'content' AND s.authority = keys.authority",
}


def upgrade() -> None:
    op.execute(_TABLE)
    op.execute(_TRIGGER)
    op.execute("ALTER TABLE shares ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE shares FORCE ROW LEVEL SECURITY")
    for name, policy in _POLICIES.items():
        op.execute(f"CREATE POLICY shares_{name} ON shares {policy}")
    for table, which in _OPENED.items():
        shared = f"EXISTS (SELECT 1 FROM shares s WHERE {which} AND {_SHARED})"  # noqa: S608 constants only
        op.execute(f"CREATE POLICY {table}_shared ON {table} FOR SELECT USING ({shared})")


def downgrade() -> None:
    for table in _OPENED:
        op.execute(f"DROP POLICY {table}_shared ON {table}")
    op.execute("DROP TABLE shares")
    op.execute("DROP FUNCTION shares_are_accepted_or_ended")
