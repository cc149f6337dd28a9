# SPDX-License-Identifier: EUPL-1.2
"""Receipts of what key holders have agreed to: the same form and signature as a person's (`persons/receipts.py`)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from genius_gateway.keys.holders import Approved
from genius_gateway.keys.whole import KEPT
from genius_gateway.persons.receipts import BACKUPS, FORMAT, VERIFY

_REMOVAL_KEEPS = ("authorities", "authority_removals", "audit_records", "keys", "legal_holds", "retrieval_log")
_DESTRUCTION_KEEPS = ("audit_records", "keys", "retrieval_log")


def body_of(approved: Approved, found: dict[str, Any]) -> dict[str, Any]:
    """`found` has `deleted` (store → kind → number), `keys_destroyed` (store → ids), and what else was done."""
    request = approved.request
    kept = _REMOVAL_KEEPS if request.action == "authority.remove" else _DESTRUCTION_KEEPS
    return {
        "format": FORMAT,
        "receipt": str(request.request),
        "tenant": request.tenant,
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "action": request.action,
        "authority": str(request.authority),
        "short": request.short,
        "person": str(request.person) if request.person else None,
        "plan": request.plan,
        "requested_by": "key_holders",
        "approved_by": list(approved.holders),
        **found,
        "kept": [{"table": table, "title": table, "why": KEPT[table], "days": None} for table in kept],
        "backups": BACKUPS,
        "verify": VERIFY,
    }
