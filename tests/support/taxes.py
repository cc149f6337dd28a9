# SPDX-License-Identifier: EUPL-1.2
"""A case of the tax administration's tenant with a document and a file; its retrieval log, read as the inspection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.support import pdf
from tests.support.gateway import Gateway
from tests.support.personal_data import as_superuser, ready

EVER = {"period_from": "2020-01-01T00:00:00Z", "period_until": "2100-01-01T00:00:00Z"}


@dataclass(frozen=True)
class TaxCase:
    """a.weber's; `foreign` is a case of d.schmidt's in another authority. `word` stands in document and file alone."""

    id: str
    reference: str
    foreign: str
    word: str
    knowledge_base: str
    document: str
    file: str


async def tax_case(tax: Gateway) -> TaxCase:
    word, reference = f"Kanarie{uuid4().hex[:8]}", f"St-{uuid4().hex[:8]}/26"
    content = {"file": ("bescheid.pdf", pdf.build(pdf.text_page(f"Der {word} wohnt im Aktenschrank der Registratur.")))}
    async with await tax.client("a.weber") as client, await tax.client("d.schmidt") as stranger:
        case = await made(client, "/api/v1/cases", json={"reference": reference})
        foreign = await made(stranger, "/api/v1/cases", json={"reference": "fremd"})
        base = await made(
            client, "/api/v1/knowledge-bases", json={"name": "Festsetzung", "purpose": "Probe", "owner": "authority"}
        )
        document = await made(client, f"/api/v1/knowledge-bases/{base}/documents", files=content)
        file = await made(client, "/api/v1/files", files=content)
        client.headers["x-case"] = case
        await ready(client, f"/api/v1/documents/{document}")
        await ready(client, f"/api/v1/files/{file}")
    return TaxCase(case, reference, foreign, word, base, document, file)


async def made(client: httpx.AsyncClient, path: str, **options: Any) -> str:
    """POST and answer the new object's id."""
    answer = await client.post(path, **options)
    assert answer.status_code in {200, 201, 202}, answer.text
    return str(answer.json()["id"])


async def logged(tax: Gateway) -> int:
    """How many entries there are."""
    return int((await asyncio.to_thread(as_superuser, tax, "SELECT count(*) FROM retrieval_log"))[0][0])


async def entries(tax: Gateway, last: int) -> list[dict[str, Any]]:
    """The newest entries, oldest first, as the inspection reads them page by page."""
    query = "SELECT min(at) FROM (SELECT at FROM retrieval_log ORDER BY at DESC LIMIT CAST(:last AS int)) newest"
    begin = (await asyncio.to_thread(as_superuser, tax, query, last=last))[0][0]
    found: list[dict[str, Any]] = []
    after: str | None = None
    async with await tax.client("v.lindner") as client:
        while True:
            params = {**EVER, "period_from": begin.isoformat(), "limit": "500"} | ({"after": after} if after else {})
            answer = await client.get("/api/v1/retrievals", params=params)
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            after = answer.json()["next"]
            if after is None:
                return found[-last:]
