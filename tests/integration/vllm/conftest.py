# SPDX-License-Identifier: EUPL-1.2
"""One vLLM for all tests of this folder, with a real inference service in front."""

from collections.abc import Iterator

import pytest

from tests.support.inference import RunningInference, jwks_server, running_inference
from tests.support.vllm import RunningVllm, running_vllm


@pytest.fixture(scope="session")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVllm]:
    with running_vllm(tmp_path_factory.mktemp("vllm")) as server:
        yield server


@pytest.fixture(scope="session")
def inference(vllm: RunningVllm) -> Iterator[RunningInference]:
    with jwks_server() as keys, running_inference(keys, upstream={"url": vllm.url}) as service:
        yield service
