# SPDX-License-Identifier: EUPL-1.2
"""Which limits hold for whom: an authority's own values over the defaults of the settings, as a list of meters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from genius_common.errors import FieldError, InvalidInput
from genius_common.principal import Principal
from genius_gateway.settings import LimitSettings

Period = Literal["day", "month"]
MeterScope = Literal["person", "application", "api_token", "authority", "model", "cost_centre"]
Kind = Literal["run", "model", "embedding", "search"]
UNLIMITED = 2**50
MODEL_CHARS = 200
_Number = Annotated[int, Field(ge=0, le=UNLIMITED)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DayLimits(_Body):
    """Null = the default of the platform."""

    tokens_per_day: _Number | None = None
    requests_per_day: _Number | None = None


class BudgetLimits(DayLimits):
    tokens_per_month: _Number | None = Field(default=None, description="budget: input and output tokens together")


class CostCentre(_Body):
    """A Kostenstelle: a budget of its own for units and applications of the authority."""

    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$")
    tokens_per_month: _Number
    units: list[str] = Field(default=[], max_length=500, description="short names of units")
    applications: list[str] = Field(default=[], max_length=500, description="client ids")


class OwnLimits(_Body):
    """What an authority has of its own. `person`, `application`, `api_token`, `model` hold for each of them."""

    authority: BudgetLimits = BudgetLimits()
    person: DayLimits = DayLimits()
    application: DayLimits = DayLimits()
    api_token: DayLimits = DayLimits()
    model: DayLimits = DayLimits()
    models: dict[Annotated[str, Field(min_length=1, max_length=MODEL_CHARS)], DayLimits] = Field(
        default={}, max_length=200, description="values of single models, by name"
    )
    cost_centres: list[CostCentre] = Field(default=[], max_length=200)


class TighterLimits(_Body):
    """What the administration of an authority allows at most, inside of what the operator has set."""

    authority: BudgetLimits = BudgetLimits()
    person: DayLimits = DayLimits()
    application: DayLimits = DayLimits()
    api_token: DayLimits = DayLimits()
    model: DayLimits = DayLimits()


@dataclass(frozen=True, slots=True)
class MeterKey:
    """One counter. `starts` is the first day of its period in UTC; `key` is empty for the authority itself."""

    authority: UUID
    period: Period
    starts: dt.date
    scope: MeterScope
    key: str


@dataclass(frozen=True, slots=True)
class Meter:
    """A counter with what it may hold at most."""

    key: MeterKey
    max_requests: int
    max_tokens: int


class LimitBook:
    """The limits of one authority. `units` and `applications` lead from ids to the names that cost centres use."""

    def __init__(
        self,
        defaults: LimitSettings,
        own: OwnLimits,
        tighter: TighterLimits,
        units: dict[UUID, str],
        applications: dict[UUID, str],
    ) -> None:
        self._defaults = defaults
        self._own = own
        self._tighter = tighter
        self._units = units
        self._applications = applications

    @property
    def own(self) -> OwnLimits:
        return self._own

    @property
    def tighter(self) -> TighterLimits:
        return self._tighter

    @property
    def unit_names(self) -> frozenset[str]:
        return frozenset(self._units.values())

    @property
    def client_ids(self) -> frozenset[str]:
        return frozenset(self._applications.values())

    def effective(self) -> dict[str, dict[str, int]]:
        """What holds: the operator's values, or the administration's where those are smaller."""
        return {scope: _smaller(values, self._tightened(scope)) for scope, values in self.bounds().items()}

    def bounds(self) -> dict[str, dict[str, int]]:
        """What the operator allows: an authority's own values over the defaults of the platform."""
        own, defaults = self._own, self._defaults
        month = _own(own.authority.tokens_per_month, defaults.tokens_per_month)
        return {
            "authority": {**_day(own.authority, *self._authority_defaults), "tokens_per_month": month},
            "person": _day(own.person, defaults.person_tokens_per_day, defaults.person_requests_per_day),
            "application": _day(
                own.application, defaults.application_tokens_per_day, defaults.application_requests_per_day
            ),
            "api_token": _day(own.api_token, defaults.api_token_tokens_per_day, defaults.api_token_requests_per_day),
            "model": _day(own.model, *self._authority_defaults),
        }

    def meters(self, principal: Principal, model: str, today: dt.date) -> list[Meter]:
        """Every meter that a request of `principal` runs through; `model` is empty where none is named."""
        authority = principal.authority
        assert authority is not None
        held = self.effective()

        def day(scope: MeterScope, key: str, values: dict[str, int]) -> Meter:
            named = MeterKey(authority, "day", today, scope, key)
            return Meter(named, values["requests_per_day"], values["tokens_per_day"])

        found = [day("authority", "", held["authority"])]
        if principal.application is not None:
            found.append(day("application", str(principal.application), held["application"]))
        if principal.api_token is not None:
            found.append(day("api_token", str(principal.api_token), held["api_token"]))
        if principal.application != principal.subject:
            found.append(day("person", str(principal.subject), held["person"]))
        if model:
            own = self._own.models.get(model, DayLimits())
            bounds = self.bounds()["model"]
            values = _day(own, bounds["tokens_per_day"], bounds["requests_per_day"])
            found.append(day("model", model[:MODEL_CHARS], _smaller(values, self._tightened("model"))))
        found.append(_month(authority, today, "authority", "", held["authority"]["tokens_per_month"]))
        if (centre := self._cost_centre(principal)) is not None:
            found.append(_month(authority, today, "cost_centre", centre.code, centre.tokens_per_month))
        return found

    def of_authority(self, authority: UUID, today: dt.date) -> list[Meter]:
        """The meters of the authority as a whole and of its cost centres."""
        held = self.effective()["authority"]
        day = MeterKey(authority, "day", today, "authority", "")
        return [
            Meter(day, held["requests_per_day"], held["tokens_per_day"]),
            _month(authority, today, "authority", "", held["tokens_per_month"]),
            *(_month(authority, today, "cost_centre", c.code, c.tokens_per_month) for c in self._own.cost_centres),
        ]

    def _tightened(self, scope: str) -> dict[str, int]:
        values: BaseModel = getattr(self._tighter, scope)
        return values.model_dump(exclude_none=True)

    @property
    def _authority_defaults(self) -> tuple[int, int]:
        return self._defaults.tokens_per_day, self._defaults.requests_per_day

    def _cost_centre(self, principal: Principal) -> CostCentre | None:
        """The first that names the application, else the first that names a unit of the person."""
        client = self._applications.get(principal.application) if principal.application else None
        units = {self._units[unit] for unit in principal.units if unit in self._units}
        by_application = (centre for centre in self._own.cost_centres if client in centre.applications)
        by_unit = (centre for centre in self._own.cost_centres if not units.isdisjoint(centre.units))
        return next(by_application, None) or next(by_unit, None)


