# SPDX-License-Identifier: EUPL-1.2
"""Model servers and routers in the chart: weights that fit their manifest, and an end without a cut."""

import importlib.util
import re

import pytest

from .conftest import Manifest

pytestmark = pytest.mark.helm


def test_the_weights_are_checked_before_vllm_starts(manifests: list[Manifest]) -> None:
    """LLM-05: the same folder that vLLM loads, read-only for both, against the digest in the tenant's values."""
    deployment = next(m for m in manifests if (m["kind"], m["metadata"]["name"]) == ("Deployment", "genius-vllm"))
    spec = deployment["spec"]["template"]["spec"]
    (first,) = spec["initContainers"]
    vllm = spec["containers"][0]
    assert first["args"][:4] == ["python", "-m", "genius_inference.vllm.weights", "check"]
    assert importlib.util.find_spec(first["args"][2]) is not None
    assert f"--model={first['args'][4]}" in vllm["args"]
    assert re.fullmatch("--sha256=[0-9a-f]{64}", first["args"][5])
    mount = {"name": "models", "mountPath": "/models", "readOnly": True}
    assert mount in first["volumeMounts"]
    assert mount in vllm["volumeMounts"]


def test_a_router_may_drain_as_long_as_it_is_told_to(manifests: list[Manifest]) -> None:
    """REL-02: the pod's grace period is longer than preStop, notice and open answers together."""
    deployment = next(m for m in manifests if (m["kind"], m["metadata"]["name"]) == ("Deployment", "genius-inference"))
    spec = deployment["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    told = {variable["name"]: variable.get("value") for variable in container["env"]}
    notice, answers = told["GENIUS_INFERENCE_DRAIN__NOTICE_S"], told["GENIUS_INFERENCE_DRAIN__OPEN_S"]
    before = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert int(answers) >= 300, "as long as the longest answer that is not streamed"
    assert spec["terminationGracePeriodSeconds"] > before + int(notice) + int(answers)
