# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases, documents, collections, keys and jobs, each with its row-level security."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager

from genius_common.keys import CURRENT_AUTHORITY, CURRENT_PERSON, KEYS_ROW_SECURITY, TENANT_SCOPE, keys_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CLASSES = "('offen', 'intern', 'personenbezogen', 'sozialdaten', 'steuergeheimnis')"

TABLES = (
    f"""
    CREATE TABLE knowledge_bases (
        id uuid PRIMARY KEY,
        authority uuid,
        protection_class text NOT NULL CHECK (protection_class IN {CLASSES}),
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    f"""
    CREATE TABLE documents (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('document', 'file')),
        knowledge_base uuid REFERENCES knowledge_bases (id) ON DELETE CASCADE,
        authority uuid,
        owner_kind text NOT NULL CHECK (owner_kind IN ('tenant', 'authority', 'unit', 'person')),
        owner_person uuid,
        uploaded_by uuid NOT NULL,
        protection_class text NOT NULL CHECK (protection_class IN {CLASSES}),
        name bytea NOT NULL,
        name_digest bytea NOT NULL,
        title bytea,
        collection uuid,
        state text NOT NULL CHECK (state IN ('queued', 'parsing', 'indexing', 'ready', 'failed')),
        reason text,
        warnings text[] NOT NULL DEFAULT '{{}}',
        media_type text,
        size bigint NOT NULL,
        pages integer,
        text_length integer,
        version text NOT NULL,
        as_of date,
        original uuid,
        canonical uuid,
        parser_version text,
        superseded_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT documents_knowledge_base CHECK ((kind = 'document') = (knowledge_base IS NOT NULL)),
        CONSTRAINT documents_file_owner
            CHECK (kind = 'document' OR (authority IS NOT NULL AND owner_person IS NOT NULL))
    )
    """,
    "CREATE INDEX documents_by_knowledge_base ON documents (knowledge_base, created_at, id)",
    "CREATE INDEX documents_by_version ON documents (knowledge_base, version)",
    "CREATE INDEX documents_by_name ON documents (knowledge_base, name_digest)",
    "CREATE INDEX documents_by_owner ON documents (authority, owner_person)",
    """
    CREATE TABLE collections (
        id uuid PRIMARY KEY,
        authority uuid,
        knowledge_base uuid REFERENCES knowledge_bases (id) ON DELETE CASCADE,
        state text NOT NULL CHECK (state IN ('active', 'building', 'retired')),
        search_key bytea NOT NULL,
        profile jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT collections_owner CHECK ((authority IS NULL) = (knowledge_base IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX collections_active ON collections (authority, knowledge_base)"
    " NULLS NOT DISTINCT WHERE state = 'active'",
)

OWN = f"authority = {CURRENT_AUTHORITY}"
OWN_DOCUMENT = f"{OWN} AND (kind = 'document' OR owner_person = {CURRENT_PERSON})"
OWN_ROWS = {"knowledge_bases": OWN, "collections": OWN, "documents": OWN_DOCUMENT}


def upgrade() -> None:
    keys_table(sa.MetaData()).create(op.get_bind())
    for statement in (*KEYS_ROW_SECURITY, *TABLES):
        op.execute(statement)
    for table, own in OWN_ROWS.items():
        readable = f"authority IS NULL OR ({own})"
        writable = f"(authority IS NULL AND {TENANT_SCOPE}) OR ({own})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({readable})")
        op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({writable})")
        op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({writable}) WITH CHECK ({writable})")
        op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({writable})")
    # The queue's own schema; its rows hold ids and nothing else.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
