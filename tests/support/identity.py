# SPDX-License-Identifier: EUPL-1.2
"""A realm with one person, a browser client and an application."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import orjson
import pytest

from genius_stack.files import write_private
from genius_stack.identity.app import create_app
from genius_stack.identity.provider import fingerprint
from genius_stack.identity.realm import Client, Realm, ServiceAccount, User, hash_password, hash_secret
from genius_stack.identity.settings import Settings
from genius_stack.identity.tokens import KEY_FILE, load_key

BASE = "http://127.0.0.1:18084"
ISSUER = f"{BASE}/realms/genius"
PROTOCOL = f"{ISSUER}/protocol/openid-connect"
CALLBACK = "http://127.0.0.1:18080/auth/callback"
AFTER = "http://127.0.0.1:18080/"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@cache
def _password_hash(password: str) -> str:
    return hash_password(password)


@cache
def _signing_key() -> bytes:
    """Making an RSA key takes a third of a second, so the tests share one."""
    with tempfile.TemporaryDirectory() as folder:
        load_key(Path(folder))
        return (Path(folder) / KEY_FILE).read_bytes()


def realm(backchannel: str | None = None) -> Realm:
    person = User(
        id=UUID(int=1),
        username="a.weber",
        name="Anna Weber",
        roles=["sachbearbeitung"],
        groups=["/behoerden/mhb", "/behoerden/mhb/referat-1"],
        password_hash=_password_hash("richtig-geheim"),
        shown_password="richtig-geheim",
    )
    web = Client(
        client_id="genius-web",
        secret_hash=hash_secret("web-secret"),
        redirect_uris=(CALLBACK,),
        post_logout_redirect_uris=(AFTER,),
        backchannel_logout_uri=backchannel,
    )
    account = ServiceAccount(
        id=UUID(int=2), roles=["fachverfahren"], groups=["/behoerden/mhb"], scopes=["search", "modules.run"]
    )
    app = Client(client_id="mhb-app", secret_hash=hash_secret("app-secret"), service_account=account)
    return Realm(users=[person], clients=[web, app], local_secret_hash=fingerprint("local-secret"))


def write_realm(folder: Path, value: Realm) -> None:
    (folder / "realm.json").write_bytes(orjson.dumps(value.model_dump(mode="json")))
    if not (folder / KEY_FILE).exists():
        write_private(folder / KEY_FILE, _signing_key())


def provider_client(folder: Path) -> httpx.AsyncClient:
    settings = Settings(profile="local", tenant="test", port=18084, state_dir=folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(settings)), base_url=BASE)


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    write_realm(tmp_path, realm())
    async with provider_client(tmp_path) as client:
        yield client


def query(**changes: str | None) -> dict[str, str]:
    """Parameters of a correct authorisation request, changed as given (None leaves one out)."""
    values: dict[str, str | None] = {
        "client_id": "genius-web",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid profile",
        "state": "zustand",
        "nonce": "einmal",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def answer(response: httpx.Response) -> dict[str, str]:
    """The parameters that a redirect to the client carries."""
    assert response.status_code == 303
    location = response.headers["location"]
    assert location.startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def log_in(provider: httpx.AsyncClient, password: str = "richtig-geheim", **changes: str) -> httpx.Response:
    page = await provider.get(f"{PROTOCOL}/auth", params=query(**changes))
    ticket = page.text.split('name="ticket" value="')[1].split('"')[0]
    form = {"ticket": ticket, "username": "a.weber", "password": password}
    return await provider.post(f"{ISSUER}/login", data=form)


async def exchange(provider: httpx.AsyncClient, code: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "genius-web",
        "client_secret": "web-secret",
    }
    return await provider.post(f"{PROTOCOL}/token", data={**form, **changes})


async def tokens(provider: httpx.AsyncClient) -> dict[str, str]:
    code = answer(await log_in(provider))["code"]
    response = await exchange(provider, code)
    assert response.status_code == 200
    found: dict[str, str] = response.json()
    return found
