# SPDX-License-Identifier: EUPL-1.2
"""httpx's clients for loopback. Its own read every certificate authority of the machine anew for each client: 30 ms,
which was a sixth of the suite's time in its own processes. Tests speak HTTP with themselves and trust nobody.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpx

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Refuses every certificate, so that no test can reach a host outside by TLS; for `httpx.get(…, verify=…)` too."""


class AsyncClient(httpx.AsyncClient):
    """As httpx's, with one context for all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verify=TRUSTS_NOBODY, **options)


class Client(httpx.Client):
    """As httpx's, with one context for all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verify=TRUSTS_NOBODY, **options)
