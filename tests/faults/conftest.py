# SPDX-License-Identifier: EUPL-1.2
"""Options of `make test-faults`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", type=int, default=3, help="how often the ingestion is killed")
    parser.addoption("--platform-faults", type=int, default=3, help="how many processes of the platform are killed")
    parser.addoption("--seed", type=int, default=20_261_125, help="decides which process is killed, and when")
