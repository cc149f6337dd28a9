# SPDX-License-Identifier: EUPL-1.2
"""Settings of the minter: `GENIUS_MINTER_…`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from genius_common.settings import ServiceSettings, settings_config


class Settings(ServiceSettings):
    model_config = settings_config("GENIUS_MINTER_")

    qdrant_url: str = Field(pattern=r"^https?://", description="the Qdrant server's REST address")
    api_key_file: Path = Field(description="file with the server's API key; only this process may read it")
    caller_secret_file: Path = Field(description="file with the secret that the retrieval service shows")
