# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_relay`: CPU-µs per request and per relayed chunk, beside a naive peer.

Measured are inference alone, and gateway and inference together with sign-in, policy, quota and audit; PostgreSQL's own
CPU stands beside. CPU is utime + stime of the processes, which repeats within 10-20 % where requests per second do not.
Two runs with few and many chunks a stream give the two costs. The last line of stdout is one JSON object, also written
to `.genius/bench/relay.json`.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvloop

from tests.load.gateway_stand import stand
from tests.support.inference import TENANT, jwks_server
from tests.support.ports import free_port

FEW, MANY = 2, 60
TAIL_CHUNKS = 1  # finish, usage and [DONE] come in one read
TICKS = os.sysconf("SC_CLK_TCK")
OUTPUT = Path(".genius/bench/relay.json")


@dataclass
class Relay:
    name: str
    url: str
    pids: tuple[int, ...]
    token: str = "x"
    database_pid: int | None = None

    def cpu_s(self) -> float:
        return sum(cpu_s(pid) for pid in self.pids)

    def database_cpu_s(self) -> float:
        """PostgreSQL's processes, those that ended meanwhile included."""
        if self.database_pid is None:
            return 0.0
        children = Path(f"/proc/{self.database_pid}/task/{self.database_pid}/children").read_text().split()
        return cpu_s(self.database_pid, waited=True) + sum(cpu_s(int(pid)) for pid in children)

    def memory_mb(self) -> float:
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids)
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_s(pid: int, *, waited: bool = False) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11 : 15 if waited else 13]) / TICKS


@contextmanager
def program(*arguments: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def printed_port(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def inference(stack: ExitStack, upstream: str) -> Relay:
    keys = stack.enter_context(jwks_server())
    port = free_port()
    values = {
        "PROFILE": "local",
        "TENANT": TENANT,
        "PORT": str(port),
        "JWKS_URL": keys.jwks_url,
        "UPSTREAM__URL": upstream,
    }
    environment = {f"GENIUS_INFERENCE_{name}": value for name, value in values.items()}
    process = stack.enter_context(program("genius_inference", environment=environment))
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            if httpx.get(f"{url}/health/ready", trust_env=False).json()["status"] == "ok":
                break
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    return Relay("genius-inference", url, (process.pid,), keys.token())


def naive(stack: ExitStack, upstream: str) -> Relay:
    process = stack.enter_context(program("tests.load.naive_relay", upstream))
    return Relay("fastapi-httpx", f"http://127.0.0.1:{printed_port(process)}", (process.pid,))


def gateway(stack: ExitStack, upstream: str) -> Relay:
    running = stack.enter_context(stand(program, upstream))
    return Relay("genius-gateway+inference", running.url, running.pids, running.token, running.database_pid)


def request(relay: Relay, tokens: int) -> bytes:
    messages = [{"role": "user", "content": "Wie lange wird Wohngeld in der Regel bewilligt?"}]
    body = json.dumps({"model": "fast", "messages": messages, "stream": True, "max_tokens": tokens}).encode()
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {relay.url[7:]}\r\nauthorization: Bearer {relay.token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


async def load(relay: Relay, *, requests: int, tokens: int, concurrency: int) -> None:
    """Send `requests` streams over `concurrency` kept connections; fails unless each ends with [DONE]."""
    raw = request(relay, tokens)
    left = requests
    host, port = relay.url.removeprefix("http://").split(":")

    async def client() -> None:
        nonlocal left
        reader, writer = await asyncio.open_connection(host, int(port))
        while left > 0:
            left -= 1
            writer.write(raw)
            answer = await reader.readuntil(b"data: [DONE]\n\n")
            await reader.readuntil(b"0\r\n\r\n")
            assert answer.count(b" Wohngeld") == tokens
        writer.close()

    await asyncio.gather(*(client() for _ in range(concurrency)))


async def cost(relay: Relay, *, requests: int, tokens: int, concurrency: int) -> tuple[float, float]:
    """CPU-µs and wall µs per request."""
    count = max(requests, concurrency)
    begin, cpu = time.perf_counter(), relay.cpu_s()
    await load(relay, requests=count, tokens=tokens, concurrency=concurrency)
    return (relay.cpu_s() - cpu) / count * 1e6, (time.perf_counter() - begin) / count * 1e6


async def measure(relay: Relay, *, requests: int, concurrency: int) -> dict[str, float | str]:
    await load(relay, requests=concurrency * 2, tokens=FEW, concurrency=concurrency)
    database = relay.database_cpu_s()
    few, wall = await cost(relay, requests=requests, tokens=FEW, concurrency=concurrency)
    database = (relay.database_cpu_s() - database) / max(requests, concurrency) * 1e6
    many, _ = await cost(relay, requests=requests // 4, tokens=MANY, concurrency=concurrency)
    per_chunk = (many - few) / (MANY - FEW)
    return {
        "relay": relay.name,
        "cpu_us_per_request": round(few - (FEW + TAIL_CHUNKS) * per_chunk, 1),
        "cpu_us_per_chunk": round(per_chunk, 1),
        "postgresql_cpu_us_per_request": round(database, 1),
        "requests_per_s": round(1e6 / wall),
        "memory_mb": round(relay.memory_mb(), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--concurrency", type=int, default=64)
    given = parser.parse_args()
    rows = []
    with ExitStack() as stack:
        port = printed_port(stack.enter_context(program("tests.load.fast_upstream")))
        upstream = f"http://127.0.0.1:{port}/v1"
        for start, share in ((inference, 1), (gateway, 1), (naive, 6)):
            relay = start(stack, upstream)
            rows.append(uvloop.run(measure(relay, requests=given.requests // share, concurrency=given.concurrency)))
    result = {
        "benchmark": "relay",
        "concurrency": given.concurrency,
        "rows": rows,
        "target": {"cpu_us_per_request": 80, "cpu_us_per_chunk": 45},
        "target_with_gateway": {"cpu_us_per_request": 250, "cpu_us_per_chunk": 90},
    }
    line = json.dumps(result)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n")
    print(line)


if __name__ == "__main__":
    main()
