# SPDX-License-Identifier: EUPL-1.2
"""Nothing happens without a record."""

from __future__ import annotations

from genius_common.errors import Unavailable, Unprocessable


class AuditUnavailable(Unavailable):
    code = "audit_unavailable"
    title = "Protokoll nicht verfügbar"
    default_detail = (
        "Der Vorgang wurde nicht ausgeführt, weil er zurzeit nicht protokolliert werden kann. "
        "Bitte versuchen Sie es in Kürze erneut."
    )


class SignatureRefused(Unprocessable):
    code = "signature_refused"
    title = "Unterschrift passt nicht"
    default_detail = (
        "Die Unterschrift gehört zu keiner der hinterlegten zweiten Stellen oder zu einem anderen Prüfpunkt. "
        "Unterschreiben Sie den Prüfpunkt aus einem frischen Export mit „genius audit cosign“."
    )
