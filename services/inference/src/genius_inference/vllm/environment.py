# SPDX-License-Identifier: EUPL-1.2
"""The environment that vLLM is started with."""

from __future__ import annotations

import os


def environment(*, cpu: bool = False) -> dict[str, str]:
    """Our environment with what vLLM needs: offline, silent, small where it runs on a CPU."""
    values = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_SERVER_DEV_MODE": "0",
    }
    values.pop("PYTHONOPTIMIZE", None)  # vLLM guards itself with assertions
    if cpu:
        values.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    return values
