# SPDX-License-Identifier: EUPL-1.2
"""Results leave as files by whoever may read the run and may take it along; each time is recorded."""

from __future__ import annotations

import asyncio
import io
from typing import Any
from uuid import UUID, uuid4

import docx
import httpx
import pikepdf
import pytest

from tests.support.gateway import Gateway
from tests.support.personal_data import as_superuser

NOTES = "Betreff: Parkbank\nAktenzeichen: 50-12/26\nDie Bank ist kaputt."


async def drafted(client: httpx.AsyncClient, **body: Any) -> str:
    answer = await client.post(
        "/api/v1/modules/draft/runs", json={"input": {"kind": "vermerk", "notes": NOTES}, **body}
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def test_a_draft_leaves_as_word_and_as_pdf(with_modules: Gateway) -> None:
    """OUT-07, A11Y-10: with the truthful note, the authority as author, and a name to save it under."""
    async with await with_modules.client("a.weber") as client:
        run = await drafted(client)
        word = await client.get(f"/api/v1/runs/{run}/export", params={"format": "docx"})
        assert word.status_code == 200, word.text
        assert word.headers["content-disposition"].startswith('attachment; filename="Entwerfen_ Parkbank.docx"')
        assert word.headers["cache-control"] == "no-store"
        opened = docx.Document(io.BytesIO(word.content))
        assert "Die Bank ist kaputt." in "\n".join(p.text for p in opened.paragraphs)
        assert opened.paragraphs[-1].text.startswith("Ohne Sprachmodell aus einer Vorlage gefüllt")
        pdf = await client.get(f"/api/v1/runs/{run}/export", params={"format": "pdf"})
        assert pdf.headers["content-type"] == "application/pdf"
        made = pikepdf.open(io.BytesIO(pdf.content))
        assert str(made.docinfo["/Author"]) == opened.core_properties.author == "Ministerium für Heimat und Bauen"


async def test_an_edited_text_leaves_as_it_was_edited(with_modules: Gateway) -> None:
    async with await with_modules.client("a.weber") as client:
        run = await drafted(client)
        body = {"format": "docx", "text": "# Neuer Vermerk\n\nGanz anders."}
        answer = await client.post(f"/api/v1/runs/{run}/export", json=body)
        opened = docx.Document(io.BytesIO(answer.content))
        texts = [p.text for p in opened.paragraphs]
        assert "Ganz anders." in texts
        assert "Eine Person hat den Text danach geändert." in texts[-1]
        assert not any("Die Bank ist kaputt." in text for text in texts)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"format": "odt"}, "/format"),
        ({"format": "pdf", "text": " "}, "/text"),
        ({"format": "pdf", "texte": "x"}, "/texte"),
        ({}, "/format"),
    ],
)
async def test_wrong_wishes_are_refused_by_name(with_modules: Gateway, body: dict[str, Any], pointer: str) -> None:
    async with await with_modules.client("a.weber") as client:
        answer = await client.post(f"/api/v1/runs/{uuid4()}/export", json=body)
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_foreign_run_is_as_unknown_as_none(with_modules: Gateway) -> None:
    """TEN-02: also for colleagues and administrators of the same authority."""
    async with await with_modules.client("a.weber") as owner:
        run = await drafted(owner)
    for other in ("b.yilmaz", "d.schmidt"):
        async with await with_modules.client(other) as client:
            for answer in (
                await client.get(f"/api/v1/runs/{run}/export"),
                await client.post(f"/api/v1/runs/{run}/export", json={"format": "pdf"}),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_what_may_not_leave_does_not(with_modules: Gateway) -> None:
    """TEN-15: above the class up to which originals may be downloaded, results stay inside too."""
    async with await with_modules.client("a.weber") as client:
        run = await drafted(client, protection_class="sozialdaten")
        answer = await client.get(f"/api/v1/runs/{run}/export")
        assert (answer.status_code, answer.json()["code"]) == (403, "class_may_not_leave")


async def test_each_export_is_recorded_without_content(with_modules: Gateway) -> None:
    """AUD-01"""
    async with await with_modules.client("a.weber") as client:
        run = await drafted(client)
        await client.get(f"/api/v1/runs/{run}/export", params={"format": "pdf"})
    query = "SELECT facts FROM audit_records WHERE action = 'run.export' AND object = :run"
    rows = await asyncio.to_thread(as_superuser, with_modules, query, run=UUID(run))
    assert [row.facts for row in rows] == [{"format": "pdf", "edited": False}]
