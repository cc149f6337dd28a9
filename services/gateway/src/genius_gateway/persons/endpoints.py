# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/me/data`: see, take along, delete one's own data. `/api/v1/persons/…/data`: for somebody who has left."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from genius_gateway.audit.chain import AuditRecord
from genius_gateway.auth.claims import subject_key
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1", tags=["data protection"])
Confirmation = Annotated[str | None, Header(alias="x-confirmation", max_length=500)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KeptKind(_Model):
    """One kind of data: how much there is, how long it is kept (`days` after `since`; null = no time of its own)."""

    kind: str
    title: str
    days: int | None
    since: str
    purpose: str
    basis: str
    recipients: str
    counts: dict[str, int]


class ConfirmationView(_Model):
    """Comes back in the header `x-confirmation` of the deletion."""

    token: str
    expires_at: dt.datetime


class OwnData(_Model):
    """`held`: a legal hold stands against deleting."""

    items: list[KeptKind]
    held: bool
    confirmation: ConfirmationView


class DeletionOffer(_Model):
    person: UUID
    held: bool
    confirmation: ConfirmationView


class Subject(_Model):
    """`subject` is the `sub` of the identity provider."""

    subject: str = Field(min_length=1, max_length=255)


class PersonId(_Model):
    person: UUID


class AcceptedTerms(_Model):
    version: str = Field(max_length=40)


class TermsView(_Model):
    version: str
    accepted_at: dt.datetime


class SignedReceipt(_Model):
    """Checked by `genius audit receipt`; the fields of `receipt` are in docs/explanation/data-protection.md."""

    receipt: dict[str, Any]
    signatures: list[dict[str, str]]


def _confirmation(state: GatewayState, by: UUID, person: UUID) -> ConfirmationView:
    token, until = state.protection.confirmations.give(by, person, dt.datetime.now(dt.UTC))
    return ConfirmationView(token=token, expires_at=until)


@router.get("/me/data/overview")
async def own_overview(principal: CurrentPrincipal, state: State) -> OwnData:
    protection = state.protection
    return OwnData(
        items=[
            KeptKind.model_validate(line)
            for line in await protection.overview.of(principal.subject, principal.authority)
        ],
        held=await protection.overview.is_held(principal.subject),
        confirmation=_confirmation(state, principal.subject, principal.subject),
    )


@router.get("/me/data", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
async def own_data(principal: CurrentPrincipal, state: State) -> Response:
    """Everything about the caller as a ZIP file, for people and for machines (Art. 15(3), 20 GDPR)."""
    await state.audit.record(
        AuditRecord.of(principal, "person.export", object_kind="person", object_id=principal.subject)
    )
    now = dt.datetime.now(dt.UTC)
    name = f"genius-meine-daten-{now:%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    stream: AsyncIterator[bytes] = state.protection.export.stream(principal.subject, now.isoformat(timespec="seconds"))
    return StreamingResponse(stream, media_type="application/zip", headers=headers)


@router.delete("/me/data")
async def delete_own_data(
    principal: CurrentPrincipal, state: State, x_confirmation: Confirmation = None
) -> SignedReceipt:
    """Delete it all with the account here; the next sign-in begins anew. Answers the signed receipt."""
    person = principal.subject
    state.protection.confirmations.require(x_confirmation, person, person, dt.datetime.now(dt.UTC))
    state.open_requests.spare(person)
    return SignedReceipt.model_validate(await state.protection.erasure.erase(person, "person", person))


@router.post("/me/terms")
async def accept_terms(wanted: AcceptedTerms, principal: CurrentPrincipal, state: State) -> TermsView:
    """Keep that the caller accepts the terms that were shown; `/api/v1/me` says which version that is (PER-02)."""
    terms = state.administration.terms
    return TermsView(version=terms.version, accepted_at=await terms.accept(principal, wanted.version))


@router.post("/persons/find")
async def find_person(wanted: Subject, principal: CurrentPrincipal, state: State) -> PersonId:
    """The pseudonym of somebody, from the provider's id; recorded, since it opens a pseudonym."""
    person = await state.protection.overview.find(subject_key(state.settings.oidc.issuer, wanted.subject))
    await state.audit.record(AuditRecord.of(principal, "person.find", object_kind="person", object_id=person))
    return PersonId(person=person)


@router.get("/persons/{person}/data")
async def offer_deletion(person: UUID, principal: CurrentPrincipal, state: State) -> DeletionOffer:
    """Whether a deletion is possible, with the confirmation for it. Says nothing of what there is (PER-01)."""
    await state.protection.overview.require_known(person)
    held = await state.protection.overview.is_held(person)
    return DeletionOffer(person=person, held=held, confirmation=_confirmation(state, principal.subject, person))


@router.delete("/persons/{person}/data")
async def delete_data_of(
    person: UUID, principal: CurrentPrincipal, state: State, x_confirmation: Confirmation = None
) -> SignedReceipt:
    """Delete everything of somebody who has left. Answers the signed receipt."""
    await state.protection.overview.require_known(person)
    state.protection.confirmations.require(x_confirmation, principal.subject, person, dt.datetime.now(dt.UTC))
    return SignedReceipt.model_validate(await state.protection.erasure.erase(person, "betrieb", principal.subject))


@router.get("/receipts/{receipt}")
async def read_receipt(receipt: UUID, principal: CurrentPrincipal, state: State) -> SignedReceipt:
    return SignedReceipt.model_validate(await state.protection.receipts.get(receipt))
