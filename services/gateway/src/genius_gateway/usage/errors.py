# SPDX-License-Identifier: EUPL-1.2
"""Why a request has to wait until a quota renews or a budget is raised."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from typing_extensions import override

from genius_common.errors import LimitReached
from genius_gateway.usage.limits import MeterKey, renewal

Unit = Literal["requests", "tokens"]
_UNITS: dict[Unit, str] = {"requests": "an Anfragen", "tokens": "an Text (Tokens)"}
_SUBJECTS = {
    "person": "Ihr Tageskontingent {unit} ist ausgeschöpft.",
    "application": "Das Tageskontingent dieser Anwendung {unit} ist ausgeschöpft.",
    "api_token": "Das Tageskontingent dieses Zugangsschlüssels {unit} ist ausgeschöpft.",
    "authority": "Das Tageskontingent Ihrer Behörde {unit} ist ausgeschöpft.",
    "model": "Das Tageskontingent Ihrer Behörde {unit} für dieses Sprachmodell ist ausgeschöpft.",
    "cost_centre": "Das Budget Ihrer Kostenstelle für diesen Monat ist ausgeschöpft.",
}
_BUDGET = "Das Budget Ihrer Behörde für diesen Monat ist ausgeschöpft."
_TOMORROW = " Es erneuert sich in der kommenden Nacht. Bis dahin hilft die Administration Ihrer Behörde."
_NEXT_MONTH = (
    " Es erneuert sich am {day}. {month:02}. Brauchen Sie vorher mehr, wenden Sie sich an die Administration Ihrer "
    "Behörde."
)
_SOON = " Der Rest ist gerade für laufende Anfragen vorgemerkt. Bitte versuchen Sie es gleich noch einmal."
_SOON_S = 5


class QuotaReached(LimitReached):
    """Names the limit and when it renews. `soon`: running requests hold the rest, and may give some of it back."""

    code = "quota_reached"
    title = "Kontingent ausgeschöpft"
    default_detail = "Das Kontingent ist ausgeschöpft. Der Text der Meldung nennt, welches, und wann es sich erneuert."

    def __init__(self, key: MeterKey, unit: Unit, *, limit: int, soon: bool = False) -> None:
        self.key = key
        self.unit = unit
        self.limit = limit
        self.renews_at = renewal(key.period, key.starts)
        wait = _SOON_S if soon else max(int((self.renews_at - dt.datetime.now(dt.UTC)).total_seconds()), 1)
        super().__init__(_detail(key, unit, self.renews_at, soon=soon), retry_after=wait)

    @override
    def as_problem(self, request_id: str | None = None) -> dict[str, Any]:
        """With `quota`: which limit it is, and when it renews."""
        quota = {
            "scope": self.key.scope,
            "period": self.key.period,
            "unit": self.unit,
            "limit": self.limit,
            "renews_at": self.renews_at.isoformat().replace("+00:00", "Z"),
        }
        return {**super().as_problem(request_id), "quota": quota}


def _detail(key: MeterKey, unit: Unit, renews_at: dt.datetime, *, soon: bool) -> str:
    if key.scope == "authority" and key.period == "month":
        first = _BUDGET
    else:
        first = _SUBJECTS[key.scope].format(unit=_UNITS[unit])
    if soon:
        return first.replace("ist ausgeschöpft", "ist fast ausgeschöpft") + _SOON
    return first + (_TOMORROW if key.period == "day" else _NEXT_MONTH.format(day=renews_at.day, month=renews_at.month))
