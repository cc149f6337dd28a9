# SPDX-License-Identifier: EUPL-1.2
"""`genius token`: a bearer token of the local profile, for curl."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from genius_stack.api import http_session, local_token
from genius_stack.datadir import DataDir
from genius_stack.errors import Refused
from genius_stack.running import running_stack
from genius_stack.secrets import load_secrets


def token(
    login: Annotated[str | None, typer.Option(help="Anmeldename einer Beispielperson")] = None,
    application: Annotated[str | None, typer.Option(help="Kennung einer Anwendung")] = None,
    data_dir: Annotated[Path, typer.Option(help="Ordner der laufenden Plattform")] = Path(".genius"),
) -> None:
    """Gibt ein Zugriffstoken aus (15 Minuten gültig)."""
    if (login is None) == (application is None):
        raise typer.BadParameter("entweder --login oder --application")
    print(asyncio.run(fetch(data_dir, login=login, application=application)))


async def fetch(data_dir: Path, *, login: str | None = None, application: str | None = None) -> str:
    """The token for one of the two names. Raises: NotRunning, Refused."""
    data = DataDir(data_dir)
    stack = running_stack(data)
    if "identity" not in stack.services:  # the secret must not go to a foreign server
        raise Refused("Mit einem fremden Anmeldedienst (--keycloak) holen Sie das Token dort.")
    secret = load_secrets(data.secrets).local_token
    async with http_session() as session:
        return await local_token(session, stack.issuer, secret, login=login, application=application)
