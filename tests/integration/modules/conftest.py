# SPDX-License-Identifier: EUPL-1.2
"""The modules service between the real inference service (in front of the scripted model) and retrieval's contract."""

from collections.abc import Iterator

import pytest

from genius_inference.testing import RunningServer, scripted_server
from tests.support.inference import Keys, RunningInference, jwks_server, running_inference
from tests.support.modules import NOWHERE, RunningModules, running_modules
from tests.support.scripted_retrieval import ScriptedRetrieval, scripted_retrieval


@pytest.fixture(scope="session")
def model_server() -> Iterator[RunningServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="session")
def keys() -> Iterator[Keys]:
    with jwks_server() as found:
        yield found


@pytest.fixture(scope="session")
def inference(model_server: RunningServer, keys: Keys) -> Iterator[RunningInference]:
    upstream = {"url": model_server.url, "model": "scripted", "ttft_timeout_s": 2, "idle_timeout_s": 1}
    with running_inference(keys, upstream=upstream) as service:
        yield service


@pytest.fixture(scope="session")
def shared_retrieval() -> Iterator[ScriptedRetrieval]:
    with scripted_retrieval() as script:
        yield script


@pytest.fixture
def retrieval(shared_retrieval: ScriptedRetrieval) -> ScriptedRetrieval:
    shared_retrieval.clear()
    return shared_retrieval


@pytest.fixture
def model(model_server: RunningServer) -> Iterator[RunningServer]:
    """The scripted model, steered by the test with `script`."""
    model_server.clear()
    yield model_server
    model_server.script()


@pytest.fixture(scope="session")
def _offline(keys: Keys, shared_retrieval: ScriptedRetrieval) -> Iterator[RunningModules]:
    with running_modules(keys, NOWHERE, shared_retrieval.url) as service:
        yield service


@pytest.fixture(scope="session")
def _online(keys: Keys, shared_retrieval: ScriptedRetrieval, inference: RunningInference) -> Iterator[RunningModules]:
    with running_modules(keys, inference.url, shared_retrieval.url, runs={"heartbeat_s": 0.2}) as service:
        yield service


@pytest.fixture
def offline(_offline: RunningModules, retrieval: ScriptedRetrieval) -> RunningModules:
    """Modules without any model."""
    return _offline


@pytest.fixture
def online(_online: RunningModules, retrieval: ScriptedRetrieval, model: RunningServer) -> RunningModules:
    """Modules with the scripted model behind real inference."""
    return _online
