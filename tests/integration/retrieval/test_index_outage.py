# SPDX-License-Identifier: EUPL-1.2
"""The service on a Qdrant server, its worker beside it: either goes and comes, what is answered, nothing is lost."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from genius_retrieval.app import create_app, create_worker
from genius_retrieval.errors import IndexUnavailable
from genius_retrieval.ingest import queue
from tests.support.gateway import serving
from tests.support.ports import free_port
from tests.support.postgres import TestPostgres
from tests.support.qdrant import working
from tests.support.retrieval import Office, running_service, upload, wait_for


class Server:
    """Stands for minter and server: away (503) or there, and then it takes whatever comes."""

    def __init__(self) -> None:
        self.away = False
        self.written = 0
        self.refused = 0
        self.port = free_port()

    def app(self) -> Starlette:
        async def answer(request: Request) -> Response:
            path = request.url.path
            if path.endswith("/tokens"):
                return JSONResponse({"token": "t", "expires_at": int(time.time()) + 240, "server": "1.19.0"})
            if path == "/health/ready":
                return JSONResponse({"status": "ok", "server": "1.19.0"}, status_code=503 if self.away else 200)
            if self.away:
                self.refused += 1
                return Response(status_code=503)
            self.written += request.method == "PUT" and path.endswith("/points")
            done = {"count": 0} if path.endswith("/count") else {"operation_id": 1, "status": "completed"}
            return JSONResponse({"result": done, "status": "ok", "time": 0.0})

        return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "PUT", "DELETE"])])


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    told = Server()
    async with serving(told.app(), told.port):
        yield told


@pytest.fixture(scope="module")
async def office(
    server: Server, postgres_server: TestPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """In this process, so that the first attempt of a job can be its last."""
    folder: Path = tmp_path_factory.mktemp("outage")
    (folder / "secret").write_text("s" * 32)
    at = f"http://127.0.0.1:{server.port}"
    settings = {"QDRANT__URL": at, "QDRANT__MINTER_URL": at, "QDRANT__MINTER_SECRET_FILE": str(folder / "secret")}
    with (
        running_service(postgres_server, folder, start=False, **settings) as service,
        pytest.MonkeyPatch.context() as p,
    ):
        p.setattr(queue, "MAX_ATTEMPTS", 0)
        async with serving(create_app(service.settings()), service.port, "on"):
            yield await asyncio.to_thread(Office(service).set_up)


@pytest.fixture(scope="module")
async def worker(office: Office) -> AsyncIterator[str]:
    async with working(office.service.settings()) as url:
        yield url


async def test_uploads_wait_for_a_worker_that_is_away(office: Office) -> None:
    """ING-10: the service stays ready and its health says what is missing; a worker that comes finds them."""

    def before() -> dict[str, Any]:
        with office.client() as client:
            kept = upload(client, office.documents, "wartet.txt", b"Der Antrag wartet.")
            health = client.get("/health/ready")
            assert (health.status_code, health.json()["checks"]["ingestion"]) == (200, "degraded")
            assert client.get(f"/documents/{kept['id']}").json()["state"] == "queued"
            return kept

    def after(kept: dict[str, Any], worker: str) -> None:
        with office.client() as client:
            assert wait_for(client, f"/documents/{kept['id']}")["state"] == "ready"
            for url in (office.service.url, worker):
                assert client.get(f"{url}/health/ready").json()["checks"]["ingestion"] == "ok"
            assert client.get(f"{worker}/knowledge-bases").status_code == 404

    kept = await asyncio.to_thread(before)
    async with working(office.service.settings()) as url:
        await asyncio.to_thread(after, kept, url)


def test_the_embedded_engine_admits_no_worker(office: Office) -> None:
    with pytest.raises(ValueError, match="one process"):
        create_worker(office.service.settings().model_copy(update={"qdrant": None}))


@pytest.mark.usefixtures("worker")
async def test_an_outage_is_waited_out(office: Office, server: Server) -> None:
    """ING-10, TEN-04: searches are 503 and never empty, health says why, uploads wait and become ready afterwards."""

    def during() -> dict[str, Any]:
        with office.client() as client:
            kept = upload(client, office.documents, "vorher.txt", b"Die Frist betraegt zwei Wochen.")
            health = client.get("/health/ready")
            assert (health.status_code, health.json()["checks"]["index"]) == (503, "down")
            end = time.monotonic() + 20
            while not server.refused:
                assert time.monotonic() < end
                time.sleep(0.05)
            search = client.post("/search", json={"query": "Welche Frist gilt?"})
            assert (search.status_code, search.json()["code"]) == (503, "index_unavailable"), search.text
            assert client.get(f"/documents/{kept['id']}").json()["state"] not in {"failed", "ready"}
            return kept

    def after(kept: dict[str, Any]) -> None:
        with office.client() as client:
            assert wait_for(client, f"/documents/{kept['id']}")["state"] == "ready"
            health = client.get("/health/ready").json()
            assert (health["checks"]["index"], health["engine"]) == ("ok", "Qdrant-Server 1.19.0")

    server.away = True
    kept = await asyncio.to_thread(during)
    written = server.written
    server.away = False
    await asyncio.to_thread(after, kept)
    assert server.written == written + 1


def test_only_an_outage_is_tried_without_end() -> None:
    """ING-10: a minute apart at most; anything else ends after its attempts."""
    job, retry = SimpleNamespace(attempts=60), queue._Retry(5)
    away = retry.get_retry_decision(exception=IndexUnavailable(), job=job)
    assert away
    assert away.retry_at
    assert away.retry_at - dt.datetime.now(dt.UTC) <= dt.timedelta(seconds=60)
    assert retry.get_retry_decision(exception=RuntimeError(), job=job) is None
    assert queue._Retry().get_retry_decision(exception=RuntimeError(), job=job)
