# SPDX-License-Identifier: EUPL-1.2
"""The alert rules with Prometheus' own tool: they are valid, each fires for what it is about, and is silent else."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.monitoring import MONITORING, alerts

pytestmark = pytest.mark.alerts
_I, _G, _R = "genius_inference_", "genius_gateway_", "genius_retrieval_"
_OK = 'model="m",authority="a",class="interactive",outcome="ok"'
_LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")


@dataclass(frozen=True)
class Case:
    """Series (a value a minute, in promtool's notation) for which the alert fires, and those for which it must not."""

    fires: dict[str, str]
    silent: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)
    value: str = ""


def _buckets(name: str, labels: str, bounds: tuple[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Observations above the larger and below the smaller of two bounds of a histogram."""
    small, large = bounds
    series = [f'{name}_bucket{{{labels},le="{le}"}}'.replace("{,", "{") for le in (small, large, "+Inf")]
    return (
        dict(zip(series, ("0x90", "0x90", "0+10x90"), strict=True)),
        dict(zip(series, ("0+10x90", "0+10x90", "0+10x90"), strict=True)),
    )


def _requests(outcome: str) -> str:
    return f'{_I}requests_total{{model="m",authority="a",class="interactive",outcome="{outcome}"}}'


def _two(name: str, label: str, **values: str) -> dict[str, str]:
    """One series for each value of a label."""
    return {f'{name}{{{label}="{value}"}}': numbers for value, numbers in values.items()}


def _high(series: str, fires: str, silent: str, **labels: str) -> Case:
    return Case({series: fires}, {series: silent}, labels)


_QUEUE = _buckets(f"{_I}queue_seconds", 'model="m",class="interactive"', ("1", "20"))
_TTFT = _buckets(f"{_I}time_to_first_token_seconds", 'model="m",replica="r",class="interactive"', ("1", "20"))
_PAGES = _buckets(f"{_G}first_byte_seconds", 'action="me.read"', ("0.5", "10"))
_SEARCH = _buckets(f"{_R}search_seconds", "", ("0.5", "2.5"))
CASES = {
    "GeniusModelServerOut": _high(f'{_I}replica_open{{replica="r"}}', "1x90", "0x90", replica="r"),
    "GeniusModelRequestsFail": Case(
        {_requests("ok"): "0+90x90", _requests("upstream_cut"): "0+10x90"},
        {_requests("ok"): "0+99x90", _requests("upstream_cut"): "0+1x90"},
        {"model": "m"},
    ),
    "GeniusQueueSlow": Case(*_QUEUE, {"model": "m"}),
    "GeniusQueueRefuses": _high(_requests("queue_full"), "0+3x90", "3x90", model="m"),
    "GeniusAuthorityFloods": _high(_requests("too_many_waiting"), "0+9x90", "0+1x90", authority="a"),
    "GeniusFirstTokenSlow": Case(*_TTFT, {"model": "m"}),
    "GeniusKvCacheFull": _high(f'{_I}replica_kv_cache{{replica="r"}}', "0.99x90", "0.9x90", replica="r"),
    "GeniusFailovers": _high(f'{_I}failovers_total{{replica="r"}}', "0+2x90", "0x90", replica="r"),
    "GeniusStopsUnknown": _high(f"{_I}stops_age_seconds", "60x90", "3x90"),
    "GeniusServiceAway": _high(
        'up{job="genius-modules",instance="i"}', "0x90", "1x90", job="genius-modules", instance="i"
    ),
    "GeniusDependencyDown": _high(f'{_G}dependency_up{{dependency="d"}}', "0x90", "0.5x90", dependency="d"),
    "GeniusServerErrors": Case(
        {**_two(f"{_G}requests_total", "status", ok="0+90x90"), f'{_G}requests_total{{status="500"}}': "0+10x90"},
        {**_two(f"{_G}requests_total", "status", ok="0+90x90"), f'{_G}requests_total{{status="404"}}': "0+10x90"},
    ),
    "GeniusAnswersSlow": Case(*_PAGES),
    "GeniusJobsWait": _high(f"{_G}oldest_waiting_run_seconds", "3000+60x90", "60x90"),
    "GeniusRunsFail": Case(
        _two(f"{_G}runs_ended_total", "state", failed="0+3x90", succeeded="0+3x90"),
        _two(f"{_G}runs_ended_total", "state", failed="0+1x90", succeeded="0+9x90"),
    ),
    "GeniusIngestionStands": _high(f"{_R}oldest_ingest_job_seconds", "1000+60x90", "60x90"),
    "GeniusIngestionFails": Case(
        _two(f"{_R}documents_total", "outcome", broken="0+3x90", ready="0+1x90"),
        _two(f"{_R}documents_total", "outcome", broken="0+1x90", ready="0+3x90"),
    ),
    "GeniusDocumentsLost": _high(f'{_R}reconciled_total{{outcome="lost"}}', "0x80 1x10", "0x90"),
    "GeniusSearchSlow": Case(*_SEARCH),
    "GeniusAuditNotWritten": _high(f'{_G}audit_records_total{{outcome="failed"}}', "0x86 1x10", "0x90"),
    "GeniusAuditUncovered": _high(f"{_G}audit_uncovered_seconds", "9000+60x90", "3600x90"),
    "GeniusCallbacksGivenUp": Case(
        {f'{_G}callbacks{{state="given_up"}}': "2x90"}, {f'{_G}callbacks{{state="given_up"}}': "0x90"}, value="2"
    ),
    "GeniusValuesUnreadable": _high('genius_unreadable_values_total{table="runs"}', "0x80 1x10", "0x90", table="runs"),
    "GeniusFiguresOld": _high(f"{_G}backlog_read_timestamp_seconds", "0x90", "0+60x90"),
}


def _expected(rule: dict[str, Any], case: Case) -> dict[str, Any]:
    def filled(text: str) -> str:
        return _LABEL.sub(lambda found: case.labels[found[1]], text).replace("{{ $value }}", case.value)

    notes = {name: filled(text) for name, text in rule["annotations"].items()}
    return {"exp_labels": {**case.labels, **rule["labels"]}, "exp_annotations": notes}


def _promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


def test_the_rules_are_valid() -> None:
    done = _promtool("check", "rules", "--lint-fatal", str(MONITORING / "alerts.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(alerts())} rules found" in done.stdout


def test_every_alert_has_a_case() -> None:
    assert set(CASES) == {rule["alert"] for rule in alerts()}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_the_alert_fires_for_what_it_is_about(rule: dict[str, Any], tmp_path: Path) -> None:
    case = CASES[rule["alert"]]

    def unit(series: dict[str, str], expected: list[dict[str, Any]]) -> dict[str, Any]:
        inputs = [{"series": name, "values": values} for name, values in series.items()]
        asked = {"eval_time": "90m", "alertname": rule["alert"], "exp_alerts": expected}
        return {"interval": "1m", "input_series": inputs, "alert_rule_test": [asked]}

    units = [unit(case.fires, [_expected(rule, case)]), unit(case.silent, [])]
    path = tmp_path / "rules_test.yaml"
    document = {"rule_files": [str(MONITORING / "alerts.yaml")], "evaluation_interval": "1m", "tests": units}
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    done = _promtool("test", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
