# SPDX-License-Identifier: EUPL-1.2
"""Conversations shared as frozen copies, grants on cases, the files of a case, and who is meant by a user name.

A copy and a case are seen by their owner and by whom a grant of that owner reaches in the same authority; who has a
grant to write may change a case, and nobody but its owner gives it away. Grants go with what they open. A user name is
kept as a keyed hash only, and found by that hash alone (`genius.credential`): nobody lists them.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
_C = "nullif(current_setting('genius.credential', true), '')"
_OWN = f"authority = {_A} AND owner = {_P}"
_MAINTENANCE = f"authority = {_A} AND {_P} IS NULL"

_TABLES = """
CREATE TABLE snapshots (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    conversation uuid NOT NULL,
    head bytea NOT NULL,
    content bytea NOT NULL,
    messages integer NOT NULL,
    shows_answers boolean NOT NULL,
    protection_class text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (conversation, authority, owner) REFERENCES conversations (id, authority, owner) ON DELETE CASCADE
);
CREATE INDEX snapshots_of_conversation ON snapshots (conversation);
CREATE INDEX snapshots_of_authority ON snapshots (authority, created_at DESC, id DESC);
ALTER TABLE cases ADD CONSTRAINT cases_of_authority UNIQUE (id, authority);
CREATE TABLE case_files (
    case_id uuid NOT NULL,
    file uuid NOT NULL,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (case_id, file),
    FOREIGN KEY (case_id, authority) REFERENCES cases (id, authority) ON DELETE CASCADE
);
CREATE INDEX case_files_file ON case_files (file);
CREATE TABLE member_names (
    person uuid NOT NULL,
    authority uuid NOT NULL,
    name_key text NOT NULL,
    PRIMARY KEY (person, authority),
    FOREIGN KEY (person, authority) REFERENCES memberships (person, authority) ON DELETE CASCADE
);
CREATE INDEX member_names_key ON member_names (authority, name_key);
ALTER TABLE grants ADD COLUMN names bytea, DROP CONSTRAINT grants_object_kind_check,
    ADD CONSTRAINT grants_object_kind_check CHECK (object_kind IN ('knowledge_base', 'case', 'snapshot'));
"""
_TRIGGERS = """
CREATE FUNCTION grants_end_with_their_object() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM grants WHERE object_kind = TG_ARGV[0] AND object = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER snapshots_grants AFTER DELETE ON snapshots FOR EACH ROW
    EXECUTE FUNCTION grants_end_with_their_object('snapshot');
CREATE TRIGGER cases_grants AFTER DELETE ON cases FOR EACH ROW
    EXECUTE FUNCTION grants_end_with_their_object('case');
"""


def _granted(kind: str, table: str, also: str = "") -> str:
    """A grant of the row's owner reaches the transaction's person, also by a unit."""
    return f"""EXISTS (SELECT 1 FROM grants g WHERE g.object_kind = '{kind}' AND g.object = {table}.id
        AND g.authority = {table}.authority AND g.owner = {table}.owner{also}
        AND ((g.grantee_kind = 'person' AND g.grantee = {_P}) OR (g.grantee_kind = 'unit' AND EXISTS (
            SELECT 1 FROM memberships m WHERE m.person = {_P} AND m.authority = {_A}
            AND g.grantee = ANY (m.units)))))"""  # noqa: S608 constants only


_CASE_READ = f"authority = {_A} AND (owner = {_P} OR {_granted('case', 'cases')})"
_CASE_WRITE = f"authority = {_A} AND (owner = {_P} OR {_granted('case', 'cases', ' AND g.access = $$write$$')})"
_IN_CASE = "EXISTS (SELECT 1 FROM cases c WHERE c.id = case_files.case_id AND c.authority = case_files.authority{})"
_NAMED = f"authority = {_A} AND (person = {_P} OR name_key = {_C})"
_OWN_NAME = f"authority = {_A} AND person = {_P}"

# (table, name, command, condition)
_POLICIES = (
    ("snapshots", "owner", "ALL", _OWN),
    ("snapshots", "reader", "SELECT",
        f"authority = {_A} AND expires_at > now() AND {_granted('snapshot', 'snapshots')}"),
    ("snapshots", "maintenance", "SELECT", _MAINTENANCE),
    ("case_files", "select", "SELECT", f"authority = {_A} AND (owner = {_P} OR {_IN_CASE.format('')})"),
    ("case_files", "insert", "INSERT", f"{_OWN} AND {_IN_CASE.format('')}"),
    ("case_files", "delete", "DELETE", f"authority = {_A} AND (owner = {_P} OR "
        + _IN_CASE.format(f" AND c.owner = {_P}") + ")"),
    ("member_names", "select", "SELECT", _NAMED),
    ("member_names", "insert", "INSERT", _OWN_NAME),
    ("member_names", "update", "UPDATE", _OWN_NAME),
    ("member_names", "delete", "DELETE", _OWN_NAME),
)  # fmt: skip
_NEW_TABLES = ("snapshots", "case_files", "member_names")


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_TRIGGERS)
    for table in _NEW_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table, name, command, condition in _POLICIES:
        op.execute(f"CREATE POLICY {table}_{name} ON {table} FOR {command} {_clauses(command, condition)}")
    op.execute(f"ALTER POLICY cases_select ON cases USING ({_CASE_READ})")
    op.execute(f"ALTER POLICY cases_update ON cases USING ({_CASE_WRITE}) WITH CHECK ({_CASE_WRITE})")


def _clauses(command: str, condition: str) -> str:
    if command == "INSERT":
        return f"WITH CHECK ({condition})"
    if command in {"UPDATE", "ALL"}:
        return f"USING ({condition}) WITH CHECK ({condition})"
    return f"USING ({condition})"


def downgrade() -> None:
    op.execute(f"ALTER POLICY cases_update ON cases USING ({_OWN}) WITH CHECK ({_OWN})")
    op.execute(f"ALTER POLICY cases_select ON cases USING ({_OWN})")
    op.execute("DROP TRIGGER cases_grants ON cases")
    for table in _NEW_TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE cases DROP CONSTRAINT cases_of_authority")
    op.execute("DROP FUNCTION grants_end_with_their_object")
    op.execute("ALTER TABLE grants NO FORCE ROW LEVEL SECURITY")  # the owner too, else the rows stay
    op.execute("DELETE FROM grants WHERE object_kind IN ('case', 'snapshot')")
    op.execute("ALTER TABLE grants FORCE ROW LEVEL SECURITY")
    op.execute(
        "ALTER TABLE grants DROP COLUMN names, DROP CONSTRAINT grants_object_kind_check, ADD CONSTRAINT"
        " grants_object_kind_check CHECK (object_kind IN ('knowledge_base', 'case', 'conversation'))"
    )
