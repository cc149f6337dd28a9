# SPDX-License-Identifier: EUPL-1.2
"""The import of the laws against a server that speaks the public API's shapes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from genius_stack.api import PlatformApi, http_session
from genius_stack.errors import NotRunning, SamplesFailed, StackError
from genius_stack.samples.laws import NAME, PURPOSE, ensure_laws

KB = UUID(int=7)


class Gateway:
    """Knows at most one knowledge base and answers an import with `steps`."""

    def __init__(self) -> None:
        self.steps: list[dict[str, object]] = [
            {"done": 1, "total": 2, "title": "WoGG"},
            {"done": 2, "total": 2, "title": "AO"},
            {"finished": True, "documents": 2, "sections": 9},
        ]
        self.created: list[dict[str, object]] = []
        self.imports = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/v1/knowledge-bases", self._list)
        app.router.add_post("/api/v1/knowledge-bases", self._create)
        app.router.add_post(f"/api/v1/knowledge-bases/{KB}/imports", self._import)
        return app

    async def _list(self, _: web.Request) -> web.Response:
        items = [{"id": str(KB), "name": entry["name"]} for entry in self.created]
        return web.json_response({"items": items})

    async def _create(self, request: web.Request) -> web.Response:
        self.created.append(await request.json())
        return web.json_response({"id": str(KB)}, status=201)

    async def _import(self, request: web.Request) -> web.StreamResponse:
        assert await request.json() == {"source": "gesetze"}
        self.imports += 1
        response = web.StreamResponse()
        await response.prepare(request)
        for step in self.steps:
            await response.write(orjson.dumps(step) + b"\n")
        return response


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def api(gateway: Gateway) -> AsyncIterator[PlatformApi]:
    async with TestServer(gateway.app()) as server, http_session() as session:
        yield PlatformApi(session, str(server.make_url("")), "token")


async def test_it_creates_imports_once_and_again_for_another_version(
    gateway: Gateway, api: PlatformApi, tmp_path: Path
) -> None:
    seen: list[tuple[int, int, str]] = []
    note = tmp_path / "laws.json"

    def progress(*step: object) -> None:
        seen.append(step)  # type: ignore[arg-type]

    assert await ensure_laws(api, note, "1.0", progress) == KB
    assert gateway.created == [{"name": NAME, "purpose": PURPOSE, "owner": "tenant", "protection_class": "offen"}]
    assert seen == [(1, 2, "WoGG"), (2, 2, "AO")]
    assert await ensure_laws(api, note, "1.0", progress) == KB
    assert gateway.imports == 1
    assert await ensure_laws(api, note, "1.1", progress) == KB
    assert (gateway.imports, len(gateway.created)) == (2, 1)


@pytest.mark.parametrize(
    "steps",
    [[{"done": 1, "total": 2, "title": "WoGG"}], [{"code": "internal_error", "detail": "Fehler"}], []],
)
async def test_an_import_that_breaks_off_is_no_success(
    gateway: Gateway, api: PlatformApi, tmp_path: Path, steps: list[dict[str, object]]
) -> None:
    gateway.steps = steps
    with pytest.raises(SamplesFailed):
        await ensure_laws(api, tmp_path / "laws.json", "1.0", lambda *_: None)
    assert not (tmp_path / "laws.json").exists()


async def test_faults_carry_the_platforms_own_words(api: PlatformApi) -> None:
    with pytest.raises(StackError, match="404"):
        await api.get("/api/v1/unbekannt")


async def test_a_platform_that_is_not_there_is_said() -> None:
    async with http_session() as session:
        with pytest.raises(NotRunning, match="nicht erreichbar"):
            await PlatformApi(session, "http://127.0.0.1:9", "token").get("/api/v1/me")
