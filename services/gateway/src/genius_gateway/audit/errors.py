# SPDX-License-Identifier: EUPL-1.2
"""Nothing happens without a record."""

from __future__ import annotations

from genius_common.errors import Unavailable


class AuditUnavailable(Unavailable):
    code = "audit_unavailable"
    title = "Protokoll nicht verfügbar"
    default_detail = (
        "Der Vorgang wurde nicht ausgeführt, weil er zurzeit nicht protokolliert werden kann. "
        "Bitte versuchen Sie es in Kürze erneut."
    )
