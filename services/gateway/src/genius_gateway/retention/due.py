# SPDX-License-Identifier: EUPL-1.2
"""SQL of what is due. What belongs to a case lives as long as the case; a hold or a running run keeps it all.

`FIND` runs in the scope of maintenance (an authority, no person), `TAKE` in the owner's: it locks what is still due.
"""

from __future__ import annotations

from sqlalchemy import text

_FREE = (
    "NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.lifted_at IS NULL AND h.person = o.owner"
    " AND (h.case_id IS NULL OR h.case_id = {case}))"
)
_NO_CASE = "NOT EXISTS (SELECT 1 FROM cases k WHERE k.id = o.case_id)"
_IDLE = "NOT EXISTS (SELECT 1 FROM runs r WHERE r.{column} = o.id AND r.state IN ('queued', 'running'))"
_AGE = "coalesce(o.retention_until, {since} + make_interval(days => CAST(:days AS int))) <= :now"

_CONVERSATIONS = " AND ".join(
    (_AGE.format(since="o.updated_at"), _NO_CASE, _IDLE.format(column="conversation"), _FREE.format(case="o.case_id"))
)
_RUNS = " AND ".join(
    (
        "o.conversation IS NULL AND o.state NOT IN ('queued', 'running')",
        "coalesce(o.finished_at, o.created_at) + make_interval(days => CAST(:days AS int)) <= :now",
        _NO_CASE,
        _FREE.format(case="o.case_id"),
    )
)
_CASES = " AND ".join(
    (
        _AGE.format(since="CASE WHEN o.state = 'closed' THEN o.updated_at END"),
        _IDLE.format(column="case_id"),
        _FREE.format(case="o.id"),
    )
)
_SNAPSHOTS = " AND ".join(
    (
        "o.expires_at <= :now",
        _FREE.format(case="(SELECT c.case_id FROM conversations c WHERE c.id = o.conversation)"),
    )
)
_DUE = {"conversations": _CONVERSATIONS, "snapshots": _SNAPSHOTS, "runs": _RUNS, "cases": _CASES}

# fmt: off
FIND = {
    kind: text(f"SELECT o.id, o.owner FROM {kind} o WHERE {due}"  # noqa: S608 constants only
               " AND (o.owner, o.id) > (:owner, :id) ORDER BY o.owner, o.id LIMIT 200")
    for kind, due in _DUE.items()
}
TAKE = {
    kind: text(f"SELECT o.id FROM {kind} o WHERE o.id = ANY(:ids) AND {due} FOR UPDATE OF o")  # noqa: S608
    for kind, due in _DUE.items()
}
# fmt: on

FILES = text(
    "SELECT DISTINCT unnest(files) FROM messages WHERE conversation = ANY(:ids)"
    " EXCEPT SELECT unnest(files) FROM messages WHERE conversation <> ALL(:ids)"
    " EXCEPT SELECT file FROM case_files"
)
MESSAGES = text("SELECT count(*) FROM messages WHERE conversation = ANY(:ids)")
DELETE_TURNS = text("DELETE FROM runs WHERE conversation = ANY(:ids)")
DELETE_CONVERSATIONS = text("DELETE FROM conversations WHERE id = ANY(:ids)")
DELETE_RUNS = text("DELETE FROM runs WHERE id = ANY(:ids)")
DELETE_SNAPSHOTS = text("DELETE FROM snapshots WHERE id = ANY(:ids)")
ATTACHED = text(
    "SELECT 1 FROM messages WHERE :file = ANY(files) UNION ALL SELECT 1 FROM case_files WHERE file = :file LIMIT 1"
)

DELETE_TOKENS = text("DELETE FROM api_tokens WHERE expires_at <= :cutoff")
DELETE_USAGE = text("DELETE FROM usage_counters WHERE day < :cutoff")
DELETE_SESSIONS = text("DELETE FROM sessions WHERE expires_at <= :cutoff")
DELETE_REVOCATIONS = text("DELETE FROM revocations WHERE at <= :cutoff")
DELETE_HOLDS = text("DELETE FROM legal_holds WHERE lifted_at <= :cutoff")
DELETE_RECEIPTS = text("DELETE FROM deletion_receipts WHERE at <= :cutoff")
DELETE_RETRIEVALS = text("DELETE FROM retrieval_log WHERE at < :cutoff")
DELETE_CHECK_ITEMS = text("DELETE FROM retrieval_check_items WHERE at < :cutoff")
DELETE_CHECKS = text("DELETE FROM retrieval_checks WHERE at < :cutoff")
UNSEEN = text("SELECT id FROM persons WHERE seen_at <= :cutoff ORDER BY id LIMIT 500")
