# SPDX-License-Identifier: EUPL-1.2
"""Settings of inference, from `GENIUS_INFERENCE_*`; nested values with `__`, e.g. `GENIUS_INFERENCE_UPSTREAM__URL`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SecretStr, model_validator

from genius_common.principal import ProtectionClass
from genius_common.settings import Section, ServiceSettings, settings_config


class UpstreamSettings(Section):
    """The model server. Without `url` the service runs and says that there is no model."""

    url: str | None = Field(
        default=None, description="what an SDK calls base URL, with /v1; several model servers separated by blanks"
    )
    model: str | None = Field(default=None, description="offer only this one of the server's models")
    embedding_model: str | None = Field(default=None, description="offer this one too, as embedding model")
    api_key: SecretStr | None = Field(default=None, description="bearer token for the model server")
    kind: Literal["auto", "openai", "vllm"] = Field(
        default="auto", description="vllm: send fields that only vLLM knows; auto: where it says owned_by vllm"
    )
    ttft_timeout_s: float = Field(default=60.0, gt=0, description="silence allowed before the first token")
    hang_after_s: float = Field(
        default=3.0, gt=0, description="a server that is silent for so long on all its requests is given up for another"
    )
    prefill_bytes_per_s: int = Field(
        default=20_000,
        ge=1,
        description="the slowest reading of a prompt: it lengthens both times before the first token",
    )
    slots: int = Field(default=128, ge=1, description="requests at one model server at one time; the others wait here")
    idle_timeout_s: float = Field(default=30.0, gt=0, description="silence allowed between two tokens")
    answer_timeout_s: float = Field(
        default=300.0, gt=0, description="silence allowed for an answer that is not streamed"
    )
    refresh_s: float = Field(default=15.0, gt=0, description="how often the list of models is read again")
    report_s: float = Field(default=1.0, gt=0, description="how often vLLM is asked for its load")

    @property
    def urls(self) -> list[str]:
        return (self.url or "").split()


class ProtectionSettings(Section):
    """What the models may see (TEN-15); an unknown class stops the start."""

    highest: ProtectionClass | None = Field(
        default=None,
        description="highest protection class that a model may see: offen, intern, personenbezogen, sozialdaten or "
        "steuergeheimnis; without it sozialdaten, in the profiles of the tax administration steuergeheimnis",
    )
    models: dict[str, ProtectionClass] = Field(
        default={}, description="the same for single models by name, e.g. a model outside of the own data centre"
    )


class ModelSettings(Section):
    """What operators know of one model and its server does not say; what is not set is not shown and not bounded."""

    kind: Literal["chat", "embedding", "rerank"] | None = Field(
        default=None, description="what it is for, where neither its server nor its name tells"
    )
    place: str | None = Field(default=None, max_length=80, description="where it runs, as people read it")
    temperature: float | None = Field(default=None, ge=0, le=2, description="highest that a request may ask for")
    output_tokens: int | None = Field(default=None, ge=1, description="most that a request may ask for")
    wh_per_1000_input: float | None = Field(
        default=None, ge=0, description="energy in Wh for 1,000 tokens read; with wh_per_1000_output, or neither"
    )
    wh_per_1000_output: float | None = Field(default=None, ge=0, description="energy in Wh for 1,000 tokens written")

    @model_validator(mode="after")
    def _both_or_neither(self) -> ModelSettings:
        if (self.wh_per_1000_input is None) != (self.wh_per_1000_output is None):
            raise ValueError("wh_per_1000_input and wh_per_1000_output belong together")
        return self


class Limits(Section):
    """Bounds of a request; what is above is refused with the number, never cut."""

    body_bytes: int = Field(default=2_000_000, ge=1_000)
    prompt_bytes: int = Field(default=1_000_000, ge=1_000)
    messages: int = Field(default=512, ge=1)
    output_tokens: int = Field(default=16_384, ge=1)
    embedding_inputs: int = Field(default=512, ge=1)


class QueueSettings(Section):
    """The fair queue in front of the models (LLM-10, REL-07)."""

    in_flight_per_authority: int = Field(default=128, ge=1, description="of all slots; what is above waits")
    waiting: int = Field(default=2_000, ge=0, description="requests that may wait for one model")
    waiting_per_authority: int = Field(default=500, ge=0)
    longest_wait_s: float = Field(default=60.0, gt=0)


class DrainSettings(Section):
    """Between SIGTERM and the end of the process (REL-02). A pod's grace period must be longer than both together."""

    notice_s: float = Field(
        default=0.0, ge=0, description="requests are still taken, and each answer ends its connection"
    )
    open_s: int = Field(default=10, ge=1, description="then nothing is taken, and open answers have so long")


class Settings(ServiceSettings):
    """Environment: `GENIUS_INFERENCE_…`."""

    model_config = settings_config("GENIUS_INFERENCE_")

    port: int = Field(default=8081, ge=1, le=65535)
    jwks_url: str = Field(description="the gateway's /.well-known/jwks.json")
    upstream: UpstreamSettings = UpstreamSettings()
    protection: ProtectionSettings = ProtectionSettings()
    models: dict[str, ModelSettings] = Field(default={}, description="by the model's name, e.g. bounds of sampling")
    limits: Limits = Limits()
    queue: QueueSettings = QueueSettings()
    drain: DrainSettings = DrainSettings()
    cache_salt_key: SecretStr | None = Field(
        default=None, description="secret of the salt per authority; random per process where it is not given"
    )
    response_schemas: dict[str, dict[str, Any]] = Field(
        default={}, description="JSON schemas that a request may name in response_format (LLM-04)"
    )

    @property
    def highest_class(self) -> ProtectionClass:
        """What a model may see that the settings do not name; a tax tenant's models are in its own data centre."""
        by_profile = ProtectionClass.STEUERGEHEIMNIS if self.tax_secrecy else ProtectionClass.SOZIALDATEN
        return self.protection.highest or by_profile
