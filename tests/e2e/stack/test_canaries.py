# SPDX-License-Identifier: EUPL-1.2
"""Planted words through every route and every failure, searched in everything that a whole platform writes (LOG-01)."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_gateway.policy.table import RULES
from genius_inference.testing import RunningServer
from tests.support.http import TRUSTS_NOBODY, Client
from tests.support.platform import Platform, wait_document
from tests.support.ports import free_port
from tests.support.sinks import files_of, search

pytestmark = pytest.mark.thorough
SERVICES = ("gateway", "inference", "retrieval", "modules", "identity")
PARAMETER = re.compile(r"\{([a-z]+)\}")
# The command as users call it, but its children log everything: no setting of the platform does that.
_LAUNCHER = """
import sys
from genius_stack import settings
names = tuple(f"GENIUS_{{name}}_LOG_LEVEL" for name in {services!r})
settings._INHERITED = (*settings._INHERITED, *names)
from genius_stack.cli import app
app()
"""


PROJECT = Path(__file__).parents[3]


def word(kind: str) -> str:
    """No word of any language, and no part of another one."""
    return f"Kanarie{kind}{uuid4().hex[:12]}"


class Talkative(Platform):
    """`genius up` with all services at debug level."""

    def start(self) -> Platform:
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        launcher = _LAUNCHER.format(services=tuple(name.upper() for name in SERVICES))
        options = ["up", "--port", str(self.port), "--data-dir", str(self.data_dir), *self.options]
        environment = {**os.environ, **{f"GENIUS_{name.upper()}_LOG_LEVEL": "debug" for name in SERVICES}}
        with self.data_dir.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", launcher, *options],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True, env=environment,
            )  # fmt: skip
        self.wait_ready()
        return self


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory, model_server: RunningServer) -> Iterator[Platform]:
    options = ("--no-web-ui", "--no-laws", "--openai-url", model_server.url, "--openai-model", "scripted")
    running = Talkative(tmp_path_factory.mktemp("canaries") / "data", port=free_port(), options=options).start()
    yield running
    assert running.stop() == 0


class Planter:
    """A clerk who puts the words everywhere that anything is accepted."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.words = {
            kind: word(kind)
            for kind in ("prompt", "document", "name", "person", "title", "reference", "wrong", "header")
        } | {"tax id": f"0{uuid4().int % 10**10:010d}", "iban": f"DE{uuid4().int % 10**20:020d}"}
        self.token = platform.token(login=platform.login()["username"])
        self.words["bearer"] = self.token
        self.words["bearer's signature"] = self.token.rpartition(".")[2]
        self.client = self.client_with(self.token)
        self.statuses: set[int] = set()

    def client_with(self, token: str, **headers: str) -> httpx.Client:
        return Client(base_url=self.platform.url, headers={"authorization": f"Bearer {token}", **headers}, timeout=15)

    def ask(self, method: str, path: str, client: httpx.Client | None = None, **more: Any) -> Any:
        with contextlib.suppress(httpx.HTTPError):
            answer = (client or self.client).request(method, path, **more)
            self.statuses.add(answer.status_code)
            if answer.status_code == 500:
                print(method, path, answer.text)
            with contextlib.suppress(ValueError):
                return answer.json()
        return {}

    def sentence(self) -> str:
        words = self.words
        return f"{words['prompt']} von {words['person']}, Steuer-ID {words['tax id']}, IBAN {words['iban']}. " * 8

    def work(self) -> None:
        """A day's work: each kind of content, each module, each way to a model."""
        words = self.words
        made = self.ask("POST", "/api/v1/knowledge-bases", json={"name": words["name"], "purpose": "Probe"})
        file = {"file": (f"{words['name']}.txt", f"{words['document']} {self.sentence()}".encode(), "text/plain")}
        up = self.ask("POST", f"/api/v1/knowledge-bases/{made.get('id')}/documents", files=file)
        attached = self.ask("POST", "/api/v1/files", files=file)
        with contextlib.suppress(httpx.HTTPError, KeyError, AssertionError):
            wait_document(self.client, f"/api/v1/documents/{up['id']}", 20)
        self.ask("POST", "/api/v1/search", json={"query": f"{words['document']} {words['tax id']}"})
        case = self.ask("POST", "/api/v1/cases", json={"reference": words["reference"], "title": words["title"]})
        self.ask("POST", "/api/v1/conversations", json={"title": words["title"]})
        for module, given in (
            ("chat", {"message": self.sentence(), "files": [attached.get("id")]}),
            ("summarise", {"text": self.sentence() * 4, "length": "short"}),
            ("draft", {"kind": "vermerk", "notes": self.sentence(), "recipient": words["person"]}),
            ("ask-documents", {"question": f"Was ist {words['document']}?"}),
        ):
            self.ask("POST", f"/api/v1/modules/{module}/runs", json={"input": given, "case": case.get("id")})
            self.ask("POST", f"/api/v1/modules/{module}/runs", json={"input": given})
        chat = {"model": "scripted", "messages": [{"role": "user", "content": self.sentence()}]}
        for body in (chat, {**chat, "stream": True}, {**chat, "n": words["wrong"]}, {**chat, words["wrong"]: 1}):
            self.ask("POST", "/v1/chat/completions", json=body)
        self.ask("POST", "/v1/embeddings", json={"model": "scripted", "input": self.sentence()})
        key = self.ask("POST", "/api/v1/me/tokens", json={"name": words["name"], "scopes": ["search"]}).get("token")
        if key is not None:
            words.setdefault("api token", key)
            self.ask("GET", "/api/v1/me/tokens", self.client_with(key))

    def misuse(self) -> None:
        """Every line of the policy with the words in path, query, headers and bodies of any shape."""
        wrong, header = self.words["wrong"], self.words["header"]
        # Not X-Request-Id: whoever sends one of the right form wants it in the logs.
        headers = {"idempotency-key": header, "last-event-id": header, "x-confirmation": header}
        for rule in RULES:
            if rule.action in {"session.end", "person.erase"}:
                continue
            unknown = PARAMETER.sub(lambda _: str(uuid4()), rule.path)
            named = PARAMETER.sub(lambda _: wrong, rule.path)
            for path in {unknown, named}:
                self.ask(rule.method, path, params={wrong: wrong, "limit": wrong}, headers=headers)
                if rule.changes:
                    self.ask(rule.method, path, json={wrong: wrong, "name": [wrong], "input": {wrong: wrong}})
                    self.ask(rule.method, path, content=f'{{"{wrong}": '.encode(), headers={"content-type": wrong})
                    self.ask(rule.method, path, files={wrong: (wrong, wrong.encode(), "text/plain")})

    def intrude(self) -> None:
        """Credentials that are none, in each place for them; logins that fail."""
        for kind in ("cookie", "password"):
            self.words.setdefault(kind, word(kind))
        cookie, password = self.words["cookie"], self.words["password"]
        for headers in ({"authorization": f"Bearer {password}"}, {"authorization": f"Basic {password}"},
                        {"cookie": f"genius-session={cookie}"}, {"x-api-key": password}):  # fmt: skip
            self.ask("GET", "/api/v1/me", Client(base_url=self.platform.url, headers=headers))
        with Client(base_url=self.platform.url) as nobody:
            self.ask("GET", f"/auth/callback?state={cookie}&code={password}", nobody)
            self.ask("POST", "/auth/backchannel-logout", nobody, data={"logout_token": password})
        issuer = self.platform.stack["issuer"]
        form = {"username": self.words["person"], "password": password, "ticket": cookie}
        self.ask("POST", f"{issuer}/login", data=form)
        self.ask("POST", f"{issuer}/protocol/openid-connect/token", data={"client_secret": password, "code": cookie})


