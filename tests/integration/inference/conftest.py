# SPDX-License-Identifier: EUPL-1.2
"""A real inference service on loopback in front of the scripted model server, and tokens for it."""

from collections.abc import Iterator

import pytest

from genius_inference.testing import RunningServer
from tests.support.inference import Keys, RunningInference, jwks_server, running_inference


@pytest.fixture(scope="session")
def keys() -> Iterator[Keys]:
    with jwks_server() as found:
        yield found


@pytest.fixture(scope="session")
def shared_inference(model_server: RunningServer, keys: Keys) -> Iterator[RunningInference]:
    upstream = {"url": model_server.url, "ttft_timeout_s": 0.5, "idle_timeout_s": 0.4, "answer_timeout_s": 0.6}
    with running_inference(keys, upstream=upstream) as service:
        yield service


@pytest.fixture
def inference(shared_inference: RunningInference, model_server: RunningServer) -> RunningInference:
    model_server.clear()
    return shared_inference
