# SPDX-License-Identifier: EUPL-1.2
"""The example module in JavaScript, as a process of its own."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

NODE_EXAMPLE = Path(__file__).parents[2] / "examples" / "frist-node"


@asynccontextmanager
async def node_example(jwks_url: str, folder: Path = NODE_EXAMPLE) -> AsyncIterator[str]:
    """Its URL; it takes the tokens of the keys at `jwks_url`."""
    # `make` installs Node into the environment where the machine has none.
    node = shutil.which("node", path=f"{Path(sys.executable).parent}") or shutil.which("node")
    assert node, "Node is needed for this test: make test installs it"
    process = await asyncio.create_subprocess_exec(
        node, str(folder / "server.mjs"), "--port", "0", "--jwks", jwks_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        line = (await process.stdout.readline()).decode()
        yield line.removeprefix("frist: ").strip()
    finally:
        process.terminate()
        await process.wait()
