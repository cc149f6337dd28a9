# SPDX-License-Identifier: EUPL-1.2
"""Tables of conversations (created by migration 0002). Titles, folders, texts and citations are ciphertext."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
_TIME = sa.DateTime(timezone=True)
_IDS = postgresql.ARRAY(sa.Uuid)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("authority", sa.Uuid, nullable=False),
    sa.Column("owner", sa.Uuid, nullable=False),
    sa.Column("title", postgresql.BYTEA),
    sa.Column("folder", postgresql.BYTEA),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("active_leaf", sa.Uuid),
    sa.Column("active_run", sa.Uuid),
    sa.Column("case_id", sa.Uuid),
    sa.Column("knowledge_bases", _IDS, nullable=False),
    sa.Column("protection_class", sa.Text, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("updated_at", _TIME, nullable=False),
    sa.Column("retention_until", _TIME),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("ordinal", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Column("conversation", sa.Uuid, nullable=False),
    sa.Column("authority", sa.Uuid, nullable=False),
    sa.Column("owner", sa.Uuid, nullable=False),
    sa.Column("parent", sa.Uuid),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("content", postgresql.BYTEA, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("mode", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("run", sa.Uuid),
    sa.Column("files", _IDS, nullable=False),
    sa.Column("sources", _IDS, nullable=False, comment="documents that it cites"),
    sa.Column("protection_class", sa.Text, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
)

message_terms = sa.Table(
    "message_terms",
    metadata,
    sa.Column("source", sa.Uuid, primary_key=True, comment="the message, or the conversation for its title"),
    sa.Column("term", sa.BigInteger, primary_key=True),
    sa.Column("conversation", sa.Uuid, nullable=False),
    sa.Column("authority", sa.Uuid, nullable=False),
    sa.Column("owner", sa.Uuid, nullable=False),
)
