# SPDX-License-Identifier: EUPL-1.2
"""Settings of the gateway, from `GENIUS_GATEWAY_…`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from genius_common.keys_transit import TransitSettings, key_source_error
from genius_common.principal import ProtectionClass
from genius_common.settings import DatabaseSettings, Section, ServiceSettings, settings_config
from genius_gateway.callbacks.options import CallbackOptions
from genius_gateway.export.settings import ExportSettings
from genius_gateway.keys.holders import KeyHolderSettings
from genius_gateway.retention.schedule import SCHEDULE, Kind
from genius_gateway.runs.options import RunOptions

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
UI_CONFIG_VARIABLE = "GENIUS_GATEWAY_UI_CONFIG_FILE"
_LOCAL_COMMAND_CLIENT = "genius-cli"


class FollowSettings(Section):
    """A service account of the realm that may view events and users: changes there reach us within a minute."""

    client_id: str
    client_secret: SecretStr
    every_s: float = Field(default=15, gt=0, le=60, description="how often Keycloak's admin events are read")


class OidcSettings(Section):
    """The identity provider. Everything else is read from its discovery document."""

    issuer: str = Field(description="exact issuer of the realm, as it stands in its tokens")
    client_id: str = Field(description="client of the web UI (confidential, code flow with PKCE)")
    client_secret: SecretStr
    audience: str = Field(default="genius", description="value that must stand in `aud` of access tokens")
    person_clients: tuple[str, ...] = Field(
        default=(), description="further clients (`azp`) whose access tokens of people are accepted"
    )
    follow: FollowSettings | None = Field(
        default=None, description="without it (development provider), changes take effect with the next token alone"
    )


class SessionSettings(Section):
    idle_minutes: int = Field(
        default=45,
        ge=5,
        le=240,
        description="without a request, a session ends after this; 5 at least, so that the page can warn in good time",
    )
    absolute_hours: int = Field(default=10, ge=1, le=24, description="at most as long as the provider's own session")


class AuditSettings(Section):
    """Checkpoints of the audit trail. The second party's key lies with it, never here."""

    key_file: Path = Field(description="Ed25519 private key (PEM) that signs checkpoints")
    witness_keys_file: Path | None = Field(
        default=None, description="public keys (PEM) of second parties whose signatures are accepted"
    )
    checkpoint_minutes: float = Field(default=60, gt=0, le=1440, description="how often a checkpoint is made")


class LimitSettings(Section):
    json_bytes: int = Field(default=12_000_000, ge=1024, description="largest JSON body")
    upload_bytes: int = Field(default=50 * 1024 * 1024, ge=1024, description="largest file of one upload")
    tokens_per_day: int = Field(default=50_000_000, ge=0, description="model tokens of one authority in a day")
    requests_per_day: int = Field(
        default=1_000_000, ge=0, description="runs, model requests and searches of one authority in a day"
    )
    tokens_per_month: int = Field(default=1_000_000_000, ge=0, description="budget of one authority in a month")
    person_tokens_per_day: int = Field(default=3_000_000, ge=0, description="model tokens of one person in a day")
    person_requests_per_day: int = Field(default=20_000, ge=0, description="requests of one person in a day")
    application_tokens_per_day: int = Field(
        default=25_000_000, ge=0, description="model tokens of one application in a day"
    )
    application_requests_per_day: int = Field(default=500_000, ge=0, description="requests of one application in a day")
    api_token_tokens_per_day: int = Field(
        default=1_500_000, ge=0, description="model tokens of one API token in a day, within those of its person"
    )
    api_token_requests_per_day: int = Field(
        default=10_000, ge=0, description="requests of one API token in a day, within those of its person"
    )
    answer_tokens: int = Field(
        default=16_384, ge=1, description="set aside for an answer whose length the request does not limit"
    )


class TaxSecrecySettings(Section):
    """For the profiles `steuer` and `local-steuer` only."""

    exports: bool = Field(
        default=False, description="originals and the export of one's own data may be downloaded (each is logged)"
    )


class ProtectionSettings(Section):
    """Protection classes at the platform's edges (TEN-15); an unknown class stops the start."""

    export_up_to: ProtectionClass = Field(
        default=ProtectionClass.PERSONENBEZOGEN,
        description="highest class whose originals and texts may be downloaded, the own copy of one's data included",
    )
    model_default: ProtectionClass = Field(
        default=ProtectionClass.INTERN, description="class of a request to /v1 that states none"
    )


