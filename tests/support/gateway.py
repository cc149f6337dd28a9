# SPDX-License-Identifier: EUPL-1.2
"""The real gateway on loopback with real PostgreSQL, the real development identity provider and real retrieval.

All of it lives for the session; people and applications are the stack's samples of two authorities.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from genius_common.audit.keys import private_key
from genius_common.settings import Profile
from genius_common.tokens import TokenSigner
from genius_gateway.app import Application, create_app
from genius_gateway.authorities.repository import AuthorityFile, AuthorityRepository
from genius_gateway.migrate import upgrade
from genius_gateway.settings import Settings
from genius_gateway.tokens.minter import read_signing_key
from genius_stack.identity.app import create_app as create_provider
from genius_stack.identity.settings import Settings as ProviderSettings
from genius_stack.samples import people
from genius_stack.secrets import StackSecrets
from tests.support.http import AsyncClient
from tests.support.ports import free_port
from tests.support.postgres import TestPostgres
from tests.support.retrieval import RetrievalService

CSRF = {"x-csrf": "1", "sec-fetch-site": "same-origin"}


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: Any, port: int, lifespan: str = "off") -> AsyncIterator[None]:
    """`app` on a loopback port in this event loop."""
    config = uvicorn.Config(
        app, port=port, lifespan=lifespan, log_config=None, ws="none", timeout_graceful_shutdown=1, proxy_headers=False
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            raise AssertionError("the server did not start")
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@dataclass
class Gateway:
    """A running gateway. `token` gives bearer tokens of sample people and applications."""

    app: Application
    settings: Settings
    issuer: str
    secrets: StackSecrets
    owner_url: str
    app_url: str
    realm_dir: Path
    retrieval: RetrievalService
    superuser_url: str
    retrieval_superuser_url: str
    _tokens: dict[str, str] = field(default_factory=dict)
    _fetched_at: float = 0.0

    @property
    def url(self) -> str:
        return self.settings.public_url

    @property
    def internal_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.internal_port}"

    @property
    def state(self) -> Any:
        return self.app.api.state.gateway

    async def token(self, name: str) -> str:
        """A bearer token of a sample login, or of an application, younger than whatever was revoked last."""
        await self.state.revocations._look()  # the notice of what was just committed may still be on its way
        revoked_at = max(self.state.revocations._at.values(), default=0.0)
        if revoked_at > self._fetched_at:
            self._tokens.clear()
            await asyncio.sleep(max(0.0, int(revoked_at) + 1 - time.time()))  # `iat` counts whole seconds
            self._fetched_at = time.time()
        if name not in self._tokens:
            everybody = people.people_of(samples=True, tax_secrecy=True)
            kind = "login" if name in {person.username for person in everybody} else "application"
            async with AsyncClient() as client:
                response = await client.post(
                    f"{self.issuer.split('/realms/')[0]}/local/token",
                    json={kind: name},
                    headers={"authorization": f"Bearer {self.secrets.local_token}"},
                )
            self._tokens[name] = response.raise_for_status().json()["access_token"]
        return self._tokens[name]

    async def client(self, name: str) -> httpx.AsyncClient:
        """A client with that token."""
        headers = {"authorization": f"Bearer {await self.token(name)}"}
        return AsyncClient(base_url=self.url, headers=headers, timeout=30)

    @contextlib.contextmanager
    def without_retrieval(self) -> Iterator[None]:
        """Nobody listens at retrieval's address, as when it has died; a start of it takes seconds."""
        client = self.state.retrieval
        there = client._base
        client._base = f"http://127.0.0.1:{free_port()}"
        try:
            yield
        finally:
            client._base = there

    def browser(self) -> httpx.AsyncClient:
        """A client with cookies and no credentials yet."""
        return AsyncClient(base_url=self.url, timeout=30)


def write_keys(folder: Path) -> tuple[Path, Path]:
    kek = folder / "kek"
    kek.write_text(secrets.token_hex(32), encoding="ascii")
    return kek, ed25519_file(folder / "signing-key.pem")


