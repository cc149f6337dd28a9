# SPDX-License-Identifier: EUPL-1.2
"""Legal holds, receipts of deletions, and what retention and a person's own export and deletion need to see.

Maintenance works with an authority and no person: it may find rows that are due, never change them; it deletes in the
owner's name. A person may read and end all of the own sessions.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
_T = "current_setting('genius.scope', true) = 'tenant'"
_MAINTENANCE = f"authority = {_A} AND {_P} IS NULL"
_EXPIRED = "expires_at < now()"

_TABLES = """
CREATE TABLE legal_holds (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    case_id uuid,
    authority uuid REFERENCES authorities,
    reason text NOT NULL CHECK (reason IN ('verfahren', 'pruefung', 'einschraenkung', 'auskunft', 'vorfall')),
    set_by uuid NOT NULL,
    set_at timestamptz NOT NULL,
    lifted_by uuid,
    lifted_at timestamptz,
    lifted_reason text CHECK (lifted_reason IN ('erledigt', 'irrtum')),
    CHECK ((case_id IS NULL) = (authority IS NULL)),
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL))
);
CREATE UNIQUE INDEX legal_holds_active ON legal_holds (person, case_id) NULLS NOT DISTINCT WHERE lifted_at IS NULL;
CREATE TABLE deletion_receipts (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    body text NOT NULL,
    key text NOT NULL,
    signature text NOT NULL
);
"""
_OWN_TABLES = ("legal_holds", "deletion_receipts")

# (table, name, command, condition)
_POLICIES = (
    # Whoever deletes must see that he may not: the person itself, and maintenance, which has no person.
    ("legal_holds", "select", "SELECT", f"{_T} OR {_P} IS NULL OR person = {_P}"),
    ("legal_holds", "insert", "INSERT", _T),
    ("legal_holds", "update", "UPDATE", _T),
    ("legal_holds", "delete", "DELETE", f"lifted_at IS NOT NULL AND ({_T} OR person = {_P})"),
    ("deletion_receipts", "select", "SELECT", _T),
    ("deletion_receipts", "insert", "INSERT", _T),
    ("deletion_receipts", "delete", "DELETE", _T),
    ("conversations", "maintenance", "SELECT", _MAINTENANCE),
    ("cases", "maintenance", "SELECT", _MAINTENANCE),
    ("api_tokens", "delete", "DELETE", f"authority = {_A} AND (person = {_P} OR ({_P} IS NULL AND {_EXPIRED}))"),
    ("api_tokens", "maintenance", "SELECT", f"{_MAINTENANCE} AND {_EXPIRED}"),
    ("usage_counters", "delete", "DELETE", _MAINTENANCE),
    ("sessions", "own", "SELECT", f"person = {_P}"),
    ("sessions", "own_delete", "DELETE", f"person = {_P}"),
    ("sessions", "expired", "SELECT", f"{_T} AND {_EXPIRED}"),
    ("sessions", "expired_delete", "DELETE", f"{_T} AND {_EXPIRED}"),
    ("persons", "unseen", "SELECT", f"{_T} AND {_P} IS NULL AND seen_at < now() - interval '30 days'"),
)


def upgrade() -> None:
    op.execute(_TABLES)
    for table in _OWN_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table, name, command, condition in _POLICIES:
        op.execute(f"CREATE POLICY {table}_{name} ON {table} FOR {command} {_clause(command, condition)}")


def _clause(command: str, condition: str) -> str:
    if command == "INSERT":
        return f"WITH CHECK ({condition})"
    if command == "UPDATE":
        return f"USING ({condition}) WITH CHECK ({condition})"
    return f"USING ({condition})"


def downgrade() -> None:
    for table, name, _, _ in reversed(_POLICIES):
        if table not in _OWN_TABLES:
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
    for table in reversed(_OWN_TABLES):
        op.execute(f"DROP TABLE {table}")
