# SPDX-License-Identifier: EUPL-1.2
"""A whole platform as users start it (`genius up` in a process of its own), for end-to-end tests."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from genius_stack.datadir import DataDir
from genius_stack.secrets import load_secrets
from tests.support.http import Client
from tests.support.ports import free_port

START_SECONDS = 180
STOP_SECONDS = 30


@dataclass
class Platform:
    """One running `genius up`; `stack` is its stack.json."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ()
    stack: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return str(self.stack["url"])

    def start(self) -> "Platform":
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        log = self.data_dir.with_suffix(".log").open("ab")
        command = [genius(), "up", "--port", str(self.port), "--data-dir", str(self.data_dir), *self.options]
        self.process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self.wait_ready()
        return self

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        assert self.process
        info = self.data_dir / "stack.json"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if info.exists():
                self.stack = json.loads(info.read_text())
                return
            if self.process.poll() is not None:
                raise AssertionError(f"genius up ended with {self.process.returncode}:\n{self.output()[-3000:]}")
            time.sleep(0.2)
        raise AssertionError(f"not ready after {seconds} s:\n{self.output()[-3000:]}")

    def output(self) -> str:
        return self.data_dir.with_suffix(".log").read_text(errors="replace")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End the platform and return its exit code."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def login(self, authority: int = 0, role: str = "wissenspflege") -> dict[str, Any]:
        """The first sample login of the n-th authority (by name) with `role`; operators have no authority."""
        if role in {"betrieb", "revision"}:
            return next(login for login in self.stack["logins"] if role in login["roles"])
        names = sorted({login["authority"] for login in self.stack["logins"] if login["authority"]})
        return next(
            login for login in self.stack["logins"] if login["authority"] == names[authority] and role in login["roles"]
        )

    def token(self, *, login: str = "", application: str = "") -> str:
        """What `genius token` prints, without the second of computing that a command takes to start."""
        secret = load_secrets(DataDir(self.data_dir).secrets).local_token
        wanted = {"login": login} if login else {"application": application}
        headers = {"authorization": f"Bearer {secret}"}
        with Client(headers=headers, timeout=30) as client:
            answer = client.post(f"{self.stack['issuer'].split('/realms/')[0]}/local/token", json=wanted)
        return str(answer.raise_for_status().json()["access_token"])

    def client(self, authority: int = 0, role: str = "wissenspflege") -> httpx.Client:
        """A client of the public API with the bearer token of a sample person."""
        return self._client(self.token(login=self.login(authority, role)["username"]))

    def application(self, authority: int = 0) -> httpx.Client:
        """A client with the token of the n-th authority's sample application."""
        names = sorted({application["authority"] for application in self.stack["applications"]})
        chosen = next(a for a in self.stack["applications"] if a["authority"] == names[authority])
        return self._client(self.token(application=chosen["client_id"]))

    def _client(self, token: str) -> httpx.Client:
        return Client(base_url=self.url, headers={"authorization": f"Bearer {token}"}, timeout=60)

    def knowledge_base(self, name: str) -> str:
        return next(str(kb["id"]) for kb in self.stack["knowledge_bases"] if kb["name"] == name)


def genius() -> str:
    return str(Path(sys.executable).with_name("genius"))


def wait_document(client: httpx.Client, path: str, seconds: float = 60) -> dict[str, Any]:
    """Poll a document or file until it is ready or failed, and return its state object."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state: dict[str, Any] = client.get(path).raise_for_status().json()
        if state["state"] in {"ready", "failed"}:
            return state
        time.sleep(0.1)
    raise AssertionError(f"{path} is still {state['state']} after {seconds} s")


@dataclass(frozen=True)
class StreamEvent:
    id: int
    type: str
    data: dict[str, Any]


def parse_stream(text: str) -> list[StreamEvent]:
    """The events of a whole SSE body (comments dropped)."""
    events = []
    for block in re.split(r"\r?\n\r?\n", text):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "data" in fields:
            events.append(StreamEvent(int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return events
