# SPDX-License-Identifier: EUPL-1.2
"""The programs of one platform: which command, which settings, in which order they stop."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

import orjson

from genius_stack.datadir import DataDir
from genius_stack.identity.settings import REALM_PATH
from genius_stack.keycloak.wanted import FOLLOWER
from genius_stack.modules import packages
from genius_stack.options import UpOptions
from genius_stack.ports import HOST
from genius_stack.postgresql import Cluster, Role
from genius_stack.process import Program
from genius_stack.samples.people import WEB_CLIENT
from genius_stack.secrets import (
    StackSecrets,
    audit_key,
    embeddings_secret,
    key_encryption_key,
    minter_secret,
    signing_key,
)
from genius_stack.settings import base_environment

INNER = ("gateway_internal", "inference", "retrieval", "modules", "identity", "vllm", "minter", "worker")
STOP_ORDER = [
    ["gateway"],
    ["modules", "inference", "retrieval", "worker"],
    ["vllm", "identity", "minter"],
    ["postgresql"],
]
GATEWAY_DATABASE = "genius_gateway"
RETRIEVAL_DATABASE = "genius_retrieval"
_NVIDIA = Path("/dev/nvidiactl")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides how the programs are started."""

    options: UpOptions
    data: DataDir
    secrets: StackSecrets
    ports: Mapping[str, int]
    cluster: Cluster

    @property
    def issuer(self) -> str:
        return self.options.keycloak or f"{self.url('identity')}{REALM_PATH}"

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"

    @property
    def jwks_url(self) -> str:
        return f"{self.url('gateway_internal')}/.well-known/jwks.json"

    def roles(self) -> tuple[Role, Role]:
        return (
            Role(GATEWAY_DATABASE, self.secrets.gateway_owner, self.secrets.gateway_app),
            Role(RETRIEVAL_DATABASE, self.secrets.retrieval_owner, self.secrets.retrieval_app),
        )

    # --- programs

    def postgresql(self) -> Program:
        return Program(
            name="postgresql",
            command=self.cluster.command,
            environment=base_environment(),
            url=f"unix:{self.cluster.location.socket}",
            ready_check=self.cluster.answers,
            before_start=self.cluster.clear_stale_lock,
            stop_signal=Signals.SIGINT,
            death_signal=Signals.SIGINT,
            popen_options=self.cluster.popen_options,
        )

    def identity(self, state_dir: Path) -> Program:
        settings = {"STATE_DIR": str(state_dir)}
        return self._service("identity", "genius_stack.identity", settings)

    def inference(self) -> Program:
        settings = {"JWKS_URL": self.jwks_url}
        url = f"{self.url('vllm')}/v1" if self.options.model else self.options.openai_url
        if url is not None:
            settings["UPSTREAM__URL"] = url
        if self.options.openai_model is not None:
            settings["UPSTREAM__MODEL"] = self.options.openai_model
        if self.options.embedding_model is not None:
            settings["UPSTREAM__EMBEDDING_MODEL"] = self.options.embedding_model
        kind = "vllm" if self.options.model else self.options.openai_kind
        if kind is not None:
            settings["UPSTREAM__KIND"] = kind
        return self._service("inference", "genius_inference", settings)

    def retrieval(self) -> Program:
        return self._service("retrieval", "genius_retrieval", self._retrieval_settings())

    def worker(self) -> Program:
        """It reads documents beside retrieval, where the index lies in a Qdrant server."""
        settings = {**self._retrieval_settings(), "PORT": str(self.ports["worker"])}
        return Program(
            name="worker",
            command=[sys.executable, "-m", "genius_retrieval", "work"],
            environment=self._environment("retrieval", settings),
            url=self.url("worker"),
            ready_url=f"{self.url('worker')}/health/ready",
        )

    def minter(self) -> Program:
        """It alone gets the Qdrant server's key."""
        assert self.options.qdrant_url is not None
        settings = {
            "QDRANT_URL": self.options.qdrant_url,
            "API_KEY_FILE": str(self.options.qdrant_api_key_file),
            "CALLER_SECRET_FILE": str(minter_secret(self.data.secrets)),
        }
        return self._service("minter", "genius_retrieval.minter", settings)

    def modules(self) -> Program:
        settings = {
            "JWKS_URL": self.jwks_url,
            "INFERENCE_URL": self.url("inference"),
            "RETRIEVAL_URL": self.url("retrieval"),
            "GATEWAY_URL": self.url("gateway_internal"),
            **self._package_settings(),
        }
        if self.options.rules is not None:
            settings["RULES_FOLDER"] = str(self.options.rules.resolve())
        return self._service("modules", "genius_modules", settings)

    def gateway(self) -> Program:
        return Program(
            name="gateway",
            command=[sys.executable, "-m", "genius_gateway"],
            environment=self._environment("gateway", self._gateway_settings()),
            url=self.options.public_url,
            ready_url=f"{self.options.public_url}/api/v1/health/ready",
            stop_seconds=4.0,
        )

    def vllm(self) -> Program:
        """The model server; it may take minutes to load."""
        assert self.options.model is not None
        command = [sys.executable, "-m", "genius_inference.vllm", "--model", self.options.model]
        command += ["--port", str(self.ports["vllm"])]
        if self.options.vllm_python is not None:
            command += ["--python", str(self.options.vllm_python)]
        if not _NVIDIA.exists():
            command.append("--cpu")
        return Program(
            name="vllm",
            command=command,
            environment=base_environment(),
            url=self.url("vllm"),
            ready_url=f"{self.url('vllm')}/health",
            ready_seconds=900.0,
        )

    def migrations(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        """Command and environment that bring each database to this version."""
        gateway, retrieval = self.roles()
        gateway_settings = {**self._gateway_settings(), "DATABASE__MIGRATION_URL": self.cluster.owner_url(gateway)}
        retrieval_settings = {
            **self._retrieval_settings(),
            "DATABASE__MIGRATION_URL": self.cluster.owner_url(retrieval),
        }
        return {
            "gateway": (
                [sys.executable, "-m", "genius_gateway", "migrate"],
                self._environment("gateway", gateway_settings),
            ),
            "retrieval": (
                [sys.executable, "-m", "genius_retrieval", "migrate"],
                self._environment("retrieval", retrieval_settings),
            ),
        }

    # --- settings

    def _gateway_settings(self) -> dict[str, str]:
        gateway, _ = self.roles()
        embedding = self.options.embedding_model is not None
        return {
            **self._follow_settings(),
            **({"EMBEDDINGS_SECRET_FILE": str(embeddings_secret(self.data.secrets))} if embedding else {}),
            "PORT": str(self.options.port),
            "INTERNAL_PORT": str(self.ports["gateway_internal"]),
            "PUBLIC_URL": self.options.public_url,
            "DATABASE__URL": self.cluster.app_url(gateway),
            "INFERENCE_URL": self.url("inference"),
            "RETRIEVAL_URL": self.url("retrieval"),
            "MODULES_URL": self.url("modules"),
            "KEK_FILE": str(key_encryption_key(self.data.secrets)),
            "SIGNING_KEY_FILE": str(signing_key(self.data.secrets)),
            "MODULE_REGISTER_FILE": str(self.data.path / "modules.json"),
            "AUDIT__KEY_FILE": str(audit_key(self.data.secrets)),
            "OIDC__ISSUER": self.issuer,
            "OIDC__CLIENT_ID": WEB_CLIENT,
            "OIDC__CLIENT_SECRET": self._web_client_secret(),
        }

    def _package_settings(self) -> dict[str, str]:
        """What `genius modules add` has allowed to run in cages."""
        found = packages.allowed(self.data.path)
        if found is None or not found.names:
            return {}
        return {
            "PACKAGES": orjson.dumps(found.names).decode(),
            "PACKAGE_FOLDER": str((self.data.path / packages.FOLDER).resolve()),
            "PACKAGE_DIGEST": found.digest,
        }

    def _retrieval_settings(self) -> dict[str, str]:
        _, retrieval = self.roles()
        return {
            **self._qdrant_settings(),
            **self._embedding_settings(),
            "PORT": str(self.ports["retrieval"]),
            "JWKS_URL": self.jwks_url,
            "DATABASE__URL": self.cluster.app_url(retrieval),
            "DATA_DIR": str(self.data.folder("retrieval")),
            "KEK_FILE": str(key_encryption_key(self.data.secrets)),
        }

    def _qdrant_settings(self) -> dict[str, str]:
        if self.options.qdrant_url is None:
            return {}
        return {
            "QDRANT__URL": self.options.qdrant_url,
            "QDRANT__MINTER_URL": self.url("minter"),
            "QDRANT__MINTER_SECRET_FILE": str(minter_secret(self.data.secrets)),
        }

    def _embedding_settings(self) -> dict[str, str]:
        if self.options.embedding_model is None:
            return {}
        return {
            "DENSE__INFERENCE__URL": self.url("inference"),
            "DENSE__INFERENCE__MODEL": self.options.embedding_model,
            "DENSE__INFERENCE__SECRET_FILE": str(embeddings_secret(self.data.secrets)),
            "DENSE__VECTOR_SIZE": str(self.options.embedding_size),
        }

    def _web_client_secret(self) -> str:
        if self.options.keycloak_secret_file is not None:
            return self.options.keycloak_secret_file.read_text().strip()
        return self.secrets.web_client

    def _follow_settings(self) -> dict[str, str]:
        file = self.options.keycloak_follow_secret_file
        if file is None:
            return {}
        return {"OIDC__FOLLOW__CLIENT_ID": FOLLOWER, "OIDC__FOLLOW__CLIENT_SECRET": file.read_text().strip()}

    def _service(self, name: str, module: str, settings: Mapping[str, str]) -> Program:
        return Program(
            name=name,
            command=[sys.executable, "-m", module],
            environment=self._environment(name, {"PORT": str(self.ports[name]), **settings}),
            url=self.url(name),
            ready_url=f"{self.url(name)}/health/ready",
        )

    def _environment(self, name: str, settings: Mapping[str, str]) -> dict[str, str]:
        start = f"GENIUS_{name.upper()}_"
        common = {"PROFILE": self.options.profile, "TENANT": self.options.tenant, "HOST": HOST}
        return {**base_environment(), **{start + key: value for key, value in {**common, **settings}.items()}}
