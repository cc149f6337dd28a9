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


def read_secret(file: Path, shortest: int = 32) -> str:
    """The text of a secret's file without white space at its ends. Raises: ValueError for one that is too short.

    Both secrets are the key of an HMAC or compared as a whole: fewer than 32 characters could be tried out.
    """
    secret = file.read_text(encoding="ascii").strip()
    if len(secret) < shortest:
        raise ValueError(f"{file} must hold at least {shortest} characters")
    return secret
