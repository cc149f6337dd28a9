# SPDX-License-Identifier: EUPL-1.2
"""A real Keycloak on loopback, its database in memory, and what people do at its login page."""

from __future__ import annotations

import html
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from genius_stack.keycloak.admin import RealmAdmin
from tests.support.ports import free_port

HOME = "GENIUS_TEST_KEYCLOAK_HOME"
ADMIN, PASSWORD = "verwaltung", "nur-fuer-diesen-test"
START_SECONDS = 150
_HEAP = "-Xms128m -Xmx512m"


@dataclass
class KeycloakServer:
    """One running server; `admin` gives the administration of one of its realms."""

    url: str
    password_file: Path
    log: Path

    def admin(self, realm: str) -> RealmAdmin:
        return RealmAdmin(self.url, realm, user=ADMIN, password=PASSWORD)

    def issuer(self, realm: str) -> str:
        return f"{self.url}/realms/{realm}"


@contextmanager
def running_keycloak(folder: Path) -> Iterator[KeycloakServer]:
    """Start the server that `make test-keycloak` made ready, and stop it."""
    home = Path(os.environ[HOME])
    port, management = free_port(), free_port()
    environment = {
        **os.environ,
        "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
        "JAVA_OPTS_KC_HEAP": _HEAP,
    }
    command = [str(home / "bin/kc.sh"), "start", "--optimized", "--cache=local"]
    command += ["--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={port}", "--hostname-strict=false"]
    command += ["--http-management-host=127.0.0.1", f"--http-management-port={management}"]
    log = folder / "keycloak.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        _wait_ready(process, f"http://127.0.0.1:{management}/health/ready", log)
        password_file = folder / "password"
        password_file.write_text(PASSWORD, encoding="utf-8")
        yield KeycloakServer(f"http://127.0.0.1:{port}", password_file, log)
    finally:
        # kc.sh waits for Java as its child; the group is ours alone.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"Keycloak is not ready after {START_SECONDS} s:\n{log.read_text(errors='replace')[-3000:]}")


class LoginPage:
    """What a person does at a provider, without a browser: pages, forms, cookies (also those marked Secure)."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=30)
        self._cookies: dict[str, str] = {}

    async def open(self, url: str) -> httpx.Response:
        return self._keep(await self._client.get(url, headers=self._headers()))

    async def submit(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Fill in the page's form, with its hidden fields, and send it."""
        action = re.search(r'<form[^>]*\baction="([^"]+)"', page.text)
        assert action, page.text[-2000:]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        target = page.url.join(html.unescape(action[1]))
        answer = await self._client.post(target, data={**hidden, **fields}, headers=self._headers())
        return self._keep(answer)

    async def close(self) -> None:
        await self._client.aclose()

    def _headers(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _keep(self, response: httpx.Response) -> httpx.Response:
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        self._client.cookies.clear()
        return response
