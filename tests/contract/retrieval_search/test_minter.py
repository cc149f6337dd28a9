# SPDX-License-Identifier: EUPL-1.2
"""The minter: who gets tokens, for what, for how long. The server's part of the promise is in test_token_scope.py."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from genius_retrieval.minter.app import create_app
from genius_retrieval.minter.server import is_new_enough
from genius_retrieval.minter.settings import Settings
from genius_retrieval.minter.tokens import LIFETIME_S, SERVER_LEEWAY_S, mint
from tests.support.gateway import serving
from tests.support.ports import free_port
from tests.support.qdrant import MinterAt, minting

API_KEY = "k" * 40
COLLECTION = UUID(int=7)


def answering(version: str) -> Starlette:
    """What the minter asks a server before it mints: its version."""
    return Starlette(
        routes=[Route("/", lambda _: JSONResponse({"title": "qdrant", "version": version, "commit": "0" * 40}))]
    )


@pytest.fixture(scope="module")
async def minter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MinterAt]:
    port = free_port()
    async with (
        serving(answering("1.19.0"), port),
        minting(tmp_path_factory.mktemp("minter"), f"http://127.0.0.1:{port}", API_KEY) as running,
    ):
        yield running


async def ask(minter: MinterAt, path: str, operation: str = "read", secret: str | None = None) -> httpx.Response:
    async with httpx.AsyncClient(base_url=minter.url) as client:
        shown = minter.secret if secret is None else secret
        return await client.post(
            path, json={"operation": operation}, headers={"authorization": f"Bearer {shown}"} if shown else {}
        )


def claims(token: str) -> dict[str, object]:
    header, payload, signature = token.split(".")
    wanted = hmac.digest(API_KEY.encode(), f"{header}.{payload}".encode(), hashlib.sha256)
    assert base64.urlsafe_b64decode(signature + "==") == wanted
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "HS256", "typ": "JWT"}
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return found


@given(st.uuids(), st.sampled_from(["read", "write"]), st.floats(0, 4e9))
def test_a_token_opens_one_collection_for_less_than_five_minutes(collection: UUID, operation: str, now: float) -> None:
    """TEN-11: exactly one collection, points only, and with the server's own leeway at most 5 minutes."""
    token, expires = mint(API_KEY, collection, operation, now)  # type: ignore[arg-type]
    found = claims(token)
    wanted = {"read": "r", "write": "prw"}[operation]
    assert found["access"] == [{"collection": str(collection), "access": wanted}]
    assert found["exp"] == expires
    assert set(found) == {"exp", "access", "subject"}
    assert expires + SERVER_LEEWAY_S - now <= 300


async def test_it_gives_the_token_that_was_asked_for(minter: MinterAt) -> None:
    """TEN-11"""
    answer = await ask(minter, f"/collections/{COLLECTION}/tokens", "write")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert claims(body["token"])["access"] == [{"collection": str(COLLECTION), "access": "prw"}]
    assert 0 < body["expires_at"] - time.time() <= LIFETIME_S
    assert body["server"] == "1.19.0"
    assert API_KEY not in answer.text


@pytest.mark.parametrize("secret", ["", "x", "x" * 64, API_KEY, "ü" * 64])
async def test_nobody_else_gets_one(minter: MinterAt, secret: str) -> None:
    """TEN-11: without the secret of the retrieval service there is neither a token nor a collection made or removed."""
    headers = {"authorization": f"Bearer {secret}".encode()} if secret else {}
    async with httpx.AsyncClient(base_url=minter.url, headers=headers) as client:
        for method, path in (("POST", "/tokens"), ("PUT", ""), ("DELETE", "")):
            answer = await client.request(method, f"/collections/{COLLECTION}{path}", json={"operation": "read"})
            assert answer.status_code == 401, (method, answer.text)


def strange_names() -> list[str]:
    """500 names: quotes, operators, paths, system collections, almost-ids."""
    parts = ["", "*", "%", "'", '"', ";", "..", "/", "\\", "\0", "$", "{}", "[]", "|", "&", "a b", "ü", "_aliases"]
    known = str(COLLECTION)
    made = [f"{a}{b}{c}" for a in parts for b in ("", known, "collections") for c in parts]
    almost = [known.upper() + "a", known[:-1], f"{{{known}}}", known.replace("-", ""), f"urn:uuid:{known}", f" {known}"]
    return [name for name in (*almost, *made) if name != known][:500]


