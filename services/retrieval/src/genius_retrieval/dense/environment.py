# SPDX-License-Identifier: EUPL-1.2
"""What a model process gets of our environment: nothing of the platform's settings, and no way to a model hub."""

from __future__ import annotations

import os

_PASSED = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH")
_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def model_environment() -> dict[str, str]:
    return {**{name: os.environ[name] for name in _PASSED if name in os.environ}, **_OFFLINE}
