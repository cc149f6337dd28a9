# SPDX-License-Identifier: EUPL-1.2
"""Authorities, units, people, sessions, knowledge bases with grants, cases, keys, audit, usage.

The application's role owns nothing here and is bound by the policies below (FORCE). Names and Aktenzeichen are
ciphertext; lookups before a person is known go by a keyed or plain hash in `genius.credential`.
"""

import sqlalchemy as sa
from alembic import op

from genius_common.keys import KEYS_ROW_SECURITY, keys_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
_C = "nullif(current_setting('genius.credential', true), '')"
_T = "current_setting('genius.scope', true) = 'tenant'"

_TABLES = """
CREATE TABLE authorities (
    id uuid PRIMARY KEY,
    short text NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('ministry', 'agency', 'municipality', 'court', 'other')),
    parent uuid REFERENCES authorities,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'leaving', 'gone')),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE units (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL REFERENCES authorities,
    short text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (authority, short)
);
CREATE TABLE persons (
    id uuid PRIMARY KEY,
    subject_key text NOT NULL UNIQUE,
    display bytea,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'erased')),
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE memberships (
    person uuid NOT NULL REFERENCES persons ON DELETE CASCADE,
    authority uuid NOT NULL REFERENCES authorities,
    units uuid[] NOT NULL DEFAULT '{}',
    roles text[] NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, authority)
);
CREATE TABLE applications (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL REFERENCES authorities,
    subject_key text NOT NULL UNIQUE,
    client_id text NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE sessions (
    id_hash text PRIMARY KEY,
    person uuid NOT NULL REFERENCES persons ON DELETE CASCADE,
    authority uuid REFERENCES authorities,
    sid_key text,
    subject_key text NOT NULL,
    identity jsonb NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_sid ON sessions (sid_key);
CREATE INDEX sessions_subject ON sessions (subject_key);
CREATE TABLE api_tokens (
    token_hash text PRIMARY KEY,
    authority uuid NOT NULL REFERENCES authorities,
    person uuid,
    application uuid,
    scopes text[] NOT NULL,
    name bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE TABLE knowledge_bases (
    id uuid PRIMARY KEY,
    authority uuid REFERENCES authorities,
    owner_kind text NOT NULL CHECK (owner_kind IN ('person', 'unit', 'authority', 'tenant')),
    owner_person uuid,
    owner_unit uuid REFERENCES units,
    name bytea NOT NULL,
    protection_class text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((owner_kind = 'tenant') = (authority IS NULL)),
    CHECK ((owner_kind = 'person') = (owner_person IS NOT NULL)),
    CHECK ((owner_kind = 'unit') = (owner_unit IS NOT NULL))
);
CREATE INDEX knowledge_bases_authority ON knowledge_bases (authority);
CREATE TABLE grants (
    id uuid PRIMARY KEY,
    object_kind text NOT NULL CHECK (object_kind IN ('knowledge_base', 'case', 'conversation')),
    object uuid NOT NULL,
    authority uuid NOT NULL REFERENCES authorities,
    owner uuid,
    grantee_kind text NOT NULL CHECK (grantee_kind IN ('person', 'unit', 'authority')),
    grantee uuid NOT NULL,
    grantee_authority uuid NOT NULL REFERENCES authorities,
    access text NOT NULL CHECK (access IN ('read', 'write')),
    accepted_by_owner uuid,
    accepted_by_grantee uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (object_kind, object, grantee_kind, grantee)
);
CREATE INDEX grants_grantee ON grants (grantee_authority, object_kind);
CREATE TABLE cases (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL REFERENCES authorities,
    owner uuid NOT NULL,
    unit uuid REFERENCES units,
    reference bytea NOT NULL,
    title bytea,
    protection_class text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    retention_until timestamptz
);
CREATE INDEX cases_owner ON cases (authority, owner, updated_at DESC);
CREATE TABLE audit_records (
    chain text NOT NULL,
    seq bigint NOT NULL,
    authority uuid,
    at timestamptz NOT NULL,
    actor uuid,
    application uuid,
    action text NOT NULL,
    object_kind text,
    object uuid,
    outcome text NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE TABLE audit_heads (
    chain text PRIMARY KEY,
    authority uuid,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE usage_counters (
    authority uuid NOT NULL REFERENCES authorities,
    day date NOT NULL,
    kind text NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    reserved_tokens bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (authority, day, kind)
);
CREATE TABLE quotas (
    authority uuid PRIMARY KEY REFERENCES authorities,
    tokens_per_day bigint,
    requests_per_day bigint
);
"""

