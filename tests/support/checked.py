# SPDX-License-Identifier: EUPL-1.2
"""A case with a finished completeness check, whose run is stored as runs are stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from genius_common.contracts.modules import RunFile
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.case_versions.model import GAP
from genius_gateway.runs.job import SealedRequest
from genius_gateway.runs.repository import RunRepository
from genius_gateway.runs.sealing import Owner, Sealer
from genius_gateway.runs.tables import runs
from tests.support.gateway import Gateway

OPENING = f"Bitte reichen Sie die folgenden Unterlagen bis zum {GAP} ein:"


def result(*, rent: int = 61200, missing: bool = True, word: str = "") -> dict[str, Any]:
    """In the shape of the specification: one document missing, one unclear, one there, one not asked for."""
    place = {"file": "antrag.pdf", "page": 1}
    requirements: dict[str, Any] = {
        "mietbescheinigung": {"status": "missing", "reason_code": "dokument-fehlt", "reason": "Fehlt.", "evidence": []},
        "lohnabrechnung": {
            "status": "unclear", "reason_code": "teilzeitraum", "reason": f"August 2026 fehlt. {word}",
            "evidence": [{"file": "antrag.pdf", "page": 1, "quote": "Lohnabrechnung Juli 2026"}],
        },
        "antrag-anschrift": {
            "status": "present", "reason_code": "erfuellt", "reason": "",
            "evidence": [{**place, "quote": "Am Markt 1"}],
        },
        "rentenbescheid": {
            "status": "not_applicable", "reason_code": "bedingung-falsch", "reason": "", "evidence": [],
        },
    }  # fmt: skip
    if not missing:
        for name in ("mietbescheinigung", "lohnabrechnung"):
            requirements[name] = {**requirements["antrag-anschrift"]}
    items = [name for name, one in requirements.items() if one["status"] in {"missing", "unclear"}]
    return {
        "schema_version": 1, "rule_set": "wohngeld", "catalogue_sha256": "ab" * 32, "reference_date": "2026-10-14",
        "complete": not items,
        "facts": {
            "wohnkosten_cent": {"value": rent, "raw": "612,00", **place, "quote": "Gesamtmiete 612,00 EUR"},
            "antragsart": {"value": "mietzuschuss", "raw": "Mietzuschuss", **place, "quote": "☒ Mietzuschuss"},
        },
        "documents": [{"file": "antrag.pdf", "document_type": "antrag", "readable": True, "notices": []}],
        "requirements": requirements,
        "letter": {"items": items, "text": f"{OPENING}\n\n1. Mietbescheinigung {word}" if items else ""},
    }  # fmt: skip


async def finished_check(
    gateway: Gateway,
    login: str,
    case: str,
    files: dict[str, str],
    facts: dict[str, Any] | None = None,
    found: dict[str, Any] | None = None,
    **columns: Any,
) -> str:
    """The run of a check of these files (id → name), in the name of `login`; `columns` are of its row."""
    async with await gateway.client(login) as client:
        me = (await client.get("/api/v1/me")).json()
    owner, run, sealer = Owner(UUID(me["authority"]["id"]), UUID(me["id"])), uuid4(), Sealer(gateway.state.keys)
    named = [
        RunFile(
            id=UUID(file), name=name, media_type="application/pdf", size=1,
            protection_class=ProtectionClass.PERSONENBEZOGEN,
        )
        for file, name in files.items()
    ]  # fmt: skip
    principal = Principal(subject=owner.person, tenant="local", authority=owner.authority, scopes=frozenset())
    data = {"rule_set": "wohngeld", "files": list(files), **({"facts": facts} if facts else {})}
    request = SealedRequest.of(principal, data, named).model_dump(mode="json")
    values = {
        "id": run, "module": "completeness", "version": "1.0.0", "case_id": UUID(case),
        "protection_class": "personenbezogen",
    }  # fmt: skip
    async with gateway.state.database.transaction(owner.scope) as connection:
        await RunRepository(sealer, 10).insert(connection, owner, uuid4(), request, values)
        sealed = await sealer.seal(connection, owner, found or result(), f"runs/result/{run}")
        ended = {"state": "succeeded", "result": sealed, "finished_at": sa.func.now(), **columns}
        await connection.execute(sa.update(runs).where(runs.c.id == run).values(**ended))
    return str(run)


async def checked_case(gateway: Gateway, login: str, **options: Any) -> tuple[str, str]:
    """A new case without files and the run of its check."""
    async with await gateway.client(login) as client:
        made = await client.post("/api/v1/cases", json={"reference": "W 12-2026", "title": "Wohngeld"})
        case = str(made.raise_for_status().json()["id"])
    return case, await finished_check(gateway, login, case, {}, **options)
