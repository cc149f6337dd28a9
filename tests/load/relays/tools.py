# SPDX-License-Identifier: EUPL-1.2
"""The compiled tools: a model server that is scripted over HTTP, and a load generator that counts each token."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import httpx

from tests.load.relays.processes import TOOL_CORE, printed_port, running

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / ".genius/bench/bin"
OUTCOMES = ("complete", "typed_error", "status", "broken_off", "silent_cut", "false_done", "timeout", "refused")
"""How a request may end, as the generator counts it."""


def tool(name: str) -> str:
    """The path of a compiled tool; built, or built again, where its source is younger."""
    done = subprocess.run(["make", "-s", "bench-tools"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.strip())
    return str(FOLDER / name)


@dataclass
class Upstream:
    """A model server at `url` (without /v1)."""

    url: str

    def script(self, words: str) -> None:
        """Change what it does, e.g. `fault=cut at=3 tick_us=5000`."""
        httpx.put(f"{self.url}/__script", content=words, trust_env=False).raise_for_status()

    def stats(self) -> dict[str, int]:
        found: dict[str, int] = httpx.get(f"{self.url}/__stats", trust_env=False).raise_for_status().json()
        return found


@contextmanager
def upstream(*words: str) -> Iterator[Upstream]:
    """The model server `native/upstream.c`, with the words of its script as arguments."""
    with running([tool("upstream"), f"core={TOOL_CORE}", *words]) as process:
        yield Upstream(f"http://127.0.0.1:{printed_port(process)}")


@dataclass(frozen=True)
class Group:
    """Requests of one kind: `rate` a second, or as answers come (0); `requests` 0: until the seconds are over."""

    name: str
    request: bytes
    tokens: int
    connections: int = 1
    requests: int = 0
    rate: float = 0


def load(
    url: str, *groups: Group, seconds: int = 0, timeout_s: float = 60, settle_s: float = 0, from_s: float = 0
) -> dict[str, Any]:
    """Send the groups' requests to the server at `url` and return what the generator counted, groups by name.

    `settle_s`: open all connections first and wait, where taking them is no part of the question. `from_s`: count
    times to the first token and `tokens_in_time` only from so many seconds after the start.
    """
    files = []
    words = [
        f"port={url.rpartition(':')[2]}",
        f"core={TOOL_CORE}",
        f"seconds={seconds}",
        f"timeout_ms={timeout_s * 1000:.0f}",
        f"settle_ms={settle_s * 1000:.0f}",
        f"from_ms={from_s * 1000:.0f}",
    ]
    try:
        for group in groups:
            file = NamedTemporaryFile(prefix="genius-load-")  # noqa: SIM115
            files.append(file)
            file.write(group.request)
            file.flush()
            count = f"{group.connections},{group.rate * 1000:.0f},{group.requests},{group.tokens}"
            words.append(f"{group.name},{count},{file.name}")
        done = subprocess.run([tool("load"), *words], stdout=subprocess.PIPE, text=True, check=True)
    finally:
        for file in files:
            file.close()
    found: dict[str, Any] = json.loads(done.stdout)
    found["groups"] = {group["name"]: group for group in found["groups"]}
    return found


def chat(token: str) -> bytes:
    """A run of the module chat with its event stream, as the web UI starts it."""
    body = json.dumps({"input": {"message": "Wie lange wird Wohngeld bewilligt?"}}).encode()
    return (
        f"POST /api/v1/modules/chat/runs HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"accept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


def completion(
    token: str, tokens: int, *, content: str = "Wie lange wird Wohngeld bewilligt?", stream: bool = True
) -> bytes:
    """A chat completion as bytes on the wire."""
    messages = [{"role": "user", "content": content}]
    body = json.dumps({"model": "fast", "messages": messages, "stream": stream, "max_tokens": tokens}).encode()
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body
