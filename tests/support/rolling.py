# SPDX-License-Identifier: EUPL-1.2
"""Routers and model servers as processes that are restarted one after the other, and many streams through them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson

from genius_common.errors import PlatformError
from genius_common.upstream.client import UpstreamClient
from tests.support.inference import Keys, message
from tests.support.ports import free_port

DRAIN_S = 60


@dataclass
class Process:
    """A program on a port of its own, which it keeps over restarts."""

    command: list[str]
    environment: dict[str, str]
    ready_path: str
    folder: Path
    port: int = field(default_factory=free_port)
    running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.running = self._run()
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(600):
                assert self.running.poll() is None, (self.folder / f"{self.port}.log").read_text()
                if await status_of(client, self.url + self.ready_path) == 200:
                    return
                await asyncio.sleep(0.1)
        raise AssertionError("not ready")

    def _run(self) -> subprocess.Popen[bytes]:
        command = [part.format(port=self.port) for part in self.command]
        environment = {**os.environ, **{k: v.format(port=self.port) for k, v in self.environment.items()}}
        with (self.folder / f"{self.port}.log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def tell_to_end(self) -> None:
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)

    async def ended(self) -> None:
        """By itself, in time: with 0, or with the signal that it was sent, which uvicorn raises again at its end."""
        assert self.running is not None
        assert await asyncio.to_thread(self.running.wait, DRAIN_S + 30) in {0, -signal.SIGTERM}

    def kill(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.kill()
            self.running.wait()


async def status_of(client: httpx.AsyncClient, url: str) -> int:
    """0 where nobody listens."""
    try:
        return (await client.get(url)).status_code
    except httpx.TransportError:
        return 0


def model_server(folder: Path) -> Process:
    command = [sys.executable, "-m", "genius_inference.testing", "--port", "{port}", "--drain-s", str(DRAIN_S)]
    return Process(command, {}, "/v1/models", folder)


def router(folder: Path, keys: Keys, upstream: str) -> Process:
    settings = {
        "PROFILE": "local", "TENANT": "test", "PORT": "{port}", "JWKS_URL": keys.jwks_url,
        "UPSTREAM__URL": upstream, "UPSTREAM__MODEL": "echo", "UPSTREAM__SLOTS": "1000",
        "QUEUE__IN_FLIGHT_PER_AUTHORITY": "2000",
        "DRAIN__NOTICE_S": "1.5", "DRAIN__OPEN_S": str(DRAIN_S),
    }  # fmt: skip
    environment = {f"GENIUS_INFERENCE_{name}": value for name, value in settings.items()}
    return Process([sys.executable, "-m", "genius_inference"], environment, "/health/ready", folder)


class Streams:
    """`count` streams at any time, each by a router of `endpoints`, as a service in front would choose it.

    `broken`: what did not end with all its text and `[DONE]`, and why. `endpoints` is changed by the test.
    """

    def __init__(self, count: int, endpoints: list[Process], keys: Keys, words: int, delay_s: float) -> None:
        self.endpoints = endpoints
        self.open = self.finished = 0
        self.broken: list[str] = []
        self._text = " ".join([*(f"w{number}" for number in range(words)), f"[[delay_s={delay_s}]]"])
        self._body = orjson.dumps(message(self._text, stream=True))
        self._keys = keys
        self._clients = {process.url: UpstreamClient(process.url) for process in endpoints}
        self._going = True
        self._begun = time.monotonic()
        self._tasks = [asyncio.create_task(self._one_after_another(number)) for number in range(count)]

    async def end(self) -> None:
        """Let the open ones finish."""
        self._going = False
        await asyncio.gather(*self._tasks)
        for client in self._clients.values():
            client.close()

    async def _one_after_another(self, number: int) -> None:
        await asyncio.sleep(number * 0.01)
        while self._going:
            number += 1
            process = self.endpoints[number % len(self.endpoints)]
            self.open += 1
            fault = await self._stream(self._clients[process.url])
            self.open -= 1
            self.finished += 1
            if fault:
                self.broken.append(f"{time.monotonic() - self._begun:.1f} s, {process.port}: {fault}")
                await asyncio.sleep(0.5)

    async def _stream(self, client: UpstreamClient) -> str:
        """What was wrong with it, empty where nothing was."""
        head = b"authorization: Bearer %s\r\n" % self._keys.token().encode()
        received = b""
        try:
            path = "/v1/chat/completions"
            exchange = await client.request("POST", path, body=self._body, headers=head, silence_s=30)
            try:
                while data := await exchange.body():
                    received += data
            finally:
                exchange.close()
        except PlatformError as error:
            return f"{error.code} after {len(received)} bytes"
        if exchange.status != 200 or not received.endswith(b"data: [DONE]\n\n"):
            return f"{exchange.status} {received[-300:]!r}"
        return "" if self._written(received) == self._text else "text is missing"

    @staticmethod
    def _written(received: bytes) -> str:
        events = [event.removeprefix(b"data: ") for event in received.split(b"\n\n")[:-2]]
        return "".join(orjson.loads(event)["choices"][0]["delta"].get("content", "") for event in events).strip()
