# SPDX-License-Identifier: EUPL-1.2
"""Tables of runs and their event logs (created by migration 0002). Content columns hold ciphertext."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
_TIME = sa.DateTime(timezone=True)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("authority", sa.Uuid, nullable=False),
    sa.Column("owner", sa.Uuid, nullable=False),
    sa.Column("application", sa.Uuid),
    sa.Column("module", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("mode", sa.Text),
    sa.Column("protection_class", sa.Text, nullable=False),
    sa.Column("conversation", sa.Uuid),
    sa.Column("user_message", sa.Uuid),
    sa.Column("answer_message", sa.Uuid),
    sa.Column("case_id", sa.Uuid),
    sa.Column("request", postgresql.BYTEA, nullable=False),
    sa.Column("result", postgresql.BYTEA),
    sa.Column("error", postgresql.BYTEA),
    sa.Column("warnings", postgresql.BYTEA),
    sa.Column("sources", postgresql.ARRAY(sa.Uuid), nullable=False, comment="documents that the result cites"),
    sa.Column("error_code", sa.Text),
    sa.Column("partial", sa.Boolean, nullable=False),
    sa.Column("progress_done", sa.Integer),
    sa.Column("progress_total", sa.Integer),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("metering", postgresql.JSONB, comment="tokens of an external module by run or input; numbers alone"),
    sa.Column("detached", sa.Boolean, nullable=False),
    sa.Column("job", sa.Boolean, nullable=False),
    sa.Column("seconds", sa.Integer),
    sa.Column("callback", sa.Uuid),
    sa.Column("deadline", _TIME),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("seq_reserved", sa.BigInteger, nullable=False),
    sa.Column("content_sent", sa.Boolean, nullable=False),
    sa.Column("runner", sa.Uuid),
    sa.Column("lease_until", _TIME),
    sa.Column("followed_at", _TIME),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("idempotency_key", postgresql.BYTEA),
    sa.Column("request_digest", postgresql.BYTEA),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("started_at", _TIME),
    sa.Column("finished_at", _TIME),
)

run_events = sa.Table(
    "run_events",
    metadata,
    sa.Column("run", sa.Uuid, primary_key=True),
    sa.Column("seq_from", sa.BigInteger, primary_key=True),
    sa.Column("seq_to", sa.BigInteger, nullable=False),
    sa.Column("authority", sa.Uuid, nullable=False),
    sa.Column("owner", sa.Uuid, nullable=False),
    sa.Column("batch", postgresql.BYTEA, nullable=False),
)
