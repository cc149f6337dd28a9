# SPDX-License-Identifier: EUPL-1.2
"""Asks the model servers in the background: for their models, and vLLM for its load."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from genius_common.errors import PlatformError
from genius_common.upstream.client import UpstreamClient
from genius_inference.replicas.replica import Replica
from genius_inference.replicas.report import Report, parse

MAX_LIST_BYTES = 1_000_000
MAX_REPORT_BYTES = 4_000_000
SILENCE_S = 5.0


async def list_of_models(replica: Replica) -> list[dict[str, Any]] | None:
    """The items of `/v1/models`; None where the server does not answer, or with something else."""
    try:
        exchange = await replica.client.request("GET", "/models", silence_s=SILENCE_S)
        try:
            found = orjson.loads(await exchange.read(MAX_LIST_BYTES)) if exchange.status == 200 else None
        finally:
            exchange.close()
        items = found["data"] if found else None
    except (PlatformError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return items if isinstance(items, list) and all(isinstance(item, dict) for item in items) else None


class Reports:
    """Reads `/metrics` of the servers that are vLLM. A server that does not tell counts as idle."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._clients: dict[Replica, UpstreamClient] = {}

    async def keep_fresh(self, replicas: Sequence[Replica]) -> None:
        """For ever."""
        while True:
            await asyncio.gather(*(self._read(replica) for replica in replicas if replica.vllm))
            await asyncio.sleep(self._every_s)

    async def _read(self, replica: Replica) -> None:
        client = self._clients.get(replica)
        if client is None:
            parts = urlsplit(replica.url)
            client = self._clients[replica] = UpstreamClient(urlunsplit((parts.scheme, parts.netloc, "", "", "")))
        try:
            exchange = await client.request("GET", "/metrics", silence_s=SILENCE_S)
            try:
                text = await exchange.read(MAX_REPORT_BYTES) if exchange.status == 200 else b""
            finally:
                exchange.close()
            replica.report = parse(text)
        except PlatformError:
            replica.report = Report()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
