# SPDX-License-Identifier: EUPL-1.2
"""What `genius up` was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from genius_common.settings import TAX_SECRECY, Profile

DEFAULT_DATA_DIR = Path(".genius")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """Options of `genius up`; `profile` is the one of the services.

    `keycloak` is an issuer URL, `openai_url` what an SDK calls base URL.
    `embedding_model` is one of that server, whose vectors of `embedding_size` numbers the search then uses too.
    `qdrant_url` is a Qdrant server instead of the embedded engine; a minter with its key
    and a worker then run beside retrieval.
    `rules` is a folder of rule sets of the tenant.
    `authorities` names the file of authorities for a Keycloak, None the shipped one (without samples: none at all).
    """

    profile: Profile = "local"
    port: int = 8080
    data_dir: Path = DEFAULT_DATA_DIR
    model: str | None = None
    vllm_python: Path | None = None
    openai_url: str | None = None
    openai_model: str | None = None
    openai_kind: str | None = None
    embedding_model: str | None = None
    embedding_size: int | None = None
    keycloak: str | None = None
    keycloak_secret_file: Path | None = None
    keycloak_follow_secret_file: Path | None = None
    authorities: Path | None = None
    qdrant_url: str | None = None
    qdrant_api_key_file: Path | None = None
    rules: Path | None = None
    samples: bool = True
    laws: bool = True
    web_ui: bool = True

    @property
    def tax_secrecy(self) -> bool:
        return self.profile in TAX_SECRECY

    @property
    def tenant(self) -> str:
        """Two platforms of one machine are two tenants: a token of one is noise to the other."""
        return "lokal-steuer" if self.tax_secrecy else "lokal"

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_urls(self) -> list[str]:
        """Both names of this machine that browsers use."""
        return [self.public_url, f"http://localhost:{self.port}"]
