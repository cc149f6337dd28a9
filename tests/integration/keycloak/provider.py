# SPDX-License-Identifier: EUPL-1.2
"""A provider with the real gateway before it: the development one, or a Keycloak whose realm `apply` made."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
from pydantic import SecretStr

from genius_gateway.app import create_app
from genius_gateway.authorities.repository import AuthorityFile, AuthorityRepository
from genius_gateway.migrate import upgrade
from genius_gateway.settings import FollowSettings, Settings
from genius_stack.identity.app import create_app as create_provider
from genius_stack.identity.settings import Settings as ProviderSettings
from genius_stack.keycloak import steps
from genius_stack.keycloak.admin import RealmAdmin
from genius_stack.keycloak.files import ApplicationFile, read_authorities
from genius_stack.keycloak.people import create_sample_people
from genius_stack.keycloak.wanted import FOLLOWER, Wanted
from genius_stack.samples import people
from genius_stack.secrets import StackSecrets
from tests.support.gateway import gateway_settings, serving
from tests.support.keycloak import KeycloakServer, LoginPage
from tests.support.ports import free_port
from tests.support.postgres import TestPostgres

WEB = people.WEB_CLIENT
APPLICATIONS = ApplicationFile.model_validate(
    {
        "applications": [
            {
                "client_id": "mhb-fachverfahren",
                "authority": "mhb",
                "scopes": ["search", "modules.run"],
                "on_behalf_of": True,
            },
            {"client_id": "musterstadt-fachverfahren", "authority": "musterstadt", "scopes": ["search"]},
        ]
    }
)


@dataclass
class Provider:
    """`url` is the gateway's, `admin` is there for a Keycloak only."""

    name: str
    issuer: str
    url: str
    passwords: dict[str, str]
    secrets: dict[str, str]
    admin: RealmAdmin | None = None

    @property
    def callback(self) -> str:
        return f"{self.url}/auth/callback"

    @property
    def protocol(self) -> str:
        return f"{self.issuer}/protocol/openid-connect"

    def gateway(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30)

    async def token(self, client_id: str, **form: str) -> httpx.Response:
        """The token endpoint, asked by a client with its secret (none for a public one)."""
        secret = {"client_secret": self.secrets[client_id]} if client_id in self.secrets else {}
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.post(f"{self.protocol}/token", data={"client_id": client_id, **secret, **form})

    async def application_token(self, client_id: str) -> str:
        answer = await self.token(client_id, grant_type="client_credentials")
        return str(answer.raise_for_status().json()["access_token"])

    async def log_in(self, browser: httpx.AsyncClient, username: str) -> tuple[httpx.Response, LoginPage]:
        """The whole login in `browser`; the callback's answer and the person's window at the provider."""
        begin = await browser.get("/auth/login")
        page = LoginPage()
        form = await page.open(begin.headers["location"])
        answer = await page.submit(form, username=username, password=self.passwords[username])
        assert answer.status_code in {302, 303}, answer.text[-1500:]
        return await browser.get(answer.headers["location"]), page

    async def person_tokens(self, username: str, client_id: str = WEB, callback: str | None = None) -> dict[str, Any]:
        """The tokens of a code flow, as a client gets them."""
        code, verifier = await self.code(username, client_id, callback)
        answer = await self.exchange(code, verifier, client_id, callback)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def code(self, username: str, client_id: str = WEB, callback: str | None = None) -> tuple[str, str]:
        """A fresh code and its verifier."""
        request, verifier = authorization(client_id, callback or self.callback)
        page = LoginPage()
        form = await page.open(f"{self.protocol}/auth?{httpx.QueryParams(request)}")
        answer = await page.submit(form, username=username, password=self.passwords[username])
        await page.close()
        assert answer.status_code in {302, 303}, answer.text[-1500:]
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0], verifier

    async def exchange(
        self, code: str, verifier: str, client_id: str = WEB, callback: str | None = None
    ) -> httpx.Response:
        uri = callback or self.callback
        return await self.token(
            client_id, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=uri
        )


def authorization(client_id: str, redirect_uri: str, **changes: str | None) -> tuple[dict[str, str], str]:
    """Parameters of a correct request (changed as given, None leaves one out) and the verifier."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    values: dict[str, str | None] = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "openid profile",
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}, verifier


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    found: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


@contextlib.asynccontextmanager
async def development(folder: Path, server: TestPostgres) -> AsyncIterator[Provider]:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}/realms/genius"
    stack = StackSecrets()
    settings = await _settings(folder, server, issuer, stack.web_client)
    realm = people.build_realm(stack, [settings.public_url])
    (folder / "realm.json").write_bytes(orjson.dumps(realm.model_dump(mode="json")))
    provider = create_provider(ProviderSettings(profile="local", tenant="test", port=port, state_dir=folder))
    async with serving(provider, port), _gateway(settings):
        known = {WEB: stack.web_client, **stack.applications}
        yield Provider("development", issuer, settings.public_url, stack.logins, known)


@contextlib.asynccontextmanager
async def keycloak(folder: Path, server: TestPostgres, running: KeycloakServer) -> AsyncIterator[Provider]:
    realm = "land"
    issuer = running.issuer(realm)
    settings = await _settings(folder, server, issuer, "made by Keycloak")
    admin = running.admin(realm)
    wanted = Wanted.of(realm, settings.public_url, read_authorities("beispiel"), APPLICATIONS)
    await asyncio.to_thread(steps.apply, admin, wanted)
    passwords = await asyncio.to_thread(create_sample_people, admin, wanted)
    known = {client: await asyncio.to_thread(admin.secret_of, client) for client in wanted.clients}
    follow = FollowSettings(client_id=FOLLOWER, client_secret=SecretStr(known[FOLLOWER]), every_s=1)
    oidc = settings.oidc.model_copy(update={"client_secret": SecretStr(known[WEB]), "follow": follow})
    settings = settings.model_copy(update={"oidc": oidc})
    async with _gateway(settings):
        yield Provider("keycloak", issuer, settings.public_url, passwords, known, admin)


async def _settings(folder: Path, server: TestPostgres, issuer: str, secret: str) -> Settings:
    owner_url, app_url = server.create_database("gateway")
    await asyncio.to_thread(upgrade, owner_url)
    return gateway_settings(folder, app_url, issuer, secret, free_port())


@contextlib.asynccontextmanager
async def _gateway(settings: Settings) -> AsyncIterator[None]:
    app = create_app(settings)
    async with serving(app, settings.port, "on"):
        wanted = AuthorityFile.model_validate(read_authorities("beispiel").model_dump(mode="json"))
        await AuthorityRepository(app.api.state.gateway.database).apply(wanted)
        yield
