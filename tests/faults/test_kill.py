# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` of random processes during use: the platform comes back, and nothing that it acknowledged is gone.

`make test-faults PLATFORM=100` prints one line per kill. A failure is repeated with the same `--seed`.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.http import TRUSTS_NOBODY
from tests.support.platform import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

VICTIMS = ("gateway", "retrieval", "modules", "inference", "postgresql", "identity")
BACK_SECONDS = 60.0
FINAL_SECONDS = 120.0


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    options = ("--no-web-ui", "--no-laws")
    running = Platform(tmp_path_factory.mktemp("faults") / "data", options=options).start()
    yield running
    assert running.stop() == 0


@dataclass
class Acknowledged:
    """What the platform has said yes to, and must know for ever."""

    messages: dict[str, str] = field(default_factory=dict)  # run → text of the user
    documents: dict[str, str] = field(default_factory=dict)  # document → text
    jobs: list[str] = field(default_factory=list)  # runs answered with 202


class Use:
    """A clerk's work, several things at once; failures during the kill are expected and not acknowledged."""

    def __init__(self, platform: Platform, rng: random.Random) -> None:
        self._client = platform.client()
        self._rng = rng
        self.acknowledged = Acknowledged()
        created = self._client.post(
            "/api/v1/knowledge-bases", json={"name": "Ausfallprobe", "purpose": "Probe"}
        ).raise_for_status()
        self._knowledge_base = created.json()["id"]

    def work(self, kill: Callable[[], None]) -> None:
        """Chat, upload and ask while `kill` strikes at some moment."""
        word = f"Vorgang{self._rng.randrange(10**9)}"
        tasks = (self._chat, self._upload, self._job, self._ask)
        threads = [threading.Thread(target=_unless_cut, args=(task, word)) for task in tasks]
        for thread in threads:
            thread.start()
        time.sleep(self._rng.uniform(0.0, 0.8))
        kill()
        for thread in threads:
            thread.join()

    def _chat(self, word: str) -> None:
        body = {"input": {"message": f"Merken Sie sich {word}."}, "detach": True}
        headers = {"accept": "text/event-stream"}
        with self._client.stream("POST", "/api/v1/modules/chat/runs", json=body, headers=headers) as response:
            for line in response.iter_lines():
                if line.startswith("data:") and '"run.started"' in line:
                    self.acknowledged.messages[json.loads(line[5:])["run"]] = word

    def _upload(self, word: str) -> None:
        text = f"Der Vermerk {word} handelt von der Sanierung der Brücke."
        files = {"file": (f"{word}.txt", text.encode(), "text/plain")}
        answer = self._client.post(f"/api/v1/knowledge-bases/{self._knowledge_base}/documents", files=files)
        if answer.status_code == 202:
            self.acknowledged.documents[answer.json()["id"]] = text

    def _job(self, word: str) -> None:
        body = {"input": {"text": f"{word} ist eröffnet. " * 40, "length": "short"}}
        answer = self._client.post("/api/v1/modules/summarise/runs", json=body, headers={"prefer": "respond-async"})
        if answer.status_code == 202:
            self.acknowledged.jobs.append(answer.json()["id"])

    def _ask(self, word: str) -> None:
        self._client.post("/api/v1/modules/ask-documents/runs", json={"input": {"question": f"Was ist {word}?"}})

    # --- afterwards

    def check(self) -> None:
        """Everything acknowledged so far is there; nothing hangs."""
        for run in (*self.acknowledged.messages, *self.acknowledged.jobs):
            found = self._until(f"/api/v1/runs/{run}", lambda state: state not in {"queued", "running"})
            if found["state"] == "failed":
                assert found["error"]["code"], found
        for run, word in self.acknowledged.messages.items():
            conversation = self._get(f"/api/v1/runs/{run}")["conversation"]
            messages = self._get(f"/api/v1/conversations/{conversation}/messages")["items"]
            assert any(message["role"] == "user" and word in message["text"] for message in messages), run
        for document, text in self.acknowledged.documents.items():
            found = self._until(f"/api/v1/documents/{document}", lambda state: state in {"ready", "failed"})
            assert found["state"] == "ready", found
            assert self._client.get(f"/api/v1/documents/{document}/content").content.decode() == text
        self._search()

    def _search(self) -> None:
        for text in list(self.acknowledged.documents.values())[-3:]:
            word = text.split()[2]
            url = f"/api/v1/knowledge-bases/{self._knowledge_base}/search"
            hits = self._client.post(url, json={"query": word, "limit": 5}).raise_for_status().json()["hits"]
            assert any(word in hit["text"] for hit in hits), word

    def _get(self, path: str) -> Any:
        return self._client.get(path).raise_for_status().json()

    def _until(self, path: str, done: Callable[[str], bool]) -> dict[str, Any]:
        end = time.monotonic() + FINAL_SECONDS
        while True:
            found: dict[str, Any] = self._get(path)
            if done(found["state"]):
                return found
            assert time.monotonic() < end, f"{path} is still {found['state']}"
            time.sleep(0.2)

    def login_again(self, platform: Platform) -> None:
        self._client = platform.client()


