# SPDX-License-Identifier: EUPL-1.2
"""Why a key is not destroyed."""

from __future__ import annotations

from genius_common.errors import Conflict, Forbidden, InvalidInput


class NoKeyHolders(Conflict):
    code = "no_key_holders"
    title = "Keine Schlüsselverwahrer benannt"
    default_detail = (
        "Ohne benannte Schlüsselverwahrer wird kein Schlüssel vernichtet. Hinterlegen Sie ihre öffentlichen Schlüssel "
        "(docs/howto/rotate-keys.md)."
    )


class RequestInvalid(InvalidInput):
    code = "key_request_invalid"
    title = "Antrag nicht verwendbar"
    default_detail = (
        "Diese Datei ist kein Antrag dieser Plattform, oder er ist abgelaufen. Stellen Sie einen neuen und lassen Sie "
        "ihn erneut zeichnen."
    )


class ApprovalsMissing(Forbidden):
    code = "approvals_missing"
    title = "Zustimmungen fehlen"
    default_detail = "Dem Antrag haben noch nicht genug verschiedene Schlüsselverwahrer zugestimmt."
