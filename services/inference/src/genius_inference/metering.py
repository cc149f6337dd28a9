# SPDX-License-Identifier: EUPL-1.2
"""Requests of external modules: the gateway sets tokens aside before each and is told afterwards what it has used.

Their run tokens say `metered`; nobody else's requests are asked for. Where the gateway can't be asked, none goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
import structlog

from genius_common.errors import PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_common.upstream.events import Usage

log = structlog.get_logger(__name__)
_PAUSES_S = (0.2, 1.0, 3.0)


@dataclass(slots=True)
class Metered:
    """One request. `output` is what its answer may have; `reached` a model server has taken it; `usage` as it said."""

    output: int
    reached: bool = False
    usage: Usage | None = None

    def saw(self, usage: Usage | None) -> None:
        if usage is not None:
            self.usage = usage

    def told(self, prompt: int) -> dict[str, int]:
        """What counts: nothing where no server took it, and all that was set aside where none said a number."""
        if not self.reached:
            return {"input": 0, "output": 0}
        if self.usage is None:
            return {"input": prompt, "output": self.output}
        return {"input": self.usage.input_tokens, "output": self.usage.output_tokens}


class Metering:
    """Asks the gateway whose keys are at `jwks_url`."""

    def __init__(self, session: aiohttp.ClientSession, jwks_url: str) -> None:
        self._gateway = ServiceClient(session, urljoin(jwks_url, "/"), "Gateway")
        self._telling: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def of(self, principal: Principal, authorization: str, prompt: int, output: int) -> AsyncIterator[Metered]:
        """Around a request with a prompt of some `prompt` tokens that wants `output` at most.

        Raises: RunTokensSpent (of the gateway), and what keeps it from being asked.
        """
        path, token = f"/internal/runs/{principal.run}/tokens", authorization.removeprefix("Bearer ")
        answer = await self._gateway.json("POST", path, token=token, body={"input": prompt, "output": output})
        metered = Metered(output=answer["output"])
        try:
            yield metered
        finally:
            # Not awaited: also where the client has gone, which ends this task.
            task = asyncio.create_task(self._tell(f"{path}/{answer['hold']}", token, metered.told(prompt)))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, path: str, token: str, used: dict[str, int]) -> None:
        """What stays untold counts as it was set aside."""
        for pause in (*_PAUSES_S, None):
            try:
                await self._gateway.json("PUT", path, token=token, body=used)
                return
            except PlatformError as error:
                if pause is None or error.status < 500:
                    log.warning("tokens of a run not told", error=error.code)
                    return
                await asyncio.sleep(pause)

    async def close(self) -> None:
        """Wait for what is being told."""
        await asyncio.gather(*self._telling, return_exceptions=True)
