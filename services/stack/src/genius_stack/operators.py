# SPDX-License-Identifier: EUPL-1.2
"""Operators' commands of the services (`python -m genius_gateway authorities …`), called for the running platform.

`genius up` notes beside the secrets how it started a service; a command is the same program with the same settings, so
that it has exactly that service's rights. What it answers is one JSON object.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from genius_stack.datadir import DataDir
from genius_stack.errors import DataDirUnusable, OperatorRefused, ServiceFailed
from genius_stack.files import write_private
from genius_stack.process import Program
from genius_stack.running import running_stack

_NOTE = "operators.json"
HOLDERS = "key-holders.json"


def note(data: DataDir, gateway: Program, retrieval: Program) -> None:
    """Keep the commands and settings of both services, for this user alone."""
    content = {
        program.name: {"command": program.command, "environment": dict(program.environment)}
        for program in (gateway, retrieval)
    }
    write_private(data.secrets / _NOTE, orjson.dumps(content))


class Operators:
    """The commands of one data directory. Raises: NotRunning where its platform does not run."""

    def __init__(self, data_dir: Path) -> None:
        self.data = DataDir(data_dir)
        running_stack(self.data)
        try:
            self._services: dict[str, Any] = orjson.loads((self.data.secrets / _NOTE).read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError) as error:
            raise DataDirUnusable("Starten Sie Genius neu; dieser Befehl braucht, was dabei notiert wird.") from error

    @property
    def holders(self) -> Path:
        """Names and public keys of the key holders."""
        return self.data.secrets / HOLDERS

    def setting(self, name: str) -> str | None:
        """A setting of the gateway, as it was started."""
        value: str | None = self._services["gateway"]["environment"].get(f"GENIUS_GATEWAY_{name}")
        return value

    def run(self, service: str, *words: str) -> dict[str, Any]:
        """The answer. Raises: OperatorRefused with the service's own text, ServiceFailed."""
        found = self._services[service]
        environment = {**found["environment"], **self._also(service)}
        done = subprocess.run(
            [sys.executable, *found["command"][1:], *words], env=environment, check=False, capture_output=True
        )
        try:
            answer: dict[str, Any] = orjson.loads(done.stdout)
        except orjson.JSONDecodeError as error:
            last = (done.stderr.decode(errors="replace").strip().splitlines() or ["keine Ausgabe"])[-1]
            raise ServiceFailed(f"Der Befehl ist fehlgeschlagen: {last}") from error
        if problem := answer.get("error"):
            wrong = " ".join(f"{one['pointer']}: {one['detail']}" for one in problem.get("errors", []))
            raise OperatorRefused(f"{problem['detail']} {wrong}".strip())
        return answer

    def _also(self, service: str) -> Mapping[str, str]:
        holders = service == "gateway" and self.holders.exists()
        return {"GENIUS_GATEWAY_KEY_HOLDERS__FILE": str(self.holders)} if holders else {}
