# SPDX-License-Identifier: EUPL-1.2
"""Who has to agree before keys are destroyed: n of m named holders, each with an Ed25519 key of their own (DSG-03).

The platform knows their public keys alone. A request is a file that goes from hand to hand; each holder signs exactly
what it says (`genius keys approve`), nothing of it can be changed afterwards, and it expires.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genius_common.audit.chain import APPROVAL_DOMAIN, is_signed_by, key_id
from genius_common.audit.keys import public_keys
from genius_common.settings import Section
from genius_gateway.keys.errors import ApprovalsMissing, NoKeyHolders, RequestInvalid

FORMAT: Final = "genius key request 1"
Action = Literal["authority.remove", "keys.destroy"]


class KeyHolderSettings(Section):
    """Without a file nothing is destroyed by command; what a person deletes of its own needs no holders."""

    file: Path | None = Field(default=None, description="JSON with names and public keys of the key holders")
    approvals: int = Field(default=2, ge=2, le=20, description="how many of them have to agree")
    days: int = Field(default=7, ge=1, le=90, description="how long a request is good for")


class _Holder(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    public_key: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    holders: list[_Holder]


class KeyRequest(BaseModel):
    """What holders sign. `plan` is the action's own; `scope` what there was when it was asked for (kind → number)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["genius key request 1"] = FORMAT
    request: UUID = Field(default_factory=uuid4)
    action: Action
    tenant: str
    authority: UUID
    short: str
    person: UUID | None = None
    plan: dict[str, Any] = {}
    scope: dict[str, dict[str, int]]
    at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """A request with the names of those who have agreed."""

    request: KeyRequest
    holders: tuple[str, ...]


class KeyHolders:
    """Raises: ValueError at the start where the file names fewer holders than have to agree, or one key twice."""

    def __init__(self, settings: KeyHolderSettings, tenant: str) -> None:
        self._settings = settings
        self._tenant = tenant
        self._holders = _read(settings.file) if settings.file else {}
        if self._holders and len(self._holders) < settings.approvals:
            raise ValueError(f"{settings.file}: {settings.approvals} key holders have to agree, fewer are named")

    def ask(
        self,
        action: Action,
        authority: UUID,
        short: str,
        scope: dict[str, dict[str, int]],
        *,
        person: UUID | None = None,
        plan: dict[str, Any] | None = None,
    ) -> KeyRequest:
        """A request to be signed. Raises: NoKeyHolders."""
        if not self._holders:
            raise NoKeyHolders
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        until = now + dt.timedelta(days=self._settings.days)
        return KeyRequest(
            action=action, tenant=self._tenant, authority=authority, short=short, person=person, plan=plan or {},
            scope=scope, at=now, expires_at=until,
        )  # fmt: skip

    def require(self, content: bytes, action: Action, *, begun: bool = False) -> Approved:
        """The request of a file with enough valid signatures of different holders.

        `begun`: what was begun in time is brought to its end later, too. Raises: NoKeyHolders, RequestInvalid,
        ApprovalsMissing.
        """
        if not self._holders:
            raise NoKeyHolders
        try:
            found = orjson.loads(content)
            request = KeyRequest.model_validate(found["request"])
            signatures: Sequence[Mapping[str, Any]] = list(found.get("signatures", []))
        except (orjson.JSONDecodeError, ValidationError, KeyError, TypeError, AttributeError) as error:
            raise RequestInvalid from error
        now = dt.datetime.now(dt.UTC)
        if request.action != action or request.tenant != self._tenant or not (begun or now < request.expires_at):
            raise RequestInvalid
        # What was signed is the file's own text of the request, not what we read from it.
        names = tuple(
            name
            for name, key in sorted(self._holders.items())
            if any(
                isinstance(one, dict) and is_signed_by(key, found["request"], one, APPROVAL_DOMAIN)
                for one in signatures
            )
        )
        if len(names) < self._settings.approvals:
            raise ApprovalsMissing(
                f"Dem Antrag haben {len(names)} von {self._settings.approvals} nötigen Schlüsselverwahrern zugestimmt. "
                "Lassen Sie ihn von weiteren zeichnen (genius keys approve)."
            )
        return Approved(request, names)


def _read(path: Path) -> dict[str, Ed25519PublicKey]:
    named = _File.model_validate_json(path.read_bytes()).holders
    found = {holder.name: public_keys(holder.public_key.encode())[0] for holder in named}
    if len(found) < len(named) or len({key_id(key) for key in found.values()}) < len(named):
        raise ValueError(f"{path}: each key holder has a name and a key of their own")
    return found
