# SPDX-License-Identifier: EUPL-1.2
"""What the application has to know, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from genius_client import ClientCredentials, Genius


class SettingMissing(Exception):
    """A variable is not set; its name is the text."""


@dataclass(frozen=True)
class Settings:
    """`callback_url` is where Genius reaches this application, as the administration of the authority has listed it.

    `callback_key`: `whsec_…` or `whpk_…` of that address. `port`: where the application listens for it, on loopback; in
    production a reverse proxy with TLS stands before.
    """

    url: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    callback_url: str
    callback_key: str = field(repr=False)
    port: int
    inbox: Path
    data: Path

    @classmethod
    def read(cls) -> Settings:
        """Raises: SettingMissing."""
        return cls(
            url=_required("GENIUS_URL"),
            issuer=_required("GENIUS_ISSUER"),
            client_id=_required("GENIUS_CLIENT_ID"),
            client_secret=_required("GENIUS_CLIENT_SECRET"),
            callback_url=_required("FACHVERFAHREN_RUECKRUF"),
            callback_key=_required("FACHVERFAHREN_RUECKRUF_SCHLUESSEL"),
            port=int(os.environ.get("FACHVERFAHREN_PORT", "8095")),
            inbox=Path(os.environ.get("FACHVERFAHREN_EINGANG", "eingang")),
            data=Path(os.environ.get("FACHVERFAHREN_DATEN", "daten")),
        )

    def genius(self) -> Genius:
        return Genius(self.url, ClientCredentials(self.issuer, self.client_id, self.client_secret))


def _required(name: str) -> str:
    if value := os.environ.get(name, ""):
        return value
    raise SettingMissing(name)
