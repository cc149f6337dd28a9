# SPDX-License-Identifier: EUPL-1.2
"""Renders the chart once for each tenant."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

CHART = Path(__file__).parents[3] / "deploy/helm/genius"
TENANTS = ("land", "steuer")
Manifest = dict[str, Any]


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["helm", *arguments], capture_output=True, text=True, check=False)


def render(tenant: str, *extra: str) -> str:
    values = str(CHART / f"values-{tenant}.yaml")
    done = helm("template", "genius", str(CHART), "-n", tenant, "--kube-version", "1.33.0", "-f", values, *extra)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def rendered() -> dict[str, str]:
    return {tenant: render(tenant) for tenant in TENANTS}


@pytest.fixture(scope="session", params=TENANTS)
def manifests(request: pytest.FixtureRequest, rendered: dict[str, str]) -> list[Manifest]:
    return [document for document in yaml.safe_load_all(rendered[request.param]) if document]
