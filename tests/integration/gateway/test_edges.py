# SPDX-License-Identifier: EUPL-1.2
"""Failures at the edges of the gateway: the form of refusals, a database that dies, what reaches a log."""

import asyncio
import contextlib
import datetime as dt
import logging
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

from genius_gateway.scopes import row_scope
from genius_gateway.settings import Settings
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.personal_data import ready

PROBLEM = "application/problem+json"


async def chunked(size: int) -> Any:
    """A JSON string of more than `size` bytes that announces no length."""
    yield b'{"query": "'
    for _ in range(size // 1_000_000 + 1):
        yield b"x" * 1_000_000
    yield b'"}'


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/search"),
        ("POST", "/api/v1/cases"),
        ("POST", "/api/v1/conversations"),
        ("POST", "/api/v1/modules/chat/runs"),
    ],
)
async def test_a_chunked_body_over_the_limit_is_too_large(gateway: Gateway, method: str, path: str) -> None:
    """GW-02: without Content-Length too it is 413 as problem, not a parsing error."""
    async with await gateway.client("a.weber") as client:
        try:
            body = chunked(gateway.settings.limits.json_bytes)
            response = await client.request(method, path, content=body, headers={"content-type": "application/json"})
        except httpx.WriteError:  # closed while we were still sending
            return
    assert (response.status_code, response.headers["content-type"]) == (413, PROBLEM)
    assert response.json()["code"] == "too_large"
    assert str(gateway.settings.limits.json_bytes) in response.json()["detail"]


async def refusals(gateway: Gateway, client: httpx.AsyncClient) -> list[tuple[int, httpx.Response]]:
    """(expected status, answer) of everything that can be refused below `/v1` before a model is asked."""
    limit = gateway.settings.limits.json_bytes
    chat = "/v1/chat/completions"
    return [
        (413, await client.post(chat, content=b" " * (limit + 1))),
        (413, await client.post("/v1/embeddings", content=chunked(limit))),
        (400, await client.get("/v1/models", headers={"host": "evil.example"})),
        (404, await client.get("/v1/gibt-es-nicht")),
        (404, await client.post("/v1")),
        (404, await client.post("/v1/chat/completions/")),
        (405, await client.get(chat)),
        (405, await client.delete("/v1/models")),
        (405, await client.request("TRACE", "/v1/embeddings")),
        (401, await client.get("/v1/models", headers={"authorization": "Bearer x"})),
        (401, await client.get("/v1/nichts", headers={"authorization": "Basic YTpi"})),
    ]


async def test_every_refusal_below_v1_is_openais(gateway: Gateway) -> None:
    """Whatever layer refuses, an SDK can read it; the challenge of a 401 comes with it."""
    async with await gateway.client("a.weber") as client:
        for status, response in await refusals(gateway, client):
            assert response.status_code == status, response.text
            assert response.headers["content-type"] == "application/json"
            error = response.json()["error"]
            assert set(error) == {"message", "type", "param", "code"}, error
            assert error["message"]
            assert error["code"]
            assert ("www-authenticate" in response.headers) is (status == 401)
            assert response.headers.get_list("x-request-id") == [response.headers["x-request-id"]]


@pytest.mark.parametrize("path", ["/v10", "/v1x/models", "/api/v1/models"])
async def test_only_v1_speaks_openai(gateway: Gateway, path: str) -> None:
    async with await gateway.client("a.weber") as client:
        assert (await client.get(path)).headers["content-type"] == PROBLEM


