# SPDX-License-Identifier: EUPL-1.2
"""For which of several authorities a person acts: plain functions, the same for every kind of credential.

A session has one active authority, a bearer token none of its own. The header `x-authority` carries the short name of
an authority: a token of several memberships must state one with it; from everybody else it is what the caller believes,
and a request that was meant for another authority is refused before it does anything.
"""

from __future__ import annotations

from dataclasses import replace

from genius_common.errors import FieldError
from genius_gateway.auth.errors import AuthorityChanged, AuthorityNeeded, AuthorityNotYours
from genius_gateway.auth.identity import Identity, Membership

HEADER = "x-authority"
_POINTER = f"/{HEADER}"


def acting(identity: Identity, wanted: str | None) -> Identity:
    """The identity in the authority that the request is meant for; `wanted` is the header, None where there is none.

    Raises: AuthorityNeeded, AuthorityNotYours, AuthorityChanged.
    """
    if identity.kind == "bearer" and len(identity.memberships) > 1:
        return _chosen(identity, wanted)
    if wanted is None or (identity.authority is not None and identity.authority.short == wanted):
        return identity
    if any(item.short == wanted for item in identity.memberships):
        raise AuthorityChanged
    raise AuthorityNotYours


def in_membership(identity: Identity, membership: Membership) -> Identity:
    """The same person in another of its memberships: nothing of the one before stays."""
    units = frozenset(unit for unit, _ in membership.units)
    principal = replace(identity.principal, authority=membership.id, units=units)
    return replace(identity, principal=principal, authority=membership)


def _chosen(identity: Identity, wanted: str | None) -> Identity:
    if wanted is None:
        raise AuthorityNeeded(errors=[FieldError(_POINTER, AuthorityNeeded.default_detail)])
    found = next((item for item in identity.memberships if item.short == wanted), None)
    if found is None:
        raise AuthorityNotYours
    return in_membership(identity, found)
