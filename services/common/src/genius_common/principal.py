# SPDX-License-Identifier: EUPL-1.2
"""Who acts: a person or an application, in one authority, with what it may do. Free of web-framework types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from genius_common.errors import Forbidden


class ProtectionClass(StrEnum):
    """How sensitive content is, in rising order. `vs-nfd` is not listed: it is refused at the door."""

    OFFEN = "offen"
    INTERN = "intern"
    PERSONENBEZOGEN = "personenbezogen"
    SOZIALDATEN = "sozialdaten"
    STEUERGEHEIMNIS = "steuergeheimnis"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def label(self) -> str:
        """As it stands in texts: „Sozialdaten“."""
        return self.value.capitalize()

    def covers(self, other: str) -> bool:
        """Whether who may see this class may see `other`. A class that is not known here is covered by none."""
        rank = _RANKS.get(other)
        return rank is not None and rank <= _RANKS[self]

    @classmethod
    def up_to(cls, highest: ProtectionClass) -> tuple[ProtectionClass, ...]:
        """`highest` and everything below it, rising."""
        return tuple(cls)[: highest.rank + 1]

    @classmethod
    def ceiling(cls, allowed: Iterable[str]) -> ProtectionClass | None:
        """The highest class up to which `allowed` has every class; a gap ends it, and without `offen` there is none."""
        listed = set(allowed)
        found: ProtectionClass | None = None
        for item in cls:
            if item not in listed:
                break
            found = item
        return found

    @classmethod
    def highest(cls, classes: list[ProtectionClass]) -> ProtectionClass:
        """The class that an answer made from all of `classes` carries; nothing used = `offen`."""
        return max(classes, key=lambda item: item.rank, default=cls.OFFEN)


# A search asks three times for each candidate.
_RANKS: dict[str, int] = {item: rank for rank, item in enumerate(ProtectionClass)}


class Role(StrEnum):
    SACHBEARBEITUNG = "sachbearbeitung"
    WISSENSPFLEGE = "wissenspflege"
    BEHOERDENADMINISTRATION = "behoerdenadministration"
    BETRIEB = "betrieb"
    REVISION = "revision"
    ABRUFPRUEFUNG = "abrufpruefung"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The one form of identity behind session cookie, bearer token and module token.

    `subject` is a pseudonym (the id of the person or application in the gateway); names never leave the gateway.
    `authority` is the active one, None for operators and auditors. `application` is set where an application acts,
    for itself or on behalf of the person in `subject`. `api_token` is set where a program of the person acts with one;
    only the gateway knows it. `use` is what knowledge bases are read for: the module of `run`, or the search of people;
    the gateway alone sets it, None = for nothing. `metered` is set for external modules: inference asks the gateway
    before each of their requests to a model, and tells it what the request has used.
    """

    subject: UUID
    tenant: str
    authority: UUID | None
    units: frozenset[UUID] = frozenset()
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    classification: ProtectionClass = ProtectionClass.INTERN
    application: UUID | None = None
    api_token: UUID | None = None
    run: UUID | None = None
    use: str | None = None
    metered: bool = False
    knowledge_bases: frozenset[UUID] = frozenset()
    writable_knowledge_bases: frozenset[UUID] = frozenset()
    files: frozenset[UUID] = frozenset()
    expires_at: int = 0
    token_id: str = field(default="", compare=False)

    def require_scope(self, scope: str) -> None:
        """Raise `Forbidden` unless the token carries `scope`. Default deny: there is no wildcard."""
        if scope not in self.scopes:
            raise Forbidden

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)
