# SPDX-License-Identifier: EUPL-1.2
"""The chart as a cluster would see it: valid, restricted, separated, and with settings that the services accept."""

import importlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from genius_gateway.settings import UI_CONFIG_VARIABLE
from genius_gateway.site.ui_config import UiConfig, read_ui_config

from .conftest import CHART, TENANTS, Manifest, helm, render

pytestmark = pytest.mark.helm
WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job"}


def pods(manifests: list[Manifest]) -> list[tuple[str, dict[str, Any]]]:
    found = [
        (f"{m['kind']}/{m['metadata']['name']}", m["spec"]["template"]) for m in manifests if m["kind"] in WORKLOADS
    ]
    assert found
    return found


def policies(manifests: list[Manifest]) -> dict[str, Manifest]:
    return {m["metadata"]["name"]: m["spec"] for m in manifests if m["kind"] == "NetworkPolicy"}


@pytest.mark.parametrize("tenant", TENANTS)
def test_lint_finds_nothing(tenant: str) -> None:
    done = helm("lint", "--strict", str(CHART), "-f", str(CHART / f"values-{tenant}.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("version", ["1.29", "1.30"])
def test_rendered_yaml_fits_the_kubernetes_schemas(
    rendered: dict[str, str], tenant: str, version: str, tmp_path: Path
) -> None:
    for number, document in enumerate(yaml.safe_load_all(rendered[tenant])):
        if document:
            (tmp_path / f"{number:02}.yaml").write_text(yaml.safe_dump(document))
    done = subprocess.run(
        ["kubectl-validate", str(tmp_path), "--version", version], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout + done.stderr).count("OK") >= 30


def test_the_schema_check_can_fail(rendered: dict[str, str], tmp_path: Path) -> None:
    document = next(d for d in yaml.safe_load_all(rendered["land"]) if d and d["kind"] == "Deployment")
    document["spec"]["replicaz"] = 2
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(document))
    done = subprocess.run(["kubectl-validate", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_pods_fit_the_restricted_standard(manifests: list[Manifest]) -> None:
    """SUP-06: non-root, no escalation, no capability, RuntimeDefault, read-only root, limits, no account token."""
    for name, template in pods(manifests):
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), name
        allowed = {"emptyDir", "secret", "persistentVolumeClaim", "configMap"}
        assert all(set(volume) - {"name"} <= allowed for volume in spec.get("volumes", [])), name
        for container in spec["containers"] + spec.get("initContainers", []):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["readOnlyRootFilesystem"] is True, name
            assert security["runAsNonRoot"] is True, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert "memory" in container["resources"]["limits"], name
            assert all("hostPort" not in port for port in container.get("ports", [])), name
            assert not container["image"].endswith(":latest"), name
            assert ":" in container["image"].rsplit("/", 1)[-1], name


def test_everything_is_denied_by_default(manifests: list[Manifest]) -> None:
    """SUP-07: no pod talks to another unless a policy names both ends."""
    found = policies(manifests)
    assert found["genius-default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, spec in found.items():
        assert spec["policyTypes"] == ["Ingress", "Egress"], name
        for rule in [*(spec.get("ingress") or []), *(spec.get("egress") or [])]:
            peers = rule.get("from") or rule.get("to")
            assert peers, f"{name}: a rule without peers allows everybody"
            assert rule["ports"], f"{name}: a rule without ports allows every port"
            assert all(peer not in ({}, {"podSelector": {}}, {"namespaceSelector": {}}) for peer in peers), name
            assert all("ipBlock" not in peer or peer["ipBlock"]["cidr"] != "0.0.0.0/0" for peer in peers), name


def test_every_pod_has_a_policy_of_its_own(manifests: list[Manifest]) -> None:
    selectors = [spec["podSelector"].get("matchLabels") for spec in policies(manifests).values()]
    for name, template in pods(manifests):
        labels = template["metadata"]["labels"]
        assert any(s and s.items() <= labels.items() for s in selectors), name


def test_vllm_is_reached_by_inference_only(manifests: list[Manifest]) -> None:
    """LLM-09, as far as a manifest can show it."""
    spec = policies(manifests)["genius-vllm"]
    assert spec["egress"] is None or spec["egress"] == []
    callers = [
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for rule in spec["ingress"]
        for peer in rule["from"]
        if "podSelector" in peer
    ]
    assert callers == ["inference"]


def test_only_the_gateway_is_published(manifests: list[Manifest]) -> None:
    """GW-08, as far as a manifest can show it: no NodePort, no load balancer, one ingress without the internal port."""
    assert all(m["spec"].get("type", "ClusterIP") == "ClusterIP" for m in manifests if m["kind"] == "Service")
    ingresses = [m for m in manifests if m["kind"] == "Ingress"]
    backends = [p["backend"]["service"] for i in ingresses for r in i["spec"]["rules"] for p in r["http"]["paths"]]
    assert backends == [{"name": "genius-gateway", "port": {"name": "http"}}]
    assert all(i["spec"]["tls"] for i in ingresses)


def test_secrets_are_named_never_contained(manifests: list[Manifest]) -> None:
    """LOG-04: the chart holds no secret; passwords and keys come from secrets that the operator makes."""
    assert all(m["kind"] != "Secret" for m in manifests)
    for name, template in pods(manifests):
        for container in template["spec"]["containers"]:
            for variable in container.get("env", []):
                if re.search(r"SECRET|PASSWORD|DATABASE__.*URL|API_KEY", variable["name"]):
                    assert "secretKeyRef" in variable.get("valueFrom", {}), (name, variable["name"])


def test_migrations_run_before_the_pods(manifests: list[Manifest]) -> None:
    jobs = {m["metadata"]["name"]: m for m in manifests if m["kind"] == "Job"}
    assert set(jobs) == {"genius-gateway-migrate", "genius-retrieval-migrate"}
    for job in jobs.values():
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    owners = [
        name
        for name, template in pods(manifests)
        for container in template["spec"]["containers"]
        if any(variable["name"].endswith("MIGRATION_URL") for variable in container.get("env", []))
    ]
    assert sorted(owners) == ["Job/genius-gateway-migrate", "Job/genius-retrieval-migrate"]


def test_the_two_tenants_share_nothing(rendered: dict[str, str]) -> None:
    """AO-01: hosts, secrets, realms, registries, claims and namespaces of the renderings do not meet."""

    def own(text: str) -> set[str]:
        hosts = set(re.findall(r"\b[a-z0-9.-]+\.(?:land|steuer)\.example\b", text))
        secrets = set(re.findall(r"secretName: (\S+?)[,}\s]", text)) | set(re.findall(r"name: (\S+), key:", text))
        claims = set(re.findall(r"claimName: (\S+-models)", text))
        namespaces = set(re.findall(r"kubernetes\.io/metadata\.name: (\S+?)[}\s]", text)) - {"kube-system"}
        return hosts | secrets | claims | namespaces

    land, steuer = own(rendered["land"]), own(rendered["steuer"])
    assert len(land) > 8
    assert len(steuer) > 8
    assert land & steuer == set()


SAME_IN_BOTH = {
    "0.1.0": "version of the product",
    "http://genius-vllm:8000/v1": "a service inside of each cluster",
    "genius-follow": "name of a client in each realm, whose secret is another",
}
"""What the two tenants' own values may have in common, and why."""


def leaves(text: str, *, keys: bool = True) -> set[str]:
    """Every text and number that stands anywhere in a rendering, as a value or (`keys`) as a key."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if keys:
                    yield str(key)
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)
        else:
            yield str(node)

    return {leaf for document in yaml.safe_load_all(text) for leaf in walk(document)}


def test_what_two_tenants_have_in_common_is_the_product(rendered: dict[str, str], tmp_path: Path) -> None:
    """AO-01: whatever both renderings hold: hosts, secrets, keys, realms, claims, buckets, or what a later chart adds.

    A third, made-up tenant has it as well: then it is a constant of the product and nothing of theirs.
    """
    third = (CHART / "values-steuer.yaml").read_text().replace("steuer", "dritter")
    values = tmp_path / "values-third.yaml"
    values.write_text(third.replace("profile: dritter", "profile: steuer").replace("tenant: dritter", "tenant: dritt"))
    done = helm("template", "genius", str(CHART), "-n", "dritter", "--kube-version", "1.33.0", "-f", str(values))
    assert done.returncode == 0, done.stderr
    product = leaves(done.stdout)
    common = leaves(rendered["land"]) & leaves(rendered["steuer"])
    assert len(common) > 100
    # Settings of the Land alone are no part of the third rendering, so they can't hide here.
    assert {leaf for leaf in common - product if not leaf.isdigit()} == set()
    assert not {leaf for leaf in leaves(rendered["steuer"]) if "land" in leaf.split(".") or leaf.startswith("land")}


def test_the_tenants_own_values_have_nothing_in_common() -> None:
    """AO-01: what a tenant states itself is its own, but for what is named here with its reason."""
    land, steuer = (leaves((CHART / f"values-{tenant}.yaml").read_text(), keys=False) for tenant in TENANTS)
    common = {leaf for leaf in land & steuer if not re.fullmatch(r"\d+|True|False", leaf)}
    assert common == SAME_IN_BOTH.keys()


def test_only_the_tax_tenant_is_under_its_secrecy(rendered: dict[str, str]) -> None:
    """The profile reaches every service, and exports are off."""
    for tenant, profile in (("land", "land"), ("steuer", "steuer")):
        pairs = {
            (v["name"], v["value"])
            for _, template in pods([d for d in yaml.safe_load_all(rendered[tenant]) if d])
            for container in template["spec"]["containers"]
            for v in container.get("env", [])
            if v["name"].endswith("_PROFILE")
        }
        assert {value for _, value in pairs} == {profile}
        assert len(pairs) == 4
    assert "GENIUS_GATEWAY_TAX__EXPORTS" not in rendered["land"]
    assert "GENIUS_GATEWAY_TAX__EXPORTS" in rendered["steuer"]
    assert 'value: "false"' in rendered["steuer"]


@pytest.mark.parametrize(
    ("secret", "name"),
    [
        ("gateway.keysSecretName", "genius-gateway-keys"),
        ("gateway.databaseSecretName", "genius-gateway-database"),
        ("gateway.oidc.clientSecretName", "genius-oidc"),
        ("retrieval.keysSecretName", "genius-retrieval-keys"),
        ("retrieval.databaseSecretName", "genius-retrieval-database"),
        ("ingress.tlsSecretName", "genius-tls"),
        ("tenant", "land"),
    ],
)
def test_the_tax_tenant_names_secrets_of_its_own(secret: str, name: str) -> None:
    """AO-01: a default name would be the other tenant's in a cluster that both were put in by mistake."""
    steuer = str(CHART / "values-steuer.yaml")
    done = helm("template", "genius", str(CHART), "--kube-version", "1.33.0", "-f", steuer, "--set", f"{secret}={name}")
    assert done.returncode != 0
    assert secret.rsplit(".", 1)[-1] in done.stderr


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ("profile=local", "profile"),
        ("gateway.publicUrl=http://genius.land.example", "publicUrl"),
        ("image.tag=latest", "tag"),
        ("vllm.manifestSha256=", "manifestSha256"),
        ("retrieval.replicas=2", "replicas"),
        ("gateway.oidc.issuer=", "issuer"),
        ("gateway.uiConfig.impressum=Text", "impressum"),
        ("gateway.uiConfig.imprint=1", "imprint"),
    ],
)
def test_unsafe_values_are_refused(values: str, complaint: str) -> None:
    """SUP-13: what would be insecure or lose data does not render."""
    land = str(CHART / "values-land.yaml")
    done = helm("template", "genius", str(CHART), "--kube-version", "1.33.0", "-f", land, "--set", values)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_empty_values_are_refused() -> None:
    """SUP-13"""
    assert helm("template", "genius", str(CHART), "--kube-version", "1.33.0").returncode != 0


@pytest.mark.parametrize("service", ["gateway", "inference", "retrieval", "modules"])
def test_the_services_accept_their_settings(
    manifests: list[Manifest], service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that the chart sets are names that the service knows: unknown ones end its start."""
    deployment = next(
        m for m in manifests if m["kind"] == "Deployment" and m["metadata"]["name"] == f"genius-{service}"
    )
    prefix = f"GENIUS_{service.upper()}_"
    settings = importlib.import_module(f"genius_{service}.settings").Settings
    names = []
    for variable in deployment["spec"]["template"]["spec"]["containers"][0]["env"]:
        names.append(variable["name"])
        secret = "postgresql+psycopg://role:secret@host/name" if variable["name"].endswith("URL") else "secret"
        monkeypatch.setenv(variable["name"], variable.get("value", secret))
    assert all(name.startswith(prefix) for name in names)
    loaded = settings()
    assert loaded.host == "0.0.0.0"
    known = {prefix + field.upper() for field in type(loaded).model_fields}
    assert all(name.split("__")[0] in known for name in names)


def test_the_operators_texts_reach_the_gateway_read_only(manifests: list[Manifest], tmp_path: Path) -> None:
    """The ConfigMap holds a file that the gateway accepts, mounted where the setting says."""
    content = next(m for m in manifests if m["kind"] == "ConfigMap")["data"]["ui-config.json"]
    (tmp_path / "ui.json").write_text(content)
    served = json.loads(read_ui_config(tmp_path / "ui.json"))
    assert all(served[field] for field in UiConfig.model_fields)
    name, template = next(pod for pod in pods(manifests) if pod[0] == "Deployment/genius-gateway")
    container = template["spec"]["containers"][0]
    file = next(v["value"] for v in container["env"] if v["name"] == UI_CONFIG_VARIABLE)
    mount = next(m for m in container["volumeMounts"] if file == f"{m['mountPath']}/ui-config.json")
    assert mount["readOnly"] is True, name
    assert {"name": mount["name"], "configMap": {"name": "genius-gateway-ui", "defaultMode": 0o444}} in template[
        "spec"
    ]["volumes"]


def test_a_changed_text_replaces_the_pods_and_no_text_needs_no_file() -> None:
    def annotations(text: str) -> Any:
        return next(t for n, t in pods(list(yaml.safe_load_all(text))) if n == "Deployment/genius-gateway")["metadata"]

    first, second = render("land"), render("land", "--set", "gateway.uiConfig.authority=Anders")
    assert annotations(first) != annotations(second)
    without = render("land", "--set", "gateway.uiConfig=null")
    assert UI_CONFIG_VARIABLE not in without
    assert "ConfigMap" not in without


def test_the_top_key_may_lie_in_vault() -> None:
    """LOG-03: a token file instead of a key file, a way there, and nothing of it where it is not wanted."""
    plain = render("land")
    assert "TRANSIT" not in plain
    assert "8200" not in plain
    chosen = "gateway.transit.url=https://vault.example,gateway.transit.key=genius-gateway,gateway.keyHolders=true"
    peer = "network.vault.peers[0].ipBlock.cidr=192.0.2.7/32"
    text = render("land", "--set", chosen, "--set", peer)
    gateway = next(t for n, t in pods(list(yaml.safe_load_all(text))) if n == "Deployment/genius-gateway")
    values = {one["name"]: one.get("value") for one in gateway["spec"]["containers"][0]["env"]}
    assert values["GENIUS_GATEWAY_TRANSIT__TOKEN_FILE"] == "/etc/genius/keys/vault-token"
    assert values["GENIUS_GATEWAY_KEY_HOLDERS__FILE"] == "/etc/genius/keys/key-holders"
    assert "GENIUS_GATEWAY_KEK_FILE" not in values
    assert "GENIUS_RETRIEVAL_KEK_FILE" in text
    egress = policies(list(yaml.safe_load_all(text)))["genius-gateway"]["egress"]
    assert {"protocol": "TCP", "port": 8200} in [port for rule in egress for port in rule["ports"]]


QDRANT = "qdrant.url=http://qdrant.example:6333"
QDRANT_PEER = "network.qdrant.peers[0].ipBlock.cidr=192.0.2.9/32"


@pytest.fixture(scope="session")
def with_server() -> list[Manifest]:
    return [
        document for document in yaml.safe_load_all(render("land", "--set", QDRANT, "--set", QDRANT_PEER)) if document
    ]


def test_only_the_minter_has_the_key_of_the_qdrant_server(with_server: list[Manifest]) -> None:
    """TEN-11: the key is absent from every other pod, as a volume and as a variable."""
    holders, callers = set(), set()
    for name, template in pods(with_server):
        text = json.dumps(template)
        if "genius-qdrant-api-key" in text:
            holders.add(name)
        if "genius-qdrant-minter" in json.dumps(template["spec"].get("volumes", [])):
            callers.add(name)
    assert holders == {"Deployment/genius-qdrant-minter"}
    assert callers == {"Deployment/genius-qdrant-minter", "Deployment/genius-retrieval"}


def test_the_minter_is_reached_by_retrieval_only(with_server: list[Manifest]) -> None:
    """TEN-11: and it reaches the Qdrant server and names alone; nobody else but retrieval reaches that server."""
    found = policies(with_server)
    spec = found["genius-qdrant-minter"]
    assert [
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for r in spec["ingress"] for peer in r["from"]
    ] == ["retrieval"]
    ports = [port["port"] for rule in spec["egress"] for port in rule["ports"]]
    assert ports == [6333, 53, 53]
    reaching = {
        name
        for name, one in found.items()
        for rule in one.get("egress") or []
        for p in rule["ports"]
        if p["port"] == 6333
    }
    assert reaching == {"genius-qdrant-minter", "genius-retrieval"}


def test_minter_and_retrieval_accept_their_settings(
    with_server: list[Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, module in (("qdrant-minter", "genius_retrieval.minter"), ("retrieval", "genius_retrieval")):
        container = next(t for n, t in pods(with_server) if n == f"Deployment/genius-{name}")["spec"]["containers"][0]
        assert container["args"] == ["python", "-m", module]
        assert container["image"].split("/")[-1].startswith("retrieval:")
        for variable in container["env"]:
            monkeypatch.setenv(variable["name"], variable.get("value", "postgresql+psycopg://role:secret@host/name"))
        loaded = importlib.import_module(f"{module}.settings").Settings()
        mounted = [mount["mountPath"] for mount in container["volumeMounts"]]
        files = (
            [loaded.api_key_file, loaded.caller_secret_file] if "minter" in name else [loaded.qdrant.minter_secret_file]
        )
        assert all(str(file.parent) in mounted for file in files)
    assert loaded.qdrant.minter_url == "http://genius-qdrant-minter:8084"


def test_a_worker_runs_beside_retrieval(with_server: list[Manifest]) -> None:
    """ING-10: a container of the same pod, since it needs the same volume; with settings, keys and cage of its own."""
    pod = next(template for name, template in pods(with_server) if name == "Deployment/genius-retrieval")["spec"]
    service, worker = pod["containers"]
    assert worker["args"] == [*service["args"], "work"]
    assert worker["image"] == service["image"]
    assert worker["volumeMounts"] == service["volumeMounts"]
    differing = [
        (a["name"], a["value"], b["value"]) for a, b in zip(service["env"], worker["env"], strict=True) if a != b
    ]
    assert differing == [("GENIUS_RETRIEVAL_PORT", "8082", "8085")]
    assert [port["containerPort"] for port in worker["ports"]] == [8085]
    assert {worker[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe")} == {"worker"}


def test_with_a_server_the_manifests_still_fit(with_server: list[Manifest], tmp_path: Path) -> None:
    """SUP-06, SUP-07: the same rules hold for the minter's pods."""
    test_pods_fit_the_restricted_standard(with_server)
    test_everything_is_denied_by_default(with_server)
    test_every_pod_has_a_policy_of_its_own(with_server)
    for number, document in enumerate(with_server):
        (tmp_path / f"{number:02}.yaml").write_text(yaml.safe_dump(document))
    done = subprocess.run(["kubectl-validate", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_server_nothing_of_it_is_there(manifests: list[Manifest]) -> None:
    assert "qdrant" not in json.dumps(manifests).lower()


@pytest.mark.parametrize(
    ("tenant", "values", "complaint"),
    [
        ("land", QDRANT, "peers"),
        ("land", "qdrant.url=qdrant:6333", "url"),
        ("steuer", f"{QDRANT},{QDRANT_PEER},qdrant.minterSecretName=own", "apiKeySecretName"),
        ("steuer", f"{QDRANT},{QDRANT_PEER},qdrant.apiKeySecretName=own", "minterSecretName"),
    ],
)
def test_a_server_is_named_wholly(tenant: str, values: str, complaint: str) -> None:
    """SUP-13, AO-01: with its network peers, and in the tax tenant with secrets of its own."""
    file = str(CHART / f"values-{tenant}.yaml")
    done = helm("template", "genius", str(CHART), "--kube-version", "1.33.0", "-f", file, "--set", values)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_without_a_model_the_chart_still_renders() -> None:
    text = render("land", "--set", "inference.upstreamUrl=,vllm.enabled=false")
    assert "GENIUS_INFERENCE_UPSTREAM" not in text


def test_users_reach_the_public_port_and_services_the_internal_one(manifests: list[Manifest]) -> None:
    """The ingress controller sees only the public port of the gateway; keys and module tokens go over the other."""
    rules = policies(manifests)["genius-gateway"]["ingress"]
    ports = {
        "service" if "podSelector" in peer else "outside": port["port"]
        for rule in rules[:2]
        for peer in rule["from"]
        for port in rule["ports"]
    }
    assert ports == {"service": 9080, "outside": 8080}
