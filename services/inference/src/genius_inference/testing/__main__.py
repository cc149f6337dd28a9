# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_inference.testing --port 0 [--script JSON]`: the scripted model server as a program."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys

import orjson

from genius_inference.testing.server import ScriptedServer


async def _serve(arguments: argparse.Namespace) -> None:
    server = ScriptedServer(owned_by=arguments.owned_by)
    server.script(**orjson.loads(arguments.script))
    await server.start(arguments.port)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(server.drain(), arguments.drain_s)
    await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="genius_inference.testing", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 = any free one")
    parser.add_argument("--script", default="{}", help="fields of Behaviour as JSON, for every request")
    parser.add_argument("--drain-s", type=float, default=0.0, help="seconds for open answers after SIGTERM")
    parser.add_argument("--owned-by", default="scripted", help="what /v1/models says, e.g. vllm")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
