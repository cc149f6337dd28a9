# SPDX-License-Identifier: EUPL-1.2
"""Keycloak's own log and stored events are two more places where a secret could end up."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import httpx
import orjson
import pytest

from tests.integration.keycloak.provider import WEB, Provider, authorization
from tests.support.keycloak import PASSWORD, KeycloakServer, LoginPage

pytestmark = pytest.mark.keycloak
LOGIN = "f.becker"


async def test_no_secret_stands_in_the_log_or_the_events(land: Provider, keycloak_server: KeycloakServer) -> None:
    """LOG-01: passwords (right and wrong), client secrets, codes and tokens, after what works and what fails."""
    wrong = {kind: f"Kanarie{secrets.token_hex(8)}" for kind in ("password", "secret", "code", "verifier")}
    code, verifier = await land.code(LOGIN)
    tokens = (await land.exchange(code, verifier)).raise_for_status().json()
    application = await land.application_token("mhb-fachverfahren")
    form = await (page := LoginPage()).open(f"{land.protocol}/auth?{_request(land)}")
    refused = [
        await page.submit(form, username=LOGIN, password=wrong["password"]),
        await land.exchange(wrong["code"], wrong["verifier"]),
        await land.token("nobody", grant_type="client_credentials", client_secret=wrong["secret"]),
        await land.token("mhb-fachverfahren", grant_type="refresh_token", refresh_token=tokens["refresh_token"]),
    ]
    await page.close()
    assert [answer.status_code for answer in refused] == [200, 400, 401, 400]
    words = {
        **wrong, "own password": land.passwords[LOGIN], "administrator": PASSWORD, "own code": code,
        "own verifier": verifier, **{f"client {name}": secret for name, secret in land.secrets.items()},
        **{name: tokens[name].rsplit(".", 1)[1] for name in ("access_token", "refresh_token", "id_token")},
        "application's token": application.rsplit(".", 1)[1],
    }  # fmt: skip
    assert land.admin
    events, changes = await asyncio.to_thread(_stored, land.admin.api)
    written = keycloak_server.log.read_text(errors="replace")
    found = [
        (name, place)
        for name, word in words.items()
        for place, text in (("log", written), ("events", events), ("administration", changes))
        if word in text
    ]
    assert not found
    assert "LOGIN_ERROR" in written, "control: what failed is in the log"
    assert "LOGIN_ERROR" in events
    assert "CREATE" in changes


def _request(land: Provider) -> httpx.QueryParams:
    return httpx.QueryParams(authorization(WEB, land.callback)[0])


def _stored(api: Any) -> tuple[str, str]:
    """Events of people and of the administration, as JSON."""
    people, changes = api.get_events({"max": 5000}), api.get_admin_events({"max": 5000})
    return orjson.dumps(people).decode(), orjson.dumps(changes).decode()