def secrets_of(platform: Platform) -> dict[str, str]:
    """What the platform itself must keep: passwords of its databases, key material, secrets of clients.

    Not the sample logins, which `genius up` prints for whoever tries it, and not the folders that settings name: with a
    digit in its name a checkout's would look like a key.
    """
    shown = {login["password"] for login in platform.stack["logins"]}
    places = (str(PROJECT), str(platform.data_dir), sys.base_prefix)
    found = {}
    for path in sorted((platform.data_dir / "secrets").rglob("*")):
        if path.is_file():
            text = path.read_text(errors="ignore")
            for place in places:
                text = text.replace(place, "")
            for number, line in enumerate(text.splitlines()):
                if " KEY-----" not in line:
                    for index, part in enumerate(re.findall(r"[A-Za-z0-9+/_=-]{24,}", line)):
                        if part not in shown and any(character.isdigit() for character in part):  # no mere name
                            found[f"{path.name}:{number}:{index}"] = part
    return found


def finds(platform: Platform, words: dict[str, str], since: float) -> list[str]:
    """Name of the word and place, for each of them in any sink."""
    found = []
    for path in files_of(platform.data_dir, platform.data_dir.with_suffix(".log"), since):
        found += [f"{name} in {path}" for name in search(path, words)]
    return found