def require_known_members(limits: OwnLimits, units: Collection[str], applications: Collection[str]) -> None:
    """Cost centres name units and applications of the authority, and each code once. Raises: InvalidInput."""
    wrong = []
    codes: set[str] = set()
    for number, centre in enumerate(limits.cost_centres):
        pointer = f"/cost_centres/{number}"
        if centre.code in codes:
            wrong.append(FieldError(f"{pointer}/code", "Diese Kostenstelle steht schon in der Liste."))
        codes.add(centre.code)
        for field, names, known in (
            ("units", centre.units, units),
            ("applications", centre.applications, applications),
        ):
            for index, name in enumerate(names):
                if name not in known:
                    text = "Das gibt es in dieser Behörde nicht. Bitte prüfen Sie den Namen."
                    wrong.append(FieldError(f"{pointer}/{field}/{index}", text))
    if wrong:
        raise InvalidInput(errors=wrong)


def require_tighter(limits: TighterLimits, bounds: dict[str, dict[str, int]]) -> None:
    """No value above what the operator allows. Raises: InvalidInput."""
    wrong = [
        FieldError(f"/{scope}/{name}", f"Der Betrieb erlaubt höchstens {bounds[scope][name]}.")
        for scope, values in limits.model_dump(exclude_none=True).items()
        for name, value in values.items()
        if value > bounds[scope][name]
    ]
    if wrong:
        raise InvalidInput(errors=wrong)


def _smaller(values: dict[str, int], tighter: dict[str, int]) -> dict[str, int]:
    return {name: min(value, tighter.get(name, value)) for name, value in values.items()}


def _own(value: int | None, default: int) -> int:
    return default if value is None else value


def _day(own: DayLimits, tokens: int, requests: int) -> dict[str, int]:
    return {
        "tokens_per_day": _own(own.tokens_per_day, tokens),
        "requests_per_day": _own(own.requests_per_day, requests),
    }


def _month(authority: UUID, today: dt.date, scope: MeterScope, key: str, tokens: int) -> Meter:
    return Meter(MeterKey(authority, "month", today.replace(day=1), scope, key), UNLIMITED, tokens)


def renewal(period: Period, starts: dt.date) -> dt.datetime:
    """When the period is over and the meter begins anew."""
    if period == "day":
        following = starts + dt.timedelta(days=1)
    else:
        following = (starts.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return dt.datetime.combine(following, dt.time(), dt.UTC)


def level(used: int, limit: int) -> int:
    """0, or the warning that is reached: 80, 90 or 100 percent of the limit."""
    return next((step for step in (100, 90, 80) if used * 100 >= limit * step), 0)
