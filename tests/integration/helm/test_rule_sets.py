# SPDX-License-Identifier: EUPL-1.2
"""The chart with rule sets of the tenant's own."""

import importlib
import json

import pytest
import yaml

from .conftest import render
from .test_chart import pods

pytestmark = pytest.mark.helm


def test_rule_sets_of_the_tenant_reach_the_modules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ConfigMap is mounted where the setting points to; without one nothing of it stands there."""
    text = render("land", "--set", "modules.rulesConfigMapName=regelwerke")
    found = [document for document in yaml.safe_load_all(text) if document]
    holders = {name: template for name, template in pods(found) if "regelwerke" in json.dumps(template)}
    assert set(holders) == {"Deployment/genius-modules"}
    container = holders["Deployment/genius-modules"]["spec"]["containers"][0]
    for variable in container["env"]:
        monkeypatch.setenv(variable["name"], variable.get("value", "x"))
    folder = importlib.import_module("genius_modules.settings").Settings().rules_folder
    mounted = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert mounted[str(folder)]["readOnly"] is True
    assert "RULES_FOLDER" not in render("land")
