# SPDX-License-Identifier: EUPL-1.2
"""Two platforms for the session: as `make run` starts it, without a model, and with the scripted model server."""

from collections.abc import Iterator

import pytest

from tests.support.platform import Platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The default of `make run`: no language model."""
    running = Platform(tmp_path_factory.mktemp("platform") / "data").start()
    yield running
    assert running.stop() == 0
