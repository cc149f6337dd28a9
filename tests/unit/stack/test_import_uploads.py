# SPDX-License-Identifier: EUPL-1.2
"""An import against a platform that is busy, away or has had enough: it goes on, or stops with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from genius_common.contracts.retrieval import DocumentState
from genius_stack.api import PlatformApi, http_session
from genius_stack.errors import PlatformRefused
from genius_stack.imports.run import FolderImport
from genius_stack.imports.source import Entry, Source
from genius_stack.imports.uploads import Uploads

BASE = uuid4()
DOCUMENT = DocumentState(
    id=uuid4(), name="a.txt", state="ready", size=1, version="1", created_at=dt.datetime.now(dt.UTC)
)


class Busy:
    """Refuses in turn with `refusals` (status, Retry-After), then takes everything."""

    def __init__(self) -> None:
        self.refusals: list[tuple[int, str]] = []
        self.tokens: list[str | None] = []
        self.uploads = 0

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        self.tokens.append(request.headers.get("authorization"))
        if self.refusals:
            status, wait = self.refusals.pop(0)
            problem = {"code": "x", "detail": "Bitte warten.", "status": status}
            return web.json_response(problem, status=status, headers={"retry-after": wait} if wait else {})
        if request.method == "GET" and request.path.endswith("/documents"):
            return web.json_response({"items": [], "next": None})
        self.uploads += request.method == "POST"
        return web.json_response(DOCUMENT.model_dump(mode="json"), status=202)


@pytest.fixture
def server() -> Busy:
    return Busy()


@pytest.fixture
def waited() -> list[float]:
    """The seconds that were waited, in no time."""
    return []


@pytest.fixture
async def uploads(server: Busy, waited: list[float]) -> AsyncIterator[Uploads]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)

    async def sign_in() -> str:
        return "neu"

    async def sleep(pause: float) -> None:
        waited.append(pause)

    async with TestServer(app) as running, http_session() as session:
        yield Uploads(PlatformApi(session, str(running.make_url("")), "alt"), BASE, sign_in, sleep)


async def test_it_waits_as_long_as_the_platform_says(server: Busy, uploads: Uploads, waited: list[float]) -> None:
    server.refusals = [(429, "7"), (503, ""), (503, "3")]
    assert (await uploads.send("a.txt", b"a")).state == "ready"
    assert (server.uploads, waited) == (1, [7, 2, 3])


async def test_an_ended_token_is_replaced_once(server: Busy, uploads: Uploads, waited: list[float]) -> None:
    server.refusals = [(401, "")]
    await uploads.send("a.txt", b"a")
    assert server.tokens == ["Bearer alt", "Bearer neu"]
    server.refusals = [(401, ""), (401, "")]
    with pytest.raises(PlatformRefused, match="401"):
        await uploads.send("a.txt", b"a")


@pytest.mark.parametrize("refusal", [(429, "80000"), (403, ""), (404, ""), (500, "")])
async def test_a_quota_for_the_day_or_a_missing_right_ends_the_import(
    server: Busy, uploads: Uploads, waited: list[float], refusal: tuple[int, str]
) -> None:
    source = Source([Entry(f"{n}.txt", lambda n=n: str(n).encode()) for n in range(9)])  # type: ignore[misc]
    work = FolderImport(source, uploads, 1, lambda *_: None)
    made = await work.prepare(retry_failed=False)
    server.refusals = [refusal]
    with pytest.raises(PlatformRefused, match=str(refusal[0])):
        await work.carry_out(made)
    assert (server.uploads, waited) == (0, [])


@pytest.mark.parametrize("status", [400, 409, 413, 415])
async def test_what_is_about_one_file_does_not_end_the_import(
    server: Busy, uploads: Uploads, status: int, steps: list[Any]
) -> None:
    source = Source([Entry(f"{n}.txt", lambda n=n: str(n).encode()) for n in range(3)])  # type: ignore[misc]
    work = FolderImport(source, uploads, 1, lambda *step: steps.append(step))
    made = await work.prepare(retry_failed=False)
    server.refusals = [(status, "")]
    await work.carry_out(made)
    assert work.summary.failed == [("0.txt", "Bitte warten.")]
    assert work.summary.ready == ["1.txt", "2.txt"]
    assert [step[:3] for step in steps if step[0] == "Hochladen"] == [("Hochladen", n, 3) for n in (1, 2, 3)]


@pytest.fixture
def steps() -> list[Any]:
    return []
