# SPDX-License-Identifier: EUPL-1.2
"""The chart with Python packages of other providers, and with a register of external modules."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import CHART, Manifest, helm, render
from .test_chart import pods, policies
from .test_chart import test_pods_fit_the_restricted_standard as fit_the_restricted_standard

pytestmark = pytest.mark.helm
DIGEST = "sha256:" + "ab" * 32
PACKAGES = {
    "names": ["satz-zaehler"],
    "digest": DIGEST,
    "volume": {"persistentVolumeClaim": {"claimName": "pakete", "readOnly": True}},
}


def values(folder: Path, found: dict[str, Any]) -> list[str]:
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(found))
    return ["-f", str(file)]


def container(manifests: list[Manifest], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    spec = next(template for one, template in pods(manifests) if one == f"Deployment/{name}")["spec"]
    return spec, spec["containers"][0]


def test_packages_reach_the_modules_service_pinned_and_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INJ-07: in settings that the service accepts, on a volume that it can't change, and in no other pod."""
    text = render("land", *values(tmp_path, {"modules": {"packages": PACKAGES}}))
    found = [document for document in yaml.safe_load_all(text) if document]
    fit_the_restricted_standard(found)
    spec, modules = container(found, "genius-modules")
    for variable in modules["env"]:
        monkeypatch.setenv(variable["name"], variable["value"])
    settings = importlib.import_module("genius_modules.settings").Settings()
    assert (settings.packages, settings.package_digest) == (("satz-zaehler",), DIGEST)
    mount = next(one for one in modules["volumeMounts"] if one["name"] == "packages")
    assert (mount["mountPath"], mount["readOnly"]) == (str(settings.package_folder), True)
    volume = next(one for one in spec["volumes"] if one["name"] == "packages")
    assert volume == {"name": "packages", **PACKAGES["volume"]}
    holders = {name for name, template in pods(found) if "pakete" in json.dumps(template)}
    assert holders == {"Deployment/genius-modules"}
    # A package has no way of its own: the service's policy is the one without packages.
    without = [document for document in yaml.safe_load_all(render("land")) if document]
    assert policies(found) == policies(without)
    assert "PACKAGE" not in json.dumps(container(without, "genius-modules"))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"digest": ""}, "digest"),
        ({"digest": "latest"}, "digest"),
        ({"volume": {}}, "volume"),
        ({"volume": {"hostPath": {"path": "/opt"}}}, "volume"),
        ({"names": ["../x"]}, "names"),
        ({"folder": "/opt"}, "folder"),
    ],
)
def test_packages_are_named_wholly(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    """INJ-07: never without a digest, never from a folder of the node."""
    wrong = values(tmp_path, {"modules": {"packages": {**PACKAGES, **changes}}})
    tenant = str(CHART / "values-land.yaml")
    done = helm("template", "genius", str(CHART), "--kube-version", "1.33.0", "-f", tenant, *wrong)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_the_register_reaches_the_gateway_alone(tmp_path: Path) -> None:
    """INJ-07: a ConfigMap that the operator makes; beside the texts of the web UI."""
    text = render("land", *values(tmp_path, {"gateway": {"moduleRegisterConfigMap": "genius-modules"}}))
    found = [document for document in yaml.safe_load_all(text) if document]
    fit_the_restricted_standard(found)
    spec, gateway = container(found, "genius-gateway")
    names = {variable["name"]: variable.get("value") for variable in gateway["env"]}
    assert names["GENIUS_GATEWAY_MODULE_REGISTER_FILE"] == "/etc/genius/modules/modules.json"
    mounts = {mount["name"]: mount for mount in gateway["volumeMounts"]}
    register = mounts["module-register"]
    assert (register["mountPath"], register["readOnly"]) == ("/etc/genius/modules", True)
    assert {volume["name"] for volume in spec["volumes"]} >= {"keys", "module-register", "ui-config"}
    assert set(mounts) >= {"keys", "ui-config"}
    holders = {name for name, template in pods(found) if "module-register" in json.dumps(template)}
    assert holders == {"Deployment/genius-gateway"}
    assert "module-register" not in render("land")