def ed25519_file(path: Path) -> Path:
    """A new private key in PEM form, as operators make it."""
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def witness_keys(folder: Path) -> Path:
    """The public half of a new `witness-key.pem` beside it, as a data protection officer would hand it over."""
    private = private_key(ed25519_file(folder / "witness-key.pem").read_bytes())
    path = folder / "witness-keys.pem"
    path.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def gateway_settings(
    folder: Path, app_url: str, issuer: str, client_secret: str, retrieval: int, **values: Any
) -> Settings:
    kek, signing = write_keys(folder)
    embeddings = folder / "embeddings-secret"
    embeddings.write_text(secrets.token_hex(32), encoding="ascii")
    port = free_port()
    return Settings.model_validate(
        {
            "profile": "local",
            "tenant": "test",
            "port": port,
            "internal_port": free_port(),
            "public_url": f"http://127.0.0.1:{port}",
            "oidc": {"issuer": issuer, "client_id": people.WEB_CLIENT, "client_secret": client_secret},
            "database": {"url": app_url},
            "kek_file": kek,
            "signing_key_file": signing,
            "embeddings_secret_file": embeddings,
            "audit": {"key_file": ed25519_file(folder / "audit-key.pem"), "witness_keys_file": witness_keys(folder)},
            "inference_url": f"http://127.0.0.1:{free_port()}",
            "retrieval_url": f"http://127.0.0.1:{retrieval}",
            "modules_url": f"http://127.0.0.1:{free_port()}",
            "module_register_file": folder / "modules.json",
            **values,
        }
    )


@contextlib.asynccontextmanager
async def running_gateway(
    folder: Path,
    server: TestPostgres,
    *,
    profile: Profile = "local",
    tenant: str = "test",
    own_retrieval: bool = True,
    **values: Any,
) -> AsyncIterator[Gateway]:
    """Everything started and the sample authorities applied; `values` are further settings of the gateway.

    Without `own_retrieval` the caller starts retrieval itself.
    """
    owner_url, app_url = server.create_database("gateway")
    await asyncio.to_thread(upgrade, owner_url)
    stack_secrets = StackSecrets()
    provider_port = free_port()
    issuer = f"http://127.0.0.1:{provider_port}/realms/genius"
    retrieval_port = free_port()
    values |= {"profile": profile, "tenant": tenant}
    settings = gateway_settings(folder, app_url, issuer, stack_secrets.web_client, retrieval_port, **values)
    realm = people.build_realm(stack_secrets, [settings.public_url], tax_secrecy=settings.tax_secrecy)
    realm_dir = folder / "identity"
    realm_dir.mkdir()
    (realm_dir / "realm.json").write_bytes(orjson.dumps(realm.model_dump(mode="json")))
    provider = create_provider(
        ProviderSettings(profile="local", tenant=tenant, port=provider_port, state_dir=realm_dir)
    )
    retrieval_dir = folder / "retrieval"
    retrieval_dir.mkdir()
    retrieval_owner, retrieval_app = server.create_database("retrieval")
    retrieval = RetrievalService(
        data_dir=retrieval_dir,
        owner_url=retrieval_owner,
        app_url=retrieval_app,
        jwks_url=f"http://127.0.0.1:{settings.internal_port}/.well-known/jwks.json",
        signer=TokenSigner(read_signing_key(settings.signing_key_file)),
        port=retrieval_port,
        extra={"PROFILE": profile, "TENANT": tenant},
    )
    await asyncio.to_thread(retrieval.migrate)
    app = create_app(settings)
    superuser = (server.superuser_url(app_url), server.superuser_url(retrieval_app))
    gateway = Gateway(app, settings, issuer, stack_secrets, owner_url, app_url, realm_dir, retrieval, *superuser)
    async with (
        serving(provider, provider_port),
        serving(app, settings.port, "on"),
        serving(app.internal, settings.internal_port or 0),
    ):
        if own_retrieval:
            await asyncio.to_thread(retrieval.start)
        try:
            wanted = AuthorityFile.model_validate_json(people.authority_file())
            await AuthorityRepository(gateway.state.database).apply(wanted)
            yield gateway
        finally:
            await asyncio.to_thread(retrieval.kill)


async def provider_login(gateway: Gateway, location: str, username: str) -> str:
    """Do what a person does at the provider's login page; returns the address that it sends the browser to."""
    async with AsyncClient() as client:
        page = await client.get(location)
        ticket = page.text.split('name="ticket" value="')[1].split('"')[0]
        form = {"ticket": ticket, "username": username, "password": gateway.secrets.login(username)}
        answer = await client.post(f"{gateway.issuer}/login", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def log_in(gateway: Gateway, client: httpx.AsyncClient, username: str, next_path: str = "/") -> httpx.Response:
    """The whole login in `client`; returns the callback's answer."""
    begin = await client.get("/auth/login", params={"next": next_path})
    assert begin.status_code == 303, begin.text
    back = await provider_login(gateway, begin.headers["location"], username)
    return await client.get(back)
