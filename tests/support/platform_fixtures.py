# SPDX-License-Identifier: EUPL-1.2
"""Two platforms for the session, shared by e2e and browser tests: without a model, and with the scripted one."""

from collections.abc import Iterator

import pytest

from genius_inference.testing import RunningServer, scripted_server
from tests.support.platform import Platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The default of `make run`: no language model."""
    running = Platform(tmp_path_factory.mktemp("platform") / "data").start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def model_server() -> Iterator[RunningServer]:
    """The scripted model server, a documented double of an OpenAI-compatible server."""
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="session")
def platform_with_model(tmp_path_factory: pytest.TempPathFactory, model_server: RunningServer) -> Iterator[Platform]:
    """`genius up --openai-url …` in front of the scripted model server; without laws, which take most of a start."""
    options = ("--no-laws", "--openai-url", model_server.url, "--openai-model", "scripted")
    running = Platform(tmp_path_factory.mktemp("platform-model") / "data", options=options).start()
    yield running
    assert running.stop() == 0
