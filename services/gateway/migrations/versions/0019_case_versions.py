# SPDX-License-Identifier: EUPL-1.2
"""Versions of a case: what a check has found and people have corrected, and who has signed which of them off.

A version is never changed: its digest is of the content before sealing, so that it stays the same version when the
content is sealed anew (another key, another owner of the case). Rows belong to the owner of the case, whoever has made
them; colleagues with a grant reach them by the gateway's decision in the owner's row scope, as they do the reference.
"""

from alembic import op

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
_OWN = f"authority = {_A} AND owner = {_P}"
_OWN_CASE = f"""authority = {_A} AND (owner = {_P} OR EXISTS (SELECT 1 FROM cases c WHERE c.id = case_versions.case_id
    AND c.authority = case_versions.authority AND c.owner = {_P}))"""  # noqa: S608 constants only

_TABLE = """
CREATE TABLE case_versions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    protection_class text NOT NULL,
    digest bytea NOT NULL,
    content bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    signed_at timestamptz,
    signature bytea,
    CHECK ((signed_at IS NULL) = (signature IS NULL)),
    UNIQUE (case_id, number),
    FOREIGN KEY (case_id, authority) REFERENCES cases (id, authority) ON DELETE CASCADE
);
CREATE FUNCTION case_versions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.case_id, NEW.number, NEW.authority, NEW.protection_class, NEW.digest, NEW.made_at)
        IS DISTINCT FROM
        (OLD.id, OLD.case_id, OLD.number, OLD.authority, OLD.protection_class, OLD.digest, OLD.made_at)
        OR (OLD.signed_at IS NOT NULL AND NEW.signed_at IS DISTINCT FROM OLD.signed_at) THEN
        RAISE EXCEPTION 'a version of a case is never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_versions_stay BEFORE UPDATE ON case_versions FOR EACH ROW EXECUTE FUNCTION case_versions_stay();
"""
_POLICIES = (
    ("select", "SELECT", f"USING ({_OWN_CASE})"),
    ("insert", "INSERT", f"WITH CHECK ({_OWN})"),
    ("update", "UPDATE", f"USING ({_OWN_CASE}) WITH CHECK ({_OWN})"),
    ("delete", "DELETE", f"USING ({_OWN})"),
)


def upgrade() -> None:
    op.execute(_TABLE)
    op.execute("ALTER TABLE case_versions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE case_versions FORCE ROW LEVEL SECURITY")
    for name, command, clause in _POLICIES:
        op.execute(f"CREATE POLICY case_versions_{name} ON case_versions FOR {command} {clause}")
    op.execute("SELECT genius_authority_rows()")


def downgrade() -> None:
    op.execute("DROP TABLE case_versions")
    op.execute("DROP FUNCTION case_versions_stay")