async def test_a_database_that_dies_is_said_on_every_router(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """REL: PostgreSQL ends the connection in the middle of the request: 503 with a code, and the next one works."""
    database = gateway.state.database
    real = database.transaction
    kill = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")

    def dying(scope: Any) -> Any:
        class _Transaction:
            async def __aenter__(self) -> Any:
                self.inner = real(scope)
                connection = await self.inner.__aenter__()
                with contextlib.suppress(sa.exc.DBAPIError):  # the answer is the end of this very connection
                    await connection.execute(kill)
                return connection

            async def __aexit__(self, *failure: Any) -> Any:
                return await self.inner.__aexit__(*failure)

        return _Transaction()

    paths = ["me", "runs", "conversations", "knowledge-bases", "cases", "modules/x/runs"]
    async with await gateway.client("a.weber") as client:
        await client.get("/api/v1/me")  # the credentials are known from here on
        monkeypatch.setattr(database, "transaction", dying)
        answers = [await client.get(f"/api/v1/{path}") for path in paths[:-1]]
        answers.append(await client.post("/api/v1/search", json={"query": "x"}))
        answers.append(await client.post("/api/v1/files", files={"file": ("a.txt", b"x")}))
        monkeypatch.setattr(database, "transaction", real)
        assert (await client.get("/api/v1/cases")).status_code == 200
    for response in answers:
        assert response.status_code == 503, (response.url, response.text)
        assert response.json()["code"] in {"database_unavailable", "audit_unavailable"}, response.text
        assert response.json()["retryable"] is True
    assert sum(response.json()["code"] == "database_unavailable" for response in answers) >= 6


@pytest.mark.parametrize("port", ["public", "internal"])
async def test_no_traceback_of_a_foreign_error_is_logged(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, port: str
) -> None:
    """LOG-01, GW-06: on both ports the server's own logger stays silent, whose traceback would hold the text."""

    async def broken(*_: Any) -> Any:
        raise RuntimeError("geheim-4711")

    monkeypatch.setattr(gateway.state.health, "now", broken)
    url = gateway.url if port == "public" else gateway.internal_url
    with caplog.at_level(logging.DEBUG):
        async with AsyncClient(base_url=url) as client:
            response = await client.get("/api/v1/health/ready")
    assert (response.status_code, response.headers["content-type"]) == (500, PROBLEM)
    assert "geheim" not in response.text + caplog.text
    assert not [record for record in caplog.records if record.exc_info]


async def test_who_hangs_up_in_an_upload_leaves_nothing(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """GW-02: a client that leaves in the middle: no document, no error in the log, and no task that waits."""
    async with await gateway.client("a.weber") as client:
        made = await client.post(
            "/api/v1/knowledge-bases", json={"name": "Abbruch", "purpose": "Probe", "owner": "authority"}
        )
        kb = f"/api/v1/knowledge-bases/{made.json()['id']}"
        token = await gateway.token("a.weber")
        head = (
            f"POST {kb}/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 900000\r\n\r\n"
        )
        part = b'--x\r\ncontent-disposition: form-data; name="file"; filename="halb.txt"\r\n\r\n' + b"halb " * 20_000
        before = len(asyncio.all_tasks())
        for sent in (b"", part[:40], part[:90], part):
            _, writer = await asyncio.open_connection("127.0.0.1", gateway.settings.port)
            writer.write(head.encode() + sent)
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.close()
        await asyncio.sleep(0.3)
        assert (await client.get(f"{kb}/documents")).json()["items"] == []
        assert (await client.delete(kb)).status_code == 204
    assert "unexpected error" not in caplog.text
    assert len(asyncio.all_tasks()) <= before + 3


async def test_searches_count_against_the_quota(gateway: Gateway) -> None:
    """QUO-01: an executed search is one request; one that is refused is none, and a limit that is reached refuses."""
    ledger = gateway.state.ledger
    async with await gateway.client("e.nowak") as client:
        await ledger.flush()  # writes what is not yet written
        before = (await totals(gateway, "e.nowak")).get("search", 0)
        for _ in range(3):
            assert (await client.post("/api/v1/search", json={"query": "Wohngeld"})).status_code == 200
        assert (await client.post("/api/v1/search", json={"query": ""})).status_code == 400
        await ledger.flush()
        assert (await totals(gateway, "e.nowak"))["search"] == before + 3


async def test_searches_are_narrowed_by_kind_and_day_of_upload(gateway: Gateway) -> None:
    """The three ways to search take the filter, say it in their answer, and name the field that is wrong."""
    async with await gateway.client("e.nowak") as client:
        made = await client.post("/api/v1/knowledge-bases", json={"name": "Eingrenzen", "purpose": "Probe"})
        kb = f"/api/v1/knowledge-bases/{made.json()['id']}"
        texts = {
            "steuer.txt": b"Die Hundesteuer ist 96 Euro.",
            "steuer.html": b"<!doctype html><p>Hundesteuer: 96 Euro.",
        }
        for name, text in texts.items():
            state = (await client.post(f"{kb}/documents", files={"file": (name, text)})).json()
            await ready(client, f"/api/v1/documents/{state['id']}")
        today = dt.datetime.now(ZoneInfo("Europe/Berlin")).date().isoformat()
        for path in ("/api/v1/search", f"{kb}/search", f"{kb}/search/explain"):
            asked = {"query": "Hundesteuer", "kinds": ["web"], "uploaded_from": today, "uploaded_until": today}
            found = (await client.post(path, json=asked)).json()
            assert [(hit.get("hit") or hit)["title"] for hit in found["hits"]] == ["steuer.html"]
            assert found["searched"]["documents"] == 1
            assert found["searched"]["filter"] == {name: asked[name] for name in list(asked)[1:]}
            nothing = (await client.post(path, json={**asked, "kinds": ["mail"]})).json()
            assert (nothing["hits"], nothing["searched"]["documents"]) == ([], 0)
            for wrong, pointer in ({"kinds": ["x"]}, "/kinds/0"), ({"uploaded_until": "2000-01-01"}, "/uploaded_until"):
                refused = await client.post(path, json={**asked, **wrong})
                assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)


async def totals(gateway: Gateway, name: str) -> dict[str, int]:
    identity = await gateway.state.authenticator.identify(f"Bearer {await gateway.token(name)}", None)
    query = sa.text("SELECT kind, requests FROM usage_counters WHERE authority = :authority")
    async with gateway.state.database.transaction(row_scope(identity.principal)) as connection:
        rows = await connection.execute(query, {"authority": identity.principal.authority})
        return {row.kind: row.requests for row in rows}


def test_runs_are_configured_by_the_settings(gateway: Gateway) -> None:
    """Lease and flush times reach the runs of the process; a wrong one ends the start."""
    assert gateway.app.api.state.runs.runs._parts.options == gateway.settings.runs
    values = gateway.settings.model_dump()
    values["oidc"]["client_secret"] = values["database"]["url"] = "postgresql+psycopg://x"
    changed = Settings.model_validate({**values, "runs": {"lease_s": 4.5, "abandoned_s": 7}})
    assert (changed.runs.lease_s, changed.runs.abandoned_s) == (4.5, 7)
    with pytest.raises(ValueError, match="lease_s"):
        Settings.model_validate({**values, "runs": {"lease_s": 0}})
