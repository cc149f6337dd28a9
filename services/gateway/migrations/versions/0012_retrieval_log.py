# SPDX-License-Identifier: EUPL-1.2
"""The retrieval log of the profile of the Steuergeheimnis (§§ 6, 7 StDAV), and whose this database is.

The log is written by those who retrieve, in their own name, and read by the inspection alone: its scope
`abrufpruefung` is set by nothing else. Nobody changes an entry. What is older than two years by the clock of the
database may be deleted, by maintenance, and nothing before.
"""

from alembic import op

from genius_common.tenant_binding import ROW_SECURITY, TABLE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
_T = "current_setting('genius.scope', true) = 'tenant'"
_INSPECTION = "current_setting('genius.scope', true) = 'abrufpruefung'"
_DUE = f"{_T} AND at < now() - interval '2 years'"

_TABLES = """
CREATE TABLE retrieval_log (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    authority uuid REFERENCES authorities,
    person uuid NOT NULL,
    application uuid,
    kind text NOT NULL CHECK (kind IN ('trefferliste', 'dokumentliste', 'dokument', 'fundstelle', 'seitenbild',
        'datei', 'freigabe', 'auftrag')),
    category text CHECK (category IN ('offen', 'intern', 'personenbezogen', 'sozialdaten', 'steuergeheimnis')),
    case_id uuid,
    object uuid,
    hits integer,
    outcome text NOT NULL CHECK (outcome IN ('erteilt', 'abgelehnt', 'gescheitert', 'abgebrochen')),
    status smallint,
    sealed bytea NOT NULL
);
CREATE INDEX retrieval_log_at ON retrieval_log (at, id);
CREATE TABLE retrieval_checks (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    period_from timestamptz NOT NULL,
    period_until timestamptz NOT NULL,
    seed text NOT NULL,
    population bigint NOT NULL,
    size integer NOT NULL,
    created_by uuid NOT NULL,
    closed_at timestamptz,
    digest text
);
CREATE TABLE retrieval_check_items (
    check_id uuid NOT NULL REFERENCES retrieval_checks ON DELETE CASCADE,
    position integer NOT NULL,
    retrieval uuid NOT NULL,
    at timestamptz NOT NULL,
    decision text NOT NULL DEFAULT 'offen' CHECK (decision IN ('offen', 'zulaessig', 'nicht_zulaessig')),
    reason bytea,
    decided_by uuid,
    decided_at timestamptz,
    PRIMARY KEY (check_id, retrieval)
);
CREATE FUNCTION retrieval_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the retrieval log are never changed';
END $$;
CREATE TRIGGER retrieval_log_append_only BEFORE UPDATE ON retrieval_log
    FOR EACH ROW EXECUTE FUNCTION retrieval_log_is_append_only();
"""
_OWN_TABLES = ("retrieval_log", "retrieval_checks", "retrieval_check_items")

# (table, name, command, condition)
_POLICIES = (
    # Who has no authority (the platform's operation) writes tenant-wide.
    ("retrieval_log", "insert", "INSERT",
     f"authority IS NOT DISTINCT FROM {_A} AND person = {_P} AND ({_A} IS NOT NULL OR {_T})"),
    ("retrieval_log", "inspection", "SELECT", _INSPECTION),
    ("retrieval_log", "due", "SELECT", _DUE),
    ("retrieval_log", "delete", "DELETE", _DUE),
    *(
        (table, command.lower(), command, _INSPECTION)
        for table in ("retrieval_checks", "retrieval_check_items")
        for command in ("SELECT", "INSERT", "UPDATE")
    ),
    ("retrieval_checks", "due", "SELECT", _DUE),
    ("retrieval_checks", "delete", "DELETE", _DUE),
    ("retrieval_check_items", "due", "SELECT", _DUE),
    ("retrieval_check_items", "delete", "DELETE", _DUE),
)  # fmt: skip


def upgrade() -> None:
    op.execute(_TABLES)
    for table in _OWN_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table, name, command, condition in _POLICIES:
        op.execute(f"CREATE POLICY {table}_{name} ON {table} FOR {command} {_clause(command, condition)}")
    for statement in (TABLE, *ROW_SECURITY):
        op.execute(statement)


def _clause(command: str, condition: str) -> str:
    if command == "INSERT":
        return f"WITH CHECK ({condition})"
    if command == "UPDATE":
        return f"USING ({condition}) WITH CHECK ({condition})"
    return f"USING ({condition})"


def downgrade() -> None:
    for table in ("tenant_binding", *reversed(_OWN_TABLES)):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION retrieval_log_is_append_only")