class RetentionSettings(Section):
    """`days` changes single lines of `retention/schedule.py`: `…RETENTION__DAYS__CONVERSATIONS=90`."""

    days: dict[Kind, Annotated[int, Field(ge=1, le=36_500)]] = Field(
        default={}, description="days per kind of data; what is not named keeps its default"
    )
    every_minutes: float = Field(default=60, gt=0, le=1440, description="how often what is due is deleted")

    @field_validator("days")
    @classmethod
    def _has_a_time(cls, days: dict[Kind, int]) -> dict[Kind, int]:
        for kind in days:
            if SCHEDULE[kind].days is None:
                raise ValueError(f"{kind} has no time of its own")
        return days


class Settings(ServiceSettings):
    """`public_url` is what browsers see; redirect URIs, cookie mode and the accepted Origin come from it alone."""

    model_config = settings_config("GENIUS_GATEWAY_")

    port: int = Field(default=8080, ge=1, le=65535)
    internal_port: int | None = Field(
        default=None, ge=1, le=65535, description="JWKS, module tokens, health and metrics for the other services"
    )
    public_url: str = Field(pattern=r"^https?://[^/]+$", description="scheme, host and port only, no path")
    trusted_proxies: str | None = Field(default=None, description="addresses whose X-Forwarded-* are believed")
    oidc: OidcSettings
    database: DatabaseSettings
    kek_file: Path | None = Field(default=None, description="file with the key-encryption key, 64 hex digits a line")
    transit: TransitSettings | None = Field(default=None, description="key-encryption key in Vault, instead of a file")
    signing_key_file: Path = Field(description="Ed25519 private key (PEM) for principal tokens")
    audit: AuditSettings
    embeddings_secret_file: Path | None = Field(
        default=None,
        description="file with the secret for which retrieval gets tokens to ask inference for embeddings; "
        "empty = nobody gets one",
    )
    inference_url: str
    retrieval_url: str
    modules_url: str
    module_register_file: Path | None = Field(
        default=None, description="JSON file with the external modules that the operator has registered"
    )
    terms_version: int = Field(
        default=1,
        ge=1,
        description="raise it when your own texts of the terms change (contact, privacy): everybody is asked again",
    )
    ui_config_file: Path | None = Field(
        default=None, description="JSON file with the operator's own texts of the web UI (imprint, privacy, contact …)"
    )
    session: SessionSettings = SessionSettings()
    limits: LimitSettings = LimitSettings()
    runs: RunOptions = RunOptions()
    export: ExportSettings = ExportSettings()
    callbacks: CallbackOptions = CallbackOptions()
    retention: RetentionSettings = RetentionSettings()
    key_holders: KeyHolderSettings = KeyHolderSettings()
    protection: ProtectionSettings = ProtectionSettings()
    tax: TaxSecrecySettings | None = Field(default=None, description="what the Steuergeheimnis leaves to the operator")

    @model_validator(mode="after")
    def _tls_outside_of_local(self) -> Self:
        if not self.on_one_machine and not self.secure:
            raise ValueError("public_url must be https outside of the local profiles")
        return self

    @model_validator(mode="after")
    def _one_key_source(self) -> Self:
        if wrong := key_source_error(self.kek_file, self.transit):
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _tax_settings_need_their_profile(self) -> Self:
        if self.tax is not None and not self.tax_secrecy:
            raise ValueError("the section tax belongs to the profiles steuer and local-steuer")
        return self

    @property
    def exports(self) -> bool:
        """Whether originals may be downloaded; under the Steuergeheimnis only where the operator says so."""
        return not self.tax_secrecy or (self.tax is not None and self.tax.exports)

    @property
    def bound_issuer(self) -> str | None:
        """The issuer that key file and database are bound to; a development platform may change it."""
        return None if self.profile == "local" else self.oidc.issuer

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by TLS: then cookies are `__Host-` and Secure, and HSTS is sent."""
        return self.public_url.startswith("https://")

    @property
    def session_cookie(self) -> str:
        return "__Host-genius" if self.secure else "genius-session"

    @property
    def login_cookie(self) -> str:
        return "__Host-genius-login" if self.secure else "genius-login"

    @property
    def origins(self) -> frozenset[str]:
        """Origins that our own pages have; on one machine both of its names."""
        port = urlsplit(self.public_url).port
        local = {f"http://{name}:{port}" for name in LOOPBACK_HOSTS} if self.on_one_machine and port else set()
        return frozenset({self.public_url, *local})

    @property
    def hosts(self) -> frozenset[str]:
        """Accepted Host headers, without port."""
        own = {_without_port(urlsplit(self.public_url).netloc)}
        return frozenset(own | (LOOPBACK_HOSTS if self.on_one_machine else set()))

    @property
    def person_clients(self) -> frozenset[str]:
        local = {_LOCAL_COMMAND_CLIENT} if self.on_one_machine else set()
        return frozenset({self.oidc.client_id, *self.oidc.person_clients} | local)


def _without_port(netloc: str) -> str:
    head, separator, port = netloc.rpartition(":")
    return head if separator and port.isdigit() else netloc
