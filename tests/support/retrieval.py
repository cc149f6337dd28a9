# SPDX-License-Identifier: EUPL-1.2
"""A real retrieval service: its own process, database, data folder and a loopback JWKS, and tokens for it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from genius_common.principal import Principal, ProtectionClass
from genius_common.tokens import TokenSigner
from genius_retrieval.migrate import migrate
from genius_retrieval.settings import Settings
from tests.support.gateway_keys import key_server
from tests.support.http import TRUSTS_NOBODY, Client
from tests.support.ports import free_port
from tests.support.postgres import TestPostgres
from tests.support.warm import Warm, WarmProcess

TENANT = "test"
EMBEDDINGS_SECRET = "s" * 40
"""For it the stand-in of the gateway gives tokens to ask inference for embeddings."""
ALL_SCOPES = frozenset(
    {"search", "documents.read", "documents.write", "files.read", "files.write", "knowledge-bases.manage", "import"}
)


def principal(authority: UUID | None, **changes: Any) -> Principal:
    values: dict[str, Any] = {
        "subject": uuid4(),
        "tenant": TENANT,
        "authority": authority,
        "scopes": ALL_SCOPES,
        "use": "search",
        "classification": ProtectionClass.SOZIALDATEN,
    }
    return Principal(**{**values, **changes})


@dataclass
class RetrievalService:
    """Start with `start()`, kill with `kill()`; the data outlives both."""

    data_dir: Path
    owner_url: str
    app_url: str
    jwks_url: str
    signer: TokenSigner
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | WarmProcess | None = None
    program: tuple[str, ...] = ("genius_retrieval",)
    warm: Warm | None = None
    """Starts it where it is killed often: its imports take most of a start."""

    def environment(self) -> dict[str, str]:
        prefix = "GENIUS_RETRIEVAL_"
        kek = self.data_dir / "kek"
        if not kek.exists():
            kek.write_text(secrets.token_hex(32), encoding="ascii")
        values = {
            "PROFILE": "local",
            "TENANT": TENANT,
            "PORT": str(self.port),
            "LOG_LEVEL": "info",
            "DATABASE__URL": self.app_url,
            "DATABASE__MIGRATION_URL": self.owner_url,
            "DATA_DIR": str(self.data_dir / "data"),
            "KEK_FILE": str(kek),
            "JWKS_URL": self.jwks_url,
            **self.extra,
        }
        return {prefix + name: value for name, value in values.items()}

    def settings(self) -> Settings:
        prefix = "GENIUS_RETRIEVAL_"
        values: dict[str, Any] = {}
        for name, value in self.environment().items():
            *path, last = name.removeprefix(prefix).lower().split("__")
            node = values
            for part in path:
                node = node.setdefault(part, {})
            node[last] = value
        return Settings(**values)

    def migrate(self) -> None:
        migrate(self.settings().database)

    def start(self) -> RetrievalService:
        """Launch it and wait until it is ready."""
        self.launch()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5, verify=TRUSTS_NOBODY).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"retrieval is not ready:\n{self.log()[-4000:]}")

    def launch(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GENIUS_")}
        environment, log = {**kept, **self.environment()}, self.data_dir / "service.log"
        if self.warm:
            self.process = self.warm.start(self.program, environment, log)
            return
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.program],
            env=environment,
            stdout=log.open("ab"),
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        return (self.data_dir / "service.log").read_text(errors="replace")

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def client(self, who: Principal) -> httpx.Client:
        token = self.signer.sign(who, audience=["retrieval"])
        return Client(base_url=self.url, headers={"authorization": f"Bearer {token}"}, timeout=60)


@dataclass
class Office:
    """An authority with one knowledge base, and clients for its people."""

    service: RetrievalService
    authority: UUID | None = field(default_factory=uuid4)
    knowledge_base: UUID = field(default_factory=uuid4)
    protection_class: str = "intern"

    def who(self, **changes: Any) -> Principal:
        own = frozenset({self.knowledge_base})
        base = principal(self.authority, knowledge_bases=own, writable_knowledge_bases=own)
        return replace(base, **changes)

    def client(self, **changes: Any) -> httpx.Client:
        return self.service.client(self.who(**changes))

    def set_up(self) -> Office:
        with self.client() as client:
            body = {"authority": str(self.authority) if self.authority else None}
            answer = client.put(
                f"/knowledge-bases/{self.knowledge_base}", json=body | {"protection_class": self.protection_class}
            )
            assert answer.status_code == 204, answer.text
        return self

    @property
    def documents(self) -> str:
        return f"/knowledge-bases/{self.knowledge_base}/documents"


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is room: a new shard waits a dozen times for the disk, which tests don't need."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
    with tempfile.TemporaryDirectory(prefix="genius-retrieval-", dir=memory if roomy else None) as folder:
        yield Path(folder)


@contextmanager
def running_service(
    postgres: TestPostgres, folder: Path, *, start: bool = True, **extra: str
) -> Iterator[RetrievalService]:
    """A migrated and started service on a database of its own."""
    owner, app = postgres.create_database("retrieval")
    with key_server() as keys:
        keys.embeddings_secret = EMBEDDINGS_SECRET
        service = RetrievalService(folder, owner, app, keys.jwks_url, keys.signer, extra)
        service.migrate()
        try:
            yield service.start() if start else service
        finally:
            service.stop()


def upload(client: httpx.Client, path: str, name: str, content: bytes, **params: str) -> dict[str, Any]:
    answer = client.post(
        path, params={"name": name, **params}, content=content, headers={"content-type": "application/octet-stream"}
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def wait_for(client: httpx.Client, path: str, seconds: float = 30) -> dict[str, Any]:
    """Poll a document or file until it is ready or failed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        if state["state"] in {"ready", "failed"}:
            return state
        time.sleep(0.03)
    raise AssertionError(f"still {state['state']} after {seconds} s")