_TRIGGER = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit records are never changed';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_records
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""

_GRANTED = f"""EXISTS (SELECT 1 FROM grants g WHERE g.object_kind = 'knowledge_base' AND g.object = knowledge_bases.id
    AND g.grantee_authority = {_A} AND g.accepted_by_owner IS NOT NULL AND g.accepted_by_grantee IS NOT NULL
    AND (g.grantee_kind <> 'person' OR g.grantee = {_P}))"""  # noqa: S608 constants only
_KB_OWN = f"(authority = {_A} AND (owner_person IS NULL OR owner_person = {_P}))"
_KB_WRITE = f"{_KB_OWN} OR (authority IS NULL AND {_T})"
_CHAIN = f"({_T} AND authority IS NULL) OR authority = {_A}"
_SESSION = f"id_hash = {_C} OR sid_key = {_C} OR subject_key = {_C}"

# table → {command: condition}; a table or command that is missing here is closed.
_POLICIES = {
    "authorities": {"SELECT": "true", "INSERT": _T, "UPDATE": _T},
    "units": {"SELECT": f"authority = {_A} OR {_T}", "INSERT": f"authority = {_A}", "UPDATE": f"authority = {_A}"},
    "persons": {
        "SELECT": f"id = {_P} OR subject_key = {_C}",
        "INSERT": f"subject_key = {_C}",
        "UPDATE": f"id = {_P}",
        "DELETE": f"id = {_P}",
    },
    "memberships": {
        "SELECT": f"person = {_P} OR authority = {_A}",
        "INSERT": f"person = {_P}",
        "UPDATE": f"person = {_P}",
        "DELETE": f"person = {_P}",
    },
    "applications": {
        "SELECT": f"authority = {_A} OR subject_key = {_C}",
        "INSERT": f"authority = {_A} AND subject_key = {_C}",
        "UPDATE": f"authority = {_A}",
    },
    "sessions": {"SELECT": _SESSION, "INSERT": f"id_hash = {_C}", "UPDATE": f"id_hash = {_C}", "DELETE": _SESSION},
    "api_tokens": {
        "SELECT": f"token_hash = {_C} OR (authority = {_A} AND person = {_P})",
        "INSERT": f"authority = {_A} AND person = {_P}",
        "UPDATE": f"authority = {_A} AND person = {_P}",
    },
    "knowledge_bases": {
        "SELECT": f"authority IS NULL OR {_KB_OWN} OR {_GRANTED}",
        "INSERT": _KB_WRITE,
        "UPDATE": _KB_WRITE,
        "DELETE": _KB_WRITE,
    },
    "grants": {
        "SELECT": f"authority = {_A} OR grantee_authority = {_A}",
        "INSERT": f"authority = {_A}",
        "UPDATE": f"authority = {_A} OR grantee_authority = {_A}",
        "DELETE": f"authority = {_A} OR grantee_authority = {_A}",
    },
    "cases": dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), f"authority = {_A} AND owner = {_P}"),
    "audit_records": {"SELECT": f"{_T} OR authority = {_A}", "INSERT": _CHAIN},
    "audit_heads": {"SELECT": f"{_T} OR authority = {_A}", "INSERT": _CHAIN, "UPDATE": _CHAIN},
    "usage_counters": {
        "SELECT": f"authority = {_A} OR {_T}",
        "INSERT": f"authority = {_A}",
        "UPDATE": f"authority = {_A}",
    },
    "quotas": {"SELECT": f"authority = {_A} OR {_T}", "INSERT": _T, "UPDATE": _T},
}


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_TRIGGER)
    keys_table(sa.MetaData()).create(op.get_bind())
    for statement in KEYS_ROW_SECURITY:
        op.execute(statement)
    for table, commands in _POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for command, condition in commands.items():
            op.execute(
                f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command} {_clauses(command, condition)}"
            )


def _clauses(command: str, condition: str) -> str:
    if command == "INSERT":
        return f"WITH CHECK ({condition})"
    if command == "UPDATE":
        return f"USING ({condition}) WITH CHECK ({condition})"
    return f"USING ({condition})"


def downgrade() -> None:
    for table in (*_POLICIES, "keys"):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP FUNCTION audit_is_append_only")
