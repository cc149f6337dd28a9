# SPDX-License-Identifier: EUPL-1.2
"""A Qdrant server for tests that need one, and the minter in front of it (a real one, on loopback)."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from genius_common.http import create_session
from genius_retrieval.app import create_worker
from genius_retrieval.index.server import ServerIndex
from genius_retrieval.index.server_tokens import Minter
from genius_retrieval.minter.app import create_app
from genius_retrieval.minter.settings import Settings
from genius_retrieval.settings import Settings as RetrievalSettings
from tests.support.gateway import serving
from tests.support.ports import free_port

URL = os.environ.get("QDRANT_URL", "")
API_KEY = os.environ.get("QDRANT_API_KEY", "")
needs_server = pytest.mark.skipif(
    not (URL and API_KEY),
    reason="no Qdrant server: runs with QDRANT_URL and QDRANT_API_KEY set (docs/howto/use-a-qdrant-server.md)",
)


@dataclass(frozen=True)
class MinterAt:
    """A running minter and what the retrieval service knows of it."""

    url: str
    qdrant_url: str
    secret_file: Path

    @property
    def secret(self) -> str:
        return self.secret_file.read_text()

    def environment(self) -> dict[str, str]:
        """Settings of retrieval without their prefix."""
        return {
            "QDRANT__URL": self.qdrant_url,
            "QDRANT__MINTER_URL": self.url,
            "QDRANT__MINTER_SECRET_FILE": str(self.secret_file),
        }


@asynccontextmanager
async def minting(folder: Path, url: str = URL, api_key: str = API_KEY) -> AsyncIterator[MinterAt]:
    """A minter for the server at `url`; its secrets lie in `folder`."""
    key_file, secret_file, port = folder / "api-key", folder / "minter-secret", free_port()
    key_file.write_text(api_key)
    secret_file.write_text(secrets.token_hex(32))
    settings = Settings(
        profile="local", tenant="test", port=port, qdrant_url=url, api_key_file=key_file, caller_secret_file=secret_file
    )
    async with serving(create_app(settings), port, "on"):
        yield MinterAt(f"http://127.0.0.1:{port}", url, secret_file)


@asynccontextmanager
async def server_index(minter: MinterAt) -> AsyncIterator[ServerIndex]:
    async with create_session() as session:
        index = ServerIndex(minter.qdrant_url, Minter(session, minter.url, minter.secret))
        try:
            yield index
        finally:
            await index.close()


@asynccontextmanager
async def working(retrieval: RetrievalSettings) -> AsyncIterator[str]:
    """The worker beside a retrieval service on a server; yields its address."""
    settings = retrieval.model_copy(update={"port": free_port()})
    async with serving(create_worker(settings), settings.port, "on"):
        yield f"http://127.0.0.1:{settings.port}"
