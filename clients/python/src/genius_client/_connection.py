# SPDX-License-Identifier: EUPL-1.2
"""What both clients set up alike."""

from __future__ import annotations

import httpx

from genius_client._credentials import BearerToken
from genius_client._flow import Call

VERSION = "0.1.0"
# Whoever waits for the JSON of a run hears nothing until it has ended.
TIMEOUT = httpx.Timeout(30.0, connect=10.0, read=300.0)
# A stream has a comment every 15 seconds: after three of them the connection is dead.
STREAM_TIMEOUT = httpx.Timeout(30.0, connect=10.0, read=45.0)
HEADERS = {"user-agent": f"genius-client/{VERSION}"}


def auth_of(auth: httpx.Auth | str) -> httpx.Auth:
    return BearerToken(auth) if isinstance(auth, str) else auth


def request_of(client: httpx.Client | httpx.AsyncClient, call: Call, timeout: httpx.Timeout = TIMEOUT) -> httpx.Request:
    return client.build_request(
        call.method,
        call.path,
        headers=dict(call.headers),
        params=dict(call.params) or None,
        timeout=timeout,
        **call.body(),
    )
