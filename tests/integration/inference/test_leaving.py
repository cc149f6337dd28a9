# SPDX-License-Identifier: EUPL-1.2
"""A thousand clients that leave at any moment, waiting or being answered, leave nothing of themselves behind."""

import asyncio
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson

from genius_common.web import Receive, Scope, Send
from genius_inference.app import Application, create_app
from genius_inference.testing import RunningServer
from tests.support.http import Client
from tests.support.inference import Keys, message, served, settings

CLIENTS, AT_ONCE = 1000, 50
SLOTS = 16
LONG = "wort " * 40


class Watched:
    """The application, and the loop that it runs on."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        await self.app(scope, receive, send)

    def tasks(self) -> set[str]:
        """Names of the tasks of the service's loop, by their code: each name once, with its number."""
        assert self.loop is not None
        names: dict[str, int] = {}
        for task in asyncio.all_tasks(self.loop):
            name = getattr(task.get_coro(), "__qualname__", "?")
            names[name] = names.get(name, 0) + 1
        return {f"{name} × {count}" for name, count in names.items()}


def sockets() -> int:
    """Open sockets of this process: the service's, the model server's and the clients' together."""
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed in this moment
            found += os.readlink(descriptor).startswith("socket:")
    return found


@contextmanager
def narrow_inference(keys: Keys, model_server: RunningServer) -> Iterator[tuple[str, Watched]]:
    """Few places, so that most of the clients leave the queue and the others an answer."""
    upstream = {"url": model_server.url, "slots": SLOTS, "refresh_s": 3600.0}
    watched = Watched(create_app(settings(keys, upstream=upstream)))
    with served(watched, timeout_keep_alive=1) as url:
        yield url, watched


async def leaves(url: str, token: str, choice: random.Random) -> None:
    """One client: sends all or a part of a request, reads or not, and is gone after up to 60 ms."""
    host, port = url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    raw = orjson.dumps(message(f"{LONG} [[delay_s=0.005]]", stream=choice.random() < 0.7))
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n"
        f"content-length: {len(raw)}\r\n\r\n"
    )
    whole = choice.random() < 0.9
    writer.write(head.encode() + (raw if whole else raw[: len(raw) // 2]))
    await asyncio.sleep(choice.random() * 0.06)
    if choice.random() < 0.5:
        writer.transport.abort()
    writer.close()


async def until_quiet(watched: Watched, tasks: set[str], open_before: int) -> None:
    """Wait until tasks and sockets are as before, ten seconds at most; what follows tells what is not."""
    for _ in range(200):
        if watched.tasks() == tasks and sockets() <= open_before:
            return
        await asyncio.sleep(0.05)


async def test_a_thousand_leave_at_random_and_nothing_is_left(keys: Keys, model_server: RunningServer) -> None:
    """REL-05: no task, no socket, no slot, nobody in the queue, no exchange upstream; and it answers as before."""
    choice = random.Random(5)
    with narrow_inference(keys, model_server) as (url, watched):
        headers = {"authorization": f"Bearer {keys.token()}"}
        with Client(base_url=url, headers=headers, trust_env=False) as client:
            assert client.post("/v1/chat/completions", json=message("vorher")).status_code == 200
        await asyncio.sleep(1.5)  # kept connections end
        tasks, open_before = watched.tasks(), sockets()
        token, waited = keys.token(), 0
        for _ in range(CLIENTS // AT_ONCE):
            crowd = asyncio.gather(*(leaves(url, token, choice) for _ in range(AT_ONCE)))
            while not crowd.done():
                gate = watched.app.gate
                waited = max(waited, gate.waiting if gate else 0)
                await asyncio.sleep(0.005)
            await crowd
        await until_quiet(watched, tasks, open_before)
        assert waited > SLOTS, "most of them were to leave the queue"
        assert watched.tasks() == tasks
        assert sockets() <= open_before
        gate = watched.app.gate
        assert gate is not None
        assert (gate.in_flight, gate.waiting, watched.app.replicas[0].requests) == (0, 0, 0)
        assert (watched.app.replicas[0].tokens, watched.app.replicas[0].client.busy) == (0, 0)
        with Client(base_url=url, headers=headers, trust_env=False) as client:
            assert client.post("/v1/chat/completions", json=message("nachher")).status_code == 200
