# SPDX-License-Identifier: EUPL-1.2
"""`genius up --keycloak`: the whole platform with a realm that `genius keycloak apply` made."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.integration.keycloak.provider import Provider
from tests.support.keycloak import KeycloakServer
from tests.support.platform import Platform, genius
from tests.support.ports import free_port

pytestmark = pytest.mark.keycloak
REALM = "rechner"


def apply(server: KeycloakServer, gateway: str, folder: Path) -> dict[str, str]:
    """The commands of the how-to; file name → secret or password."""
    command = [genius(), "keycloak", "apply", "--url", server.url, "--realm", REALM, "--gateway-url", gateway]
    command += ["--authorities", "beispiel", "--admin-user", "verwaltung"]
    command += ["--admin-password-file", str(server.password_file), "--secrets-dir", str(folder), "--sample-people"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return {path.name: path.read_text() for path in folder.iterdir()}


async def test_the_platform_uses_the_realm_and_starts_no_provider_of_its_own(
    keycloak_server: KeycloakServer, tmp_path: Path
) -> None:
    """AUTH-10, AUTH-13: the people of the realm sign in, in the authorities of the same file."""
    port = free_port()
    secrets = await asyncio.to_thread(apply, keycloak_server, f"http://127.0.0.1:{port}", tmp_path / "geheim")
    issuer = keycloak_server.issuer(REALM)
    options = ("--keycloak", issuer, "--keycloak-secret-file", str(tmp_path / "geheim/genius-web"))
    options += ("--keycloak-follow-secret-file", str(tmp_path / "geheim/genius-follow"))
    platform = Platform(tmp_path / "data", port, options)
    try:
        await asyncio.to_thread(platform.start)
        stack = platform.stack
        assert (stack["issuer"], stack["logins"], stack["applications"]) == (issuer, [], [])
        assert "identity" not in stack["services"]
        assert not (platform.data_dir / "identity/realm.json").exists()
        passwords = {name.removeprefix("person-"): value for name, value in secrets.items() if "person-" in name}
        realm = Provider("keycloak", issuer, platform.url, passwords, {"genius-web": secrets["genius-web"]})
        async with realm.gateway() as browser:
            await realm.log_in(browser, "d.schmidt")
            me = (await browser.get("/api/v1/me")).json()
        assert (me["authority"]["name"], me["units"][0]["name"]) == (
            "Stadt Musterstadt, Amt für Soziales",
            "Team Wohngeld",
        )
        refused = await asyncio.to_thread(
            subprocess.run,
            [genius(), "token", "--data-dir", str(platform.data_dir), "--login", "d.schmidt"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (refused.returncode, "holen Sie das Token dort" in refused.stderr) == (13, True)
    finally:
        assert await asyncio.to_thread(platform.stop) == 0


def test_an_issuer_that_is_none_ends_the_start_at_once(keycloak_server: KeycloakServer, tmp_path: Path) -> None:
    """AUTH-04: the address without the realm, or of another one, is not taken for the issuer."""
    secret = tmp_path / "geheim"
    secret.write_text("x")
    for issuer in (keycloak_server.url, f"{keycloak_server.url}/realms/master/", "http://127.0.0.1:1/realms/x"):
        command = [genius(), "up", "--port", str(free_port()), "--data-dir", str(tmp_path / "data")]
        command += ["--keycloak", issuer, "--keycloak-secret-file", str(secret), "--no-web-ui"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        assert (done.returncode, "Traceback" in done.stderr) == (14, False), done.stderr
