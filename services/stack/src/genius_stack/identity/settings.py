# SPDX-License-Identifier: EUPL-1.2
"""Settings of the development identity provider; it refuses to be anything but local."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from genius_common.settings import ServiceSettings, settings_config

REALM_PATH = "/realms/genius"


class Settings(ServiceSettings):
    """Prefix `GENIUS_IDENTITY_`. `state_dir` holds realm.json, keys and sessions, all of mode 0600."""

    model_config = settings_config("GENIUS_IDENTITY_")

    profile: Literal["local", "local-steuer"] = Field(description="a development provider runs on one machine only")
    port: int = Field(default=8084, ge=1, le=65535)
    state_dir: Path

    @field_validator("host")
    @classmethod
    def _loopback_only(cls, value: str) -> str:
        try:
            loopback = value == "localhost" or ipaddress.ip_address(value).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise ValueError("the development identity provider listens on a loopback address only")
        return value

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self.port}{REALM_PATH}"