def _unless_cut(task: Callable[[str], None], word: str) -> None:
    with contextlib.suppress(httpx.HTTPError):  # the connection died with the process: nothing was acknowledged
        task(word)


def pid_of(platform: Platform, name: str) -> int:
    stack = json.loads((platform.data_dir / "stack.json").read_text())
    return int(stack["services"][name]["pid"])


def wait_back(platform: Platform, name: str, killed: int) -> float:
    """Seconds until another process has taken the place and the whole platform is ready again."""
    started = time.monotonic()
    while True:
        try:
            fresh = pid_of(platform, name) != killed
            answer = httpx.get(platform.url + "/api/v1/health/ready", timeout=5, verify=TRUSTS_NOBODY)
            if fresh and answer.status_code == 200 and "down" not in answer.text:
                return time.monotonic() - started
        except (httpx.HTTPError, KeyError, TypeError):
            pass
        assert time.monotonic() - started < BACK_SECONDS, f"{name} is not back:\n{platform.output()[-2000:]}"
        time.sleep(0.1)


def test_the_platform_comes_back_and_nothing_acknowledged_is_gone(
    platform: Platform, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds, seed = pytestconfig.getoption("--platform-faults", 3), pytestconfig.getoption("--seed", 1)
    rng = random.Random(seed)
    use = Use(platform, rng)
    for number in range(1, rounds + 1):
        name = VICTIMS[(number - 1) % len(VICTIMS)] if number <= len(VICTIMS) else rng.choice(VICTIMS)
        pid = pid_of(platform, name)
        use.work(lambda pid=pid: os.kill(pid, signal.SIGKILL))  # type: ignore[misc]
        seconds = wait_back(platform, name, pid)
        use.login_again(platform)
        use.check()
        with capsys.disabled():
            known = use.acknowledged
            kept = f"{len(known.messages)} messages, {len(known.documents)} documents, {len(known.jobs)} jobs"
            print(f"{number}/{rounds} {name}: back after {seconds:.1f} s; kept {kept}")
    assert use.acknowledged.messages
    assert use.acknowledged.documents
    assert use.acknowledged.jobs


def test_kill_9_of_everything_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    platform = Platform(tmp_path / "data", options=("--no-web-ui", "--no-laws")).start()
    use = Use(platform, random.Random(1))
    use.work(lambda: None)
    assert platform.process is not None
    pids = [service["pid"] for service in platform.stack["services"].values()]
    platform.process.kill()
    platform.process.wait()
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, "a child outlived the supervisor"
        time.sleep(0.05)
    (platform.data_dir / "stack.json").unlink()
    platform.start()
    use.login_again(platform)
    use.check()
    assert platform.stop() == 0
