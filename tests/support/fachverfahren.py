# SPDX-License-Identifier: EUPL-1.2
"""The example `examples/fachverfahren-python`, run as its users run it: commands and a service, each a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port

EXAMPLE = Path(__file__).parents[2] / "examples" / "fachverfahren-python"


@dataclass
class Fachverfahren:
    """`key` is that of the callback target; `data` the folder of its own."""

    url: str
    issuer: str
    account: Mapping[str, str]
    data: Path
    key: str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    inbox: Path = EXAMPLE / "eingang"
    port: int = field(default_factory=free_port)

    @property
    def callback_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/genius"

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "GENIUS_URL": self.url,
            "GENIUS_ISSUER": self.issuer,
            "GENIUS_CLIENT_ID": self.account["client_id"],
            "GENIUS_CLIENT_SECRET": self.account["client_secret"],
            "FACHVERFAHREN_RUECKRUF": self.callback_url,
            "FACHVERFAHREN_RUECKRUF_SCHLUESSEL": self.key,
            "FACHVERFAHREN_PORT": str(self.port),
            "FACHVERFAHREN_EINGANG": str(self.inbox),
            "FACHVERFAHREN_DATEN": str(self.data),
        }

    def call(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """One command; `changed` are variables of the environment, empty = not set."""
        environment = {name: value for name, value in {**self._environment(), **changed}.items() if value}
        command = [sys.executable, "-m", "fachverfahren", *arguments]
        return subprocess.run(
            command, cwd=EXAMPLE, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def lines(self, *arguments: str) -> list[str]:
        """What a command prints that must succeed."""
        done = self.call(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    @contextmanager
    def service(self) -> Iterator[None]:
        command = [sys.executable, "-m", "fachverfahren", "dienst"]
        with subprocess.Popen(
            command, cwd=EXAMPLE, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert process.stdout.readline().startswith("Rückrufe auf"), process.stderr and process.stderr.read()
            try:
                yield
            finally:
                process.terminate()
