# SPDX-License-Identifier: EUPL-1.2
"""What an authority decides for itself, accepted terms of use, and an index to search the audit trail by time.

Switches, shorter retention and tighter limits are written in the scope of the authority alone; only the maintenance of
the tenant reads them besides, authority by authority. Terms are accepted by a person, once a version.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"

_TABLES = """
CREATE TABLE module_switches (
    authority uuid NOT NULL REFERENCES authorities,
    module text NOT NULL,
    enabled boolean NOT NULL,
    PRIMARY KEY (authority, module)
);
CREATE TABLE authority_retention (
    authority uuid NOT NULL REFERENCES authorities,
    kind text NOT NULL CHECK (kind IN ('conversations', 'runs', 'cases', 'files')),
    days integer NOT NULL CHECK (days > 0),
    PRIMARY KEY (authority, kind)
);
CREATE TABLE tighter_limits (
    authority uuid PRIMARY KEY REFERENCES authorities,
    own jsonb NOT NULL
);
CREATE TABLE terms_acceptances (
    person uuid NOT NULL REFERENCES persons ON DELETE CASCADE,
    version text NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, version)
);
CREATE INDEX audit_records_at ON audit_records (at DESC, chain DESC, seq DESC);
"""
_OWN = f"authority = {_A}"
_POLICIES = {
    "module_switches": dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), _OWN),
    "authority_retention": dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), _OWN),
    "tighter_limits": dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), _OWN),
    "terms_acceptances": dict.fromkeys(("SELECT", "INSERT", "DELETE"), f"person = {_P}"),
}


def upgrade() -> None:
    op.execute(_TABLES)
    for table, commands in _POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for command, condition in commands.items():
            clause = {
                "INSERT": f"WITH CHECK ({condition})",
                "UPDATE": f"USING ({condition}) WITH CHECK ({condition})",
            }.get(command, f"USING ({condition})")
            op.execute(f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command} {clause}")


def downgrade() -> None:
    op.execute("DROP INDEX audit_records_at")
    for table in _POLICIES:
        op.execute(f"DROP TABLE {table}")