def broken(platform: Platform, name: str) -> None:
    """Kill a service; the supervisor starts another one."""
    os.kill(int(platform.stack["services"][name]["pid"]), signal.SIGKILL)


def wait_until_back(platform: Platform) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{platform.url}/api/v1/health/ready", timeout=5, verify=TRUSTS_NOBODY).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the platform did not come back")


def audit_export(platform: Platform) -> str:
    """The whole trail; the database may just be coming back."""
    end = time.monotonic() + 60
    with platform.client(role="revision") as auditor:
        while (answer := auditor.get("/api/v1/audit/export")).status_code == 503 and time.monotonic() < end:
            time.sleep(0.2)
    return answer.raise_for_status().text


@pytest.mark.timeout(300)
def test_no_planted_word_is_written_anywhere(talkative: Platform) -> None:
    """LOG-01, AUD-03: content, names, credentials, keys through all routes, with all parts up and with each one killed.

    Searched: logs of all services and of PostgreSQL at debug level, output, the databases with jobs and WAL, objects,
    indexes, metrics, audit export, dumps.
    """
    since = time.time()
    planter = Planter(talkative)
    planter.work()
    planter.misuse()
    planter.intrude()
    for service in ("modules", "retrieval", "inference", "postgresql"):
        broken(talkative, service)
        planter.work()
        wait_until_back(talkative)
    assert {200, 201, 400, 401, 403, 404} <= planter.statuses
    # What is broken says so; a 500 would be a defect of ours.
    assert planter.statuses & {502, 503}
    assert 500 not in planter.statuses
    words = {**planter.words, **secrets_of(talkative)}
    (talkative.data_dir / "audit-export.ndjson").write_text(audit_export(talkative))
    for name, service in talkative.stack["services"].items():
        with contextlib.suppress(httpx.HTTPError):
            (talkative.data_dir / f"metrics-{name}.txt").write_text(
                httpx.get(f"{service['url']}/metrics", verify=TRUSTS_NOBODY).text
            )
    print(f"{len(words)} words, statuses {sorted(planter.statuses)}")
    found = finds(talkative, words, since)
    known = {"identity"}  # the development provider keeps its own realm and sessions; it refuses any data centre
    found = [line for line in found if not known & set(Path(line.split(" in ", 1)[1]).parts)]
    assert not found, "\n".join(found[:40])


def test_the_search_finds_a_logger_that_leaks(talkative: Platform) -> None:
    """LOG-01: the control. A line written by our own logging with a value in it is found, plain and in other forms."""
    leaked = {"plain": word("plain"), "coded": word("coded"), "split": word("split")}
    script = (
        "import base64, structlog\nfrom genius_common.telemetry import configure_logging\n"
        "configure_logging('control', 'debug')\n"
        f"structlog.get_logger().debug('line', reason='{leaked['plain']}')\n"
        f"structlog.get_logger().info('line', reason=base64.b64encode(b'x{leaked['coded']}').decode())\n"
    )
    log = talkative.data_dir / "logs" / "control.log"
    with log.open("wb") as out:
        subprocess.run([sys.executable, "-c", script], stderr=out, check=True)
    with log.open("ab") as out:
        out.write(b"\0" * (8 * 1024 * 1024 - out.tell() - 5) + leaked["split"].encode())
    output = talkative.data_dir.with_suffix(".log")
    searched = {part for path in files_of(talkative.data_dir, output, time.time()) for part in path.parts}
    assert {"pg_wal", "base", "logs"} <= searched
    found = finds(talkative, leaked, time.time())
    log.unlink()
    assert {line.split(" in ")[0] for line in found} == set(leaked)
