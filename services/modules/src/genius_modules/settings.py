# SPDX-License-Identifier: EUPL-1.2
"""Settings of the modules service; the only place that knows the names of its environment variables."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, model_validator

from genius_common.folder_digest import PATTERN
from genius_common.settings import Section, ServiceSettings, settings_config


class RunSettings(Section):
    """Bounds of all runs of this process."""

    max_body_bytes: int = Field(default=12_000_000, ge=1, description="largest run request, refused above")
    max_active: int = Field(default=200, ge=1, description="runs at the same time, refused above")
    model_silence_s: float = Field(
        default=120.0, gt=0, description="longest silence of a model before it counts as hung"
    )
    file_wait_s: float = Field(default=240.0, gt=0, description="longest wait for the parsing of a file")
    heartbeat_s: float = Field(default=15.0, gt=0, description="a comment after so long without an event")


class Settings(ServiceSettings):
    """Environment: `GENIUS_MODULES_…`."""

    model_config = settings_config("GENIUS_MODULES_")

    port: int = Field(default=8083, ge=1, le=65535)
    jwks_url: HttpUrl = Field(description="the gateway's /.well-known/jwks.json")
    inference_url: HttpUrl = Field(description="base URL of inference, without /v1")
    retrieval_url: HttpUrl = Field(description="base URL of retrieval")
    gateway_url: HttpUrl = Field(description="base URL of the gateway's internal port, for fresh run tokens")
    runs: RunSettings = RunSettings()
    packages: tuple[str, ...] = Field(
        default=(), description="entry points of the group genius.modules that may run here, each in a caged process"
    )
    package_folder: Path | None = Field(
        default=None, description="folder that such packages are installed into, beside the environment"
    )
    package_digest: str | None = Field(
        default=None,
        pattern=PATTERN,
        description="digest of that folder, as `genius modules digest FOLDER` says it: another content does not run",
    )
    package_memory_bytes: int = Field(
        default=2_000_000_000, ge=200_000_000, description="address space of one caged process"
    )
    rules_folder: Path | None = Field(
        default=None,
        description="folder with rule sets of the tenant, what they read and what is switched off: write-a-rule-set.md",
    )

    @model_validator(mode="after")
    def _folder_is_pinned(self) -> Self:
        if self.packages and self.package_folder is not None and self.package_digest is None:
            raise ValueError("package_digest is needed with packages of a folder (genius modules digest FOLDER)")
        return self
