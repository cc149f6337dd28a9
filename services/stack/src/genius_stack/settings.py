# SPDX-License-Identifier: EUPL-1.2
"""What the `genius` command takes from its own environment: only what children need to run at all."""

from __future__ import annotations

import os

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")


def base_environment() -> dict[str, str]:
    """The environment of every child, before its settings: nothing else is passed on.

    `MALLOC_ARENA_MAX` keeps glibc from holding an arena per thread, which saves tens of megabytes per service.
    """
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1", "PYTHONNOUSERSITE": "1"}
