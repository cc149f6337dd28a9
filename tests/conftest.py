# SPDX-License-Identifier: EUPL-1.2
"""Fixtures that every kind of test may use. Support code is imported as `tests.support.…`."""

import gc
import json
import shutil
from collections.abc import Generator

# Its pytest plugin imports it at the very end otherwise, where Python 3.11 may fail to compile it.
import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from genius_stack.postgresql.location import OUTSIDE, OWNER_NOTE
from tests.support.platform_fixtures import model_server, platform, platform_with_model
from tests.support.postgres import postgres_server

__all__ = ["model_server", "platform", "platform_with_model", "postgres_server"]
WITH_THE_PLATFORM = ("tests/browser/", "tests/e2e/")
WITH_THEIR_OWN = ("tests/browser/test_tax.py", "tests/e2e/stack/test_canaries.py")

# How long an example takes says how busy the machine is; time is measured by benchmarks, not by tests.
hypothesis.settings.register_profile("genius", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("genius")


class _OnePlatform(LoadFileScheduling):
    """A file of tests stays in one process, and all that share the platforms in the same one: starting both and reading
    the laws in takes a minute of computing, which every further process would spend again.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "with the platform" if file.startswith(WITH_THE_PLATFORM) and file not in WITH_THEIR_OWN else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return _OnePlatform(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, object, object]:
    """Without collecting garbage: a task's lost exception, told while pytest parses source for its report, makes
    Python 3.11 stop with "AST constructor recursion depth mismatch", and the failure it should report is never seen.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_cluster_left_outside(tmp_path_factory: pytest.TempPathFactory) -> object:
    """As root pytest's folders are closed to PostgreSQL's uid, so platforms of tests keep their cluster outside."""
    yield
    base = str(tmp_path_factory.getbasetemp().resolve())
    for note in OUTSIDE.glob(f"*/{OWNER_NOTE}"):
        if json.loads(note.read_text())["data_dir"].startswith(base + "/"):
            shutil.rmtree(note.parent)
