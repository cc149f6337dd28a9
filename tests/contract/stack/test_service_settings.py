# SPDX-License-Identifier: EUPL-1.2
"""The environment that `genius up` gives a service is exactly what its settings accept (they are closed)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from genius_common.keys_encryption import read_keks
from genius_common.settings import read_secret
from genius_gateway.settings import Settings as GatewaySettings
from genius_inference.settings import Settings as InferenceSettings
from genius_modules.settings import Settings as ModulesSettings
from genius_retrieval.minter.settings import Settings as MinterSettings
from genius_retrieval.settings import Settings as RetrievalSettings
from genius_stack.datadir import DataDir
from genius_stack.identity.settings import Settings as IdentitySettings
from genius_stack.options import UpOptions
from genius_stack.postgresql import Cluster, locate
from genius_stack.process import Program
from genius_stack.secrets import StackSecrets
from genius_stack.services import INNER, Plan


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[Plan]:
    data = DataDir(tmp_path / "data")
    data.open("1.0")
    ports = {name: 20_000 + number for number, name in enumerate(INNER)}
    cluster = Cluster(locate(data.path), "geheim")
    options = UpOptions(port=18_080, data_dir=data.path, openai_url="http://127.0.0.1:1/v1", openai_model="m")
    yield Plan(options, data, StackSecrets(), ports, cluster)
    data.close()


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> object:
    def apply(program: Program) -> None:
        for name in [name for name in os.environ if name.startswith("GENIUS_")]:
            monkeypatch.delenv(name)
        for name, value in program.environment.items():
            monkeypatch.setenv(name, value)

    return apply


def test_gateway(plan: Plan, enter) -> None:
    enter(plan.gateway())
    settings = GatewaySettings()
    assert settings.public_url == "http://127.0.0.1:18080"
    assert settings.oidc.issuer == f"http://127.0.0.1:{plan.ports['identity']}/realms/genius"
    assert settings.internal_port == plan.ports["gateway_internal"]
    assert settings.kek_file
    assert [len(kek) for kek in read_keks(settings.kek_file)] == [32]
    assert settings.database.migration_url is None, "the running service must not know the owner's password"
    assert not settings.secure


def test_retrieval(plan: Plan, enter) -> None:
    enter(plan.retrieval())
    settings = RetrievalSettings()
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    assert settings.database.migration_url is None


def test_retrieval_on_a_qdrant_server(plan: Plan, enter, tmp_path: Path) -> None:
    """TEN-11: retrieval gets the minter's address and secret, and only the minter the file with the server's key."""
    key = tmp_path / "server-key"
    key.write_text("k" * 32)
    options = replace(plan.options, qdrant_url="http://127.0.0.1:6333", qdrant_api_key_file=key)
    with_server = replace(plan, options=options)
    enter(with_server.retrieval())
    settings = RetrievalSettings().qdrant
    assert settings
    assert (settings.url, settings.minter_url) == ("http://127.0.0.1:6333", with_server.url("minter"))
    others = [with_server.retrieval(), with_server.gateway(), with_server.inference(), with_server.modules()]
    assert not any(str(key) in program.environment.values() for program in others)
    worker = with_server.worker()
    assert worker.command[-1] == "work"
    assert worker.environment == {
        **with_server.retrieval().environment,
        "GENIUS_RETRIEVAL_PORT": str(plan.ports["worker"]),
    }
    enter(with_server.minter())
    minter = MinterSettings()
    assert (minter.qdrant_url, minter.api_key_file) == (settings.url, key)
    assert read_secret(minter.caller_secret_file) == read_secret(settings.minter_secret_file)


def test_embeddings_by_inference(plan: Plan, enter) -> None:
    """Retrieval asks inference for them, and shows the gateway the secret that it knows."""
    options = replace(plan.options, embedding_model="e", embedding_size=384)
    embedding = replace(plan, options=options)
    enter(embedding.retrieval())
    dense = RetrievalSettings().dense
    assert dense
    assert dense.inference
    assert (dense.inference.url, dense.inference.model, dense.vector_size) == (plan.url("inference"), "e", 384)
    enter(embedding.inference())
    assert InferenceSettings().upstream.embedding_model == "e"
    enter(embedding.gateway())
    file = GatewaySettings().embeddings_secret_file
    assert file
    assert read_secret(file) == read_secret(dense.inference.secret_file)
    enter(plan.gateway())
    assert GatewaySettings().embeddings_secret_file is None


def test_inference(plan: Plan, enter) -> None:
    enter(plan.inference())
    settings = InferenceSettings()
    assert (settings.upstream.url, settings.upstream.model) == ("http://127.0.0.1:1/v1", "m")
    assert settings.jwks_url == f"http://127.0.0.1:{plan.ports['gateway_internal']}/.well-known/jwks.json"


def test_modules(plan: Plan, enter, tmp_path: Path) -> None:
    enter(plan.modules())
    assert str(ModulesSettings().gateway_url) == f"http://127.0.0.1:{plan.ports['gateway_internal']}/"
    assert ModulesSettings().rules_folder is None
    enter(replace(plan, options=replace(plan.options, rules=tmp_path)).modules())
    assert ModulesSettings().rules_folder == tmp_path


def test_identity(plan: Plan, enter) -> None:
    enter(plan.identity(plan.data.folder("identity")))
    assert IdentitySettings().issuer == plan.issuer


def test_only_migrations_know_the_owner(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    classes = {"gateway": GatewaySettings, "retrieval": RetrievalSettings}
    for name, (command, environment) in plan.migrations().items():
        for key, value in environment.items():
            monkeypatch.setenv(key, value)
        assert command[-1] == "migrate"
        assert classes[name]().database.migration_url is not None
        assert f"{name}_owner" in environment[f"GENIUS_{name.upper()}_DATABASE__MIGRATION_URL"]


def test_vllm_is_what_inference_talks_to(plan: Plan) -> None:
    options = UpOptions(data_dir=plan.data.path, model="/modelle/klein")
    with_model = Plan(options, plan.data, plan.secrets, plan.ports, plan.cluster)
    program = with_model.vllm()
    assert program.command[2:5] == ["genius_inference.vllm", "--model", "/modelle/klein"]
    environment = with_model.inference().environment
    assert environment["GENIUS_INFERENCE_UPSTREAM__URL"] == f"{program.url}/v1"
    assert environment["GENIUS_INFERENCE_UPSTREAM__KIND"] == "vllm"


def test_nothing_of_our_own_environment_reaches_a_service(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "geheim")
    for program in (plan.gateway(), plan.retrieval(), plan.modules()):
        assert "geheim" not in program.environment.values()
        assert {"DATABASE_URL", "AWS_SECRET_ACCESS_KEY"}.isdisjoint(program.environment)
