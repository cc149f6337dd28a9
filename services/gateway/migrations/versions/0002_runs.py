# SPDX-License-Identifier: EUPL-1.2
"""Runs with their event logs, conversations as trees of messages, keyed search terms.

Rows are seen by their owner in the active authority alone. Maintenance works through the authorities one by one: with
an authority and no person set it may find runs (never change them); every change is made in the owner's name.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AUTHORITY = "authority = nullif(current_setting('genius.authority', true), '')::uuid"
_PERSON = "nullif(current_setting('genius.person', true), '')::uuid"
_OWN = f"{_AUTHORITY} AND owner = {_PERSON}"

_TABLES = """
CREATE TABLE runs (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    application uuid,
    module text NOT NULL,
    version text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    mode text,
    protection_class text NOT NULL,
    conversation uuid,
    user_message uuid,
    answer_message uuid,
    case_id uuid,
    request bytea NOT NULL,
    result bytea,
    error bytea,
    warnings bytea,
    error_code text,
    partial boolean NOT NULL DEFAULT false,
    progress_done integer,
    progress_total integer,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    detached boolean NOT NULL DEFAULT false,
    deadline timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    seq_reserved bigint NOT NULL,
    content_sent boolean NOT NULL DEFAULT false,
    runner uuid,
    lease_until timestamptz,
    followed_at timestamptz,
    cancel_requested boolean NOT NULL DEFAULT false,
    idempotency_key bytea,
    request_digest bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    UNIQUE (id, authority, owner)
);
CREATE INDEX runs_of_owner ON runs (authority, owner, created_at DESC, id DESC);
CREATE INDEX runs_of_conversation ON runs (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX runs_unfinished ON runs (authority, lease_until) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX runs_idempotency ON runs (authority, owner, module, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE TABLE run_events (
    run uuid NOT NULL,
    seq_from bigint NOT NULL,
    seq_to bigint NOT NULL,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    batch bytea NOT NULL,
    PRIMARY KEY (run, seq_from),
    FOREIGN KEY (run, authority, owner) REFERENCES runs (id, authority, owner) ON DELETE CASCADE
);

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    title bytea,
    folder bytea,
    pinned boolean NOT NULL DEFAULT false,
    active_leaf uuid,
    active_run uuid,
    case_id uuid,
    knowledge_bases uuid[] NOT NULL DEFAULT '{}',
    protection_class text NOT NULL DEFAULT 'intern',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    retention_until timestamptz,
    UNIQUE (id, authority, owner)
);
CREATE INDEX conversations_of_owner ON conversations (authority, owner, pinned DESC, updated_at DESC, id DESC);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    ordinal bigint GENERATED ALWAYS AS IDENTITY,
    conversation uuid NOT NULL,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    parent uuid,
    role text NOT NULL CHECK (role IN ('user', 'assistant')),
    content bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('streaming', 'complete', 'stopped', 'failed')),
    mode text,
    model text,
    run uuid,
    files uuid[] NOT NULL DEFAULT '{}',
    protection_class text NOT NULL DEFAULT 'intern',
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (conversation, authority, owner) REFERENCES conversations (id, authority, owner) ON DELETE CASCADE
);
CREATE INDEX messages_of_conversation ON messages (conversation, ordinal);

CREATE TABLE message_terms (
    source uuid NOT NULL,
    term bigint NOT NULL,
    conversation uuid NOT NULL,
    authority uuid NOT NULL,
    owner uuid NOT NULL,
    PRIMARY KEY (source, term),
    FOREIGN KEY (conversation, authority, owner) REFERENCES conversations (id, authority, owner) ON DELETE CASCADE
);
CREATE INDEX message_terms_search ON message_terms (authority, owner, term, conversation);
"""


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in ("runs", "run_events", "conversations", "messages", "message_terms"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} USING ({_OWN}) WITH CHECK ({_OWN})")
    op.execute(f"CREATE POLICY runs_maintenance ON runs FOR SELECT USING ({_AUTHORITY} AND {_PERSON} IS NULL)")


def downgrade() -> None:
    for table in ("message_terms", "messages", "conversations", "run_events", "runs"):
        op.execute(f"DROP TABLE {table}")
