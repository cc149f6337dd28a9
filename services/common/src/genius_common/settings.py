# SPDX-License-Identifier: EUPL-1.2
"""Base of every service's settings: typed, closed, from the environment, no default for a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Profile = Literal["local", "local-steuer", "land", "steuer"]
ONE_MACHINE: frozenset[Profile] = frozenset({"local", "local-steuer"})
TAX_SECRECY: frozenset[Profile] = frozenset({"steuer", "local-steuer"})
"""Profiles under the Steuergeheimnis (§ 30 AO): docs/explanation/steuergeheimnis.md."""


class Section(BaseModel):
    """A nested group of settings; an unknown name is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(Section):
    """`url` is the service's own role; `migration_url` is known to the migration job only."""

    url: SecretStr = Field(description="postgresql+psycopg://… of the service's own role")
    migration_url: SecretStr | None = Field(default=None, description="the owner's role, for `migrate` only")
    pool_size: int = Field(default=8, ge=1, le=100)

    @property
    def conninfo(self) -> str:
        """The same for psycopg alone: LISTEN needs a connection outside of the pool."""
        return self.url.get_secret_value().replace("postgresql+psycopg://", "postgresql://", 1)


class ServiceSettings(BaseSettings):
    """What every service has. Subclasses set `env_prefix` in `settings_config` and add their own sections."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_nested_delimiter="__")

    profile: Profile = Field(
        description="land and steuer = data centre;"
        " local and local-steuer = the same two on one machine for development"
    )
    tenant: str = Field(pattern=r"^[a-z0-9-]{1,40}$", description="name of the tenant, part of every token")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(ge=1, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def on_one_machine(self) -> bool:
        """Whether loopback without TLS and the development identity provider will do."""
        return self.profile in ONE_MACHINE

    @property
    def tax_secrecy(self) -> bool:
        return self.profile in TAX_SECRECY


def settings_config(prefix: str) -> SettingsConfigDict:
    """The configuration of a `ServiceSettings` whose variables start with `prefix`."""
    return SettingsConfigDict(env_prefix=prefix, extra="forbid", frozen=True, env_nested_delimiter="__")


def read_secret(file: Path, shortest: int = 32) -> str:
    """The text of a secret's file without white space at its ends. Raises: OSError, ValueError.

    ValueError for a short one, and for one that no header can carry (two lines, for instance).

    Such a secret is the key of an HMAC or compared as a whole: fewer than 32 characters could be tried out.
    """
    secret = file.read_text(encoding="ascii").strip()
    if len(secret) < shortest:
        raise ValueError(f"{file} must hold at least {shortest} characters")
    if not secret.isprintable() or " " in secret:
        raise ValueError(f"{file} must hold one line without spaces")
    return secret