async def test_names_are_ids_and_nothing_else(minter: MinterAt) -> None:
    """TEN-05: 500 names that are no id: none is minted for, none reaches the server."""
    names = strange_names()
    assert len(names) == 500
    headers = {"authorization": f"Bearer {minter.secret}"}
    async with httpx.AsyncClient(base_url=minter.url, headers=headers) as client:
        for name in names:
            path = "/collections/" + "".join(f"%{byte:02x}" for byte in name.encode()) + "/tokens"
            answer = await client.post(path, json={"operation": "read"})
            assert answer.status_code in {404, 405}, name


@pytest.mark.parametrize(
    "body", [{}, {"operation": "rw"}, {"operation": "m"}, {"operation": "read", "access": "m"}, [], "read"]
)
async def test_no_other_access_can_be_asked_for(minter: MinterAt, body: object) -> None:
    """TEN-11"""
    async with httpx.AsyncClient(base_url=minter.url) as client:
        answer = await client.post(
            f"/collections/{COLLECTION}/tokens", json=body, headers={"authorization": f"Bearer {minter.secret}"}
        )
    assert answer.status_code == 400


@pytest.mark.parametrize("version", ["1.18.9", "0.20.0", "", "neu"])
async def test_an_old_server_gets_no_caller(tmp_path: Path, version: str) -> None:
    """TEN-04: it would count rarity over all points, so that scores tell of foreign knowledge bases."""
    port = free_port()
    async with (
        serving(answering(version), port),
        minting(tmp_path, f"http://127.0.0.1:{port}", API_KEY) as minter,
        httpx.AsyncClient(base_url=minter.url) as client,
    ):
        assert (await ask(minter, f"/collections/{COLLECTION}/tokens")).status_code == 503
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/live")).status_code == 200


@pytest.mark.parametrize(
    ("version", "enough"), [("1.19.0", True), ("1.20.1-dev", True), ("2.0", True), ("1.9.9", False)]
)
def test_versions_are_numbers(version: str, enough: bool) -> None:
    assert is_new_enough(version) is enough


async def test_readiness_is_of_now(tmp_path: Path) -> None:
    """A server that went away is told within seconds, whatever is still known of its version."""
    port = free_port()
    async with (
        minting(tmp_path, f"http://127.0.0.1:{port}", API_KEY) as minter,
        httpx.AsyncClient(base_url=minter.url) as client,
    ):
        async with serving(answering("1.19.0"), port):
            assert (await client.get("/health/ready")).json()["server"] == "1.19.0"
        await asyncio.sleep(2.1)
        assert (await client.get("/health/ready")).status_code == 503


async def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    async with minting(tmp_path, f"http://127.0.0.1:{free_port()}", API_KEY) as minter:
        answer = await ask(minter, f"/collections/{uuid4()}/tokens")
        assert (answer.status_code, answer.json()["code"]) == (503, "index_unavailable")


@pytest.mark.parametrize("short", ["api_key_file", "caller_secret_file"])
def test_short_secrets_end_the_start(tmp_path: Path, short: str) -> None:
    """LOG-04: the API key is the key of every signature; what can be tried out is refused."""
    files = {"api_key_file": tmp_path / "key", "caller_secret_file": tmp_path / "secret"}
    for name, file in files.items():
        file.write_text("x" * (31 if name == short else 32))
    settings = Settings(profile="local", tenant="test", port=1, qdrant_url="http://127.0.0.1:1", **files)
    with pytest.raises(ValueError, match="at least 32"):
        create_app(settings)


def test_the_key_comes_from_a_file_only() -> None:
    """TEN-11: no variable holds it, where a listing of processes or a dump would show it."""
    with pytest.raises(ValidationError):
        Settings(profile="local", tenant="t", port=1, qdrant_url="http://x", api_key="k" * 40)  # type: ignore[call-arg]
