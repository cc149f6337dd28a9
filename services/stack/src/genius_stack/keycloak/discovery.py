# SPDX-License-Identifier: EUPL-1.2
"""Whether an issuer is one, asked before anything is started for it."""

from __future__ import annotations

import aiohttp
import orjson

from genius_stack.api import http_session
from genius_stack.errors import KeycloakFailed

_TIMEOUT = aiohttp.ClientTimeout(total=10)


async def require_issuer(issuer: str) -> None:
    """Read the discovery document of `issuer`. Raises: KeycloakFailed."""
    url = f"{issuer}/.well-known/openid-configuration"
    try:
        async with http_session() as session, session.get(url, timeout=_TIMEOUT, allow_redirects=False) as response:
            document = orjson.loads(await response.read()) if response.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError) as error:
        raise KeycloakFailed(f"{issuer} ist nicht erreichbar. Läuft dieses Keycloak?") from error
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise KeycloakFailed(
            f"{issuer} ist nicht der Aussteller eines Realms. Richtig ist zum Beispiel https://login.example/realms/land"
        )
