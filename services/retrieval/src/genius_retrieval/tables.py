# SPDX-License-Identifier: EUPL-1.2
"""Tables of the retrieval database; the migrations create them with their row-level security.

Names, titles and texts are ciphertext; what stands in clear is listed in docs/explanation/ingestion.md.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from genius_common.keys import keys_table

metadata = sa.MetaData()

keys = keys_table(metadata)

_NOW = sa.func.now()
_CLASSES = "('offen', 'intern', 'personenbezogen', 'sozialdaten', 'steuergeheimnis')"

knowledge_bases = sa.Table(
    "knowledge_bases",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True, comment="chosen by the gateway"),
    sa.Column("authority", sa.Uuid, comment="null = of the whole tenant"),
    sa.Column("protection_class", sa.Text, sa.CheckConstraint(f"protection_class IN {_CLASSES}"), nullable=False),
    sa.Column("uses", postgresql.ARRAY(sa.Text), comment="modules and `search` that may read it; null = all"),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    sa.CheckConstraint("cardinality(uses) BETWEEN 1 AND 50", name="knowledge_bases_uses"),
    sa.UniqueConstraint("id", "authority", name="knowledge_bases_of_authority"),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('document', 'file')"), nullable=False),
    sa.Column("knowledge_base", sa.Uuid, sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE")),
    sa.Column("authority", sa.Uuid),
    sa.Column(
        "owner_kind",
        sa.Text,
        sa.CheckConstraint("owner_kind IN ('tenant', 'authority', 'unit', 'person')"),
        nullable=False,
    ),
    sa.Column("owner_person", sa.Uuid),
    sa.Column("uploaded_by", sa.Uuid, nullable=False, comment="pseudonym"),
    sa.Column("protection_class", sa.Text, sa.CheckConstraint(f"protection_class IN {_CLASSES}"), nullable=False),
    sa.Column("name", postgresql.BYTEA, nullable=False, comment="ciphertext"),
    sa.Column("name_digest", postgresql.BYTEA, nullable=False, comment="HMAC, finds the earlier version"),
    sa.Column("title", postgresql.BYTEA, comment="ciphertext"),
    sa.Column("collection", sa.Uuid, comment="where its points are; null before it was indexed"),
    sa.Column("next_collection", sa.Uuid, comment="the one being built beside it, if its points are there too"),
    sa.Column(
        "state",
        sa.Text,
        sa.CheckConstraint("state IN ('queued', 'parsing', 'indexing', 'ready', 'failed')"),
        nullable=False,
    ),
    sa.Column("reason", sa.Text, comment="code of why it failed; the text is in genius_retrieval.ingest.reasons"),
    sa.Column("warnings", postgresql.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("media_type", sa.Text),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("pages", sa.Integer),
    sa.Column("text_length", sa.Integer),
    sa.Column("points", sa.Integer, comment="how many the index holds of it; null = not counted yet"),
    sa.Column("version", sa.Text, nullable=False, comment="SHA-256 of the original, hex"),
    sa.Column("as_of", sa.Date),
    sa.Column("original", sa.Uuid, comment="object id; null where the file was not kept"),
    sa.Column("canonical", sa.Uuid, comment="object id"),
    sa.Column("parser_version", sa.Text),
    sa.Column(
        "processing", postgresql.JSONB(none_as_null=True), comment="log of the last attempt; counts and durations only"
    ),
    sa.Column("working", postgresql.JSONB(none_as_null=True), comment="how far the step is that it is in: numbers"),
    sa.Column("superseded_by", sa.Uuid),
    sa.Column("quarantined_at", sa.DateTime(timezone=True), comment="locked since: in no search, in no answer"),
    sa.Column("replaces", sa.Uuid, comment="what it supersedes when it is ready, whatever its name"),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    # References are checked past the policies of the table they point to: the authority is part of them (TEN-10).
    sa.ForeignKeyConstraint(
        ["knowledge_base", "authority"],
        ["knowledge_bases.id", "knowledge_bases.authority"],
        name="documents_of_authority",
        ondelete="CASCADE",
    ),
    sa.CheckConstraint("(kind = 'document') = (knowledge_base IS NOT NULL)", name="documents_knowledge_base"),
    sa.CheckConstraint(
        "kind = 'document' OR (authority IS NOT NULL AND owner_person IS NOT NULL)", name="documents_file_owner"
    ),
    sa.Index("documents_by_knowledge_base", "knowledge_base", "created_at", "id"),
    sa.Index("documents_by_version", "knowledge_base", "version"),
    sa.Index("documents_by_name", "knowledge_base", "name_digest"),
    sa.Index("documents_by_owner", "authority", "owner_person"),
)

removed_authorities = sa.Table(
    "removed_authorities",
    metadata,
    sa.Column("authority", sa.Uuid, primary_key=True, comment="takes no new row ever again"),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
)

shares = sa.Table(
    "shares",
    metadata,
    sa.Column("knowledge_base", sa.Uuid, primary_key=True),
    sa.Column("authority", sa.Uuid, nullable=False, comment="of the owner"),
    sa.Column("grantee", sa.Uuid, sa.CheckConstraint("grantee <> authority"), primary_key=True),
    sa.Column("accepted_at", sa.DateTime(timezone=True), comment="null = offered, opens nothing"),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    sa.ForeignKeyConstraint(
        ["knowledge_base", "authority"],
        ["knowledge_bases.id", "knowledge_bases.authority"],
        name="shares_of_authority",
        ondelete="CASCADE",
    ),
    sa.Index("shares_of_grantee", "grantee", "authority"),
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("document", sa.Uuid, primary_key=True, comment="the upload, which need not be there any more"),
    sa.Column("authority", sa.Uuid),
    sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('document', 'file')"), nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("uploaded_by", sa.Uuid, nullable=False, comment="pseudonym"),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
)

collections = sa.Table(
    "collections",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("authority", sa.Uuid, comment="null = of a tenant-wide knowledge base"),
    sa.Column("knowledge_base", sa.Uuid, sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE")),
    sa.Column("state", sa.Text, sa.CheckConstraint("state IN ('active', 'building', 'retired')"), nullable=False),
    sa.Column("search_key", postgresql.BYTEA, nullable=False, comment="ciphertext under the owner's content key"),
    sa.Column("profile", postgresql.JSONB, nullable=False, comment="vocabulary, k, b, average length, stemmer …"),
    sa.Column("copying", sa.Uuid, comment="the document whose points are being written while it is built"),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    sa.CheckConstraint("(authority IS NULL) = (knowledge_base IS NOT NULL)", name="collections_owner"),
    sa.Index(
        "collections_active",
        "authority",
        "knowledge_base",
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        postgresql_nulls_not_distinct=True,
    ),
    sa.Index(
        "collections_building",
        "authority",
        "knowledge_base",
        unique=True,
        postgresql_where=sa.text("state = 'building'"),
        postgresql_nulls_not_distinct=True,
    ),
)
