# SPDX-License-Identifier: EUPL-1.2
"""Every action that the trail knows, and when its record is written. A record of another action is refused.

Tests try each of `EFFECTS` at both edges between effect and record (AUD-02); a new one without a case fails there.
"""

from __future__ import annotations

EFFECTS = frozenset(
    {
        "api_token.create", "api_token.revoke", "api_token.revoke_other",
        "audit.cosign",
        "authority.apply", "authority.close", "authority.remove",
        "budget.warning",
        "callback.redeliver", "callback_target.create", "callback_target.delete",
        "case.change", "case.create", "case.delete", "case.file_add", "case.file_remove", "case.grants",
        "case.hand_over", "case.sign_off", "case.version",
        "conversation.change", "conversation.create", "conversation.delete",
        "grant.change",
        "hold.lift", "hold.set",
        "house_style.change",
        "keys.destroy",
        "knowledge_base.change", "knowledge_base.create", "knowledge_base.delete", "knowledge_base.move",
        "knowledge_base.purpose",
        "limits.change", "limits.tighten",
        "model.release", "model.stop",
        "module.switch",
        "person.disable", "person.enable", "person.erase", "person.erase_late", "person.rights_changed",
        "retention.change", "retention.delete",
        "retrieval_check.close", "retrieval_check.create", "retrieval_check.decide",
        "run.end", "run.start",
        "session.begin", "session.end", "session.end_by_provider", "session.switch",
        "share.accept", "share.end", "share.offer",
        "snapshot.create", "snapshot.end",
        "terms.accept",
    }
)  # fmt: skip
"""Changes of the gateway's database: effect and record are one transaction."""

NOTICES = frozenset(
    {
        "audit.export", "audit.search", "audit.verify",
        "authority.destroy_files",
        "callback.send",
        "case.delete_files", "case.export", "case.file_copy", "case.file_read", "case.search",
        "document.answers", "document.delete", "document.lock", "document.refused", "document.retry", "document.unlock",
        "document.upload",
        "file.delete", "file.refused", "file.retry", "file.upload",
        "keys.destroy_begin", "keys.rewrap", "keys.rotate",
        "knowledge_base.import", "knowledge_base.use_refused",
        "model.chat.completions", "model.embeddings",
        "person.erase_files", "person.export", "person.find",
        "retrieval_check.export", "retrieval_check.list", "retrieval_check.read", "retrieval_log.read",
        "run.export",
        "snapshot.read",
    }
)  # fmt: skip
"""What our database doesn't hold: content that is shown, a call of another service. The record is durable before it."""

ACTIONS = EFFECTS | NOTICES
