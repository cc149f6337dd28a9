# SPDX-License-Identifier: EUPL-1.2
"""Why a request has to wait until tomorrow."""

from __future__ import annotations

from genius_common.errors import LimitReached


class QuotaReached(LimitReached):
    code = "quota_reached"
    title = "Kontingent ausgeschöpft"
    default_detail = (
        "Das Kontingent Ihrer Behörde für heute ist ausgeschöpft. "
        "Bitte versuchen Sie es morgen erneut oder wenden Sie sich an die Administration Ihrer Behörde."
    )
