# SPDX-License-Identifier: EUPL-1.2
"""The chart with embeddings by inference."""

import importlib
import json

import pytest
import yaml

from .conftest import CHART, helm, render
from .test_chart import pods, policies
from .test_chart import test_pods_fit_the_restricted_standard as fit_the_restricted_standard

pytestmark = pytest.mark.helm
EMBEDDINGS = "embeddings.model=bge-m3,embeddings.vectorSize=1024,vllm.enabled=false,inference.upstreamUrl=https://m/v1"


def test_embeddings_by_inference_reach_everybody_concerned(monkeypatch: pytest.MonkeyPatch) -> None:
    """ING-10: settings that the services accept, the secret in two of them, and the way from retrieval to inference."""
    found = [document for document in yaml.safe_load_all(render("land", "--set", EMBEDDINGS)) if document]
    fit_the_restricted_standard(found)
    holders = {name for name, template in pods(found) if "genius-embeddings" in json.dumps(template)}
    assert holders == {"Deployment/genius-gateway", "Job/genius-gateway-migrate", "Deployment/genius-retrieval"}
    container = next(t for n, t in pods(found) if n == "Deployment/genius-retrieval")["spec"]["containers"][0]
    for variable in container["env"]:
        monkeypatch.setenv(variable["name"], variable.get("value", "postgresql+psycopg://role:secret@host/name"))
    dense = importlib.import_module("genius_retrieval.settings").Settings().dense
    assert (dense.inference.url, dense.inference.model, dense.vector_size) == (
        "http://genius-inference:8081",
        "bge-m3",
        1024,
    )
    assert str(dense.inference.secret_file.parent) in [mount["mountPath"] for mount in container["volumeMounts"]]
    assert 8081 in [port["port"] for rule in policies(found)["genius-retrieval"]["egress"] for port in rule["ports"]]
    assert '"retrieval"' in json.dumps(policies(found)["genius-inference"]["ingress"])
    assert "genius-embeddings" not in render("land")


@pytest.mark.parametrize(
    ("tenant", "values", "complaint"),
    [
        ("land", EMBEDDINGS.replace("1024", "0"), "vectorSize"),
        ("land", EMBEDDINGS.replace("enabled=false", "enabled=true"), "enabled"),
        ("steuer", EMBEDDINGS, "secretName"),
    ],
)
def test_embeddings_are_set_wholly(tenant: str, values: str, complaint: str) -> None:
    file = str(CHART / f"values-{tenant}.yaml")
    done = helm("template", "genius", str(CHART), "--kube-version", "1.33.0", "-f", file, "--set", values)
    assert done.returncode != 0
    assert complaint in done.stderr
