# SPDX-License-Identifier: EUPL-1.2
"""Alert rules and dashboards in the chart: on demand, and the same files as in deploy/monitoring."""

import pytest
import yaml

from .conftest import CHART, helm, render

pytestmark = pytest.mark.helm


def test_rules_and_dashboards_come_when_asked_for() -> None:
    """The same files as in deploy/monitoring, with the place of the runbook; nothing of it without being asked."""
    monitoring = CHART.parents[1] / "monitoring"
    own = ("PrometheusRule", "ServiceMonitor")
    assert not any(d["kind"] in own for d in yaml.safe_load_all(render("land")) if d)
    base = "https://wiki.example.org/genius/"
    asked = [f"--set=monitoring.{name}=true" for name in ("rules", "dashboards")]
    documents = [d for d in yaml.safe_load_all(render("land", *asked, f"--set=monitoring.runbookBase={base}")) if d]
    (rules,) = [d for d in documents if d["kind"] == "PrometheusRule"]
    written = (monitoring / "alerts.yaml").read_text().replace("runbook_url: docs/", f"runbook_url: {base}docs/")
    assert rules["spec"] == yaml.safe_load(written)
    boards = {
        name: content
        for d in documents
        if d["kind"] == "ConfigMap" and d["metadata"]["labels"].get("grafana_dashboard") == "1"
        for name, content in d["data"].items()
    }
    files = (monitoring / "dashboards").glob("*.json")
    assert boards == {f"genius-{path.name}": path.read_text() for path in files}
    wrong = helm("template", "genius", str(CHART), "-f", str(CHART / "values-land.yaml"), "--set=monitoring.rule=true")
    assert wrong.returncode != 0
