# SPDX-License-Identifier: EUPL-1.2
"""The alert rules and dashboards of `deploy/monitoring` against the real services: they ask for what there is."""

import re
from itertools import product
from typing import Any

import pytest

from genius_common.unreadable import UNREADABLE_VALUES
from genius_inference.metrics import OUTCOMES
from genius_inference.testing import RunningServer
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.inference import jwks_server, message, running_inference, stream
from tests.support.monitoring import MONITORING, RUNBOOK, Exposition, Expression, alerts, dashboards, expressions

# What a rule may wait for although nothing of the kind has happened here.
MORE = {"outcome": set(OUTCOMES), "status": {"503"}, "job": {"genius-gateway"}}


async def _platform(gateway: Gateway) -> list[str]:
    await gateway.app.api.state.backlog.look()
    urls = (gateway.internal_url, gateway.retrieval.url, gateway.settings.modules_url)
    async with AsyncClient() as client:
        return [(await client.get(f"{url}/metrics")).raise_for_status().text for url in urls]


def _inference(model_server: RunningServer) -> str:
    values = {
        "upstream": {"url": model_server.url},
        "models": {"echo": {"wh_per_1000_input": 1, "wh_per_1000_output": 1}},
    }
    with jwks_server() as keys, running_inference(keys, **values) as service, service.client() as client:
        stream(client, message("eins zwei drei"))
        stream(client, message("eins", model="cut"))
        stream(client, message("eins", best_of=2))
        return client.get("/metrics").text


@pytest.fixture(scope="module")
async def exposition(with_modules: Gateway, model_server: RunningServer) -> Exposition:
    """What all four services show after a little of everything."""
    UNREADABLE_VALUES.labels("runs")
    async with await with_modules.client("a.weber") as client:
        await client.get("/api/v1/me")
    return Exposition(*await _platform(with_modules), _inference(model_server))


async def test_every_metric_and_label_exists(exposition: Exposition) -> None:
    assert len(list(expressions())) >= 60
    assert [fault for one in expressions() for fault in exposition.faults(one, MORE)] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("genius_inference_ttft_seconds_count", ""),
        ('genius_inference_requests_total{result="ok"}', ""),
        ('genius_inference_requests_total{outcome="fine"}', ""),
        ("sum by (person) (genius_inference_tokens_total)", ""),
        ("genius_inference_waiting", "model"),
        ("genius_gateway_runs", "authority"),
    ],
)
async def test_the_comparison_sees_what_is_wrong(exposition: Exposition, text: str, shown: str) -> None:
    assert len(exposition.faults(Expression("x", text, frozenset(filter(None, [shown]))), MORE)) == 1


async def test_the_services_have_no_platform_metric_that_nobody_looks_at(exposition: Exposition) -> None:
    """What is counted is shown somewhere, or it is not worth its series."""
    asked = {name for one in expressions() for name in one.series}
    own = {name for name in exposition.labels if name.startswith("genius_")}
    ignored = re.compile(r".*(_created|_sum|_count)$")
    assert sorted(name for name in own - asked if not ignored.match(name)) == []


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    """A German summary and advice, a severity, and a section of the page with its name."""
    assert rule["labels"]["severity"] in {"warning", "critical"}
    notes = rule["annotations"]
    assert len(notes["summary"]) > 20
    assert len(notes["description"]) > 30
    for text in (notes["summary"], notes["description"]):
        assert not re.search(r"\b(the|is|are|and|of|check)\b", text), text
    page, _, anchor = notes["runbook_url"].partition("#")
    assert (page, anchor) == ("docs/howto/respond-to-alerts.md", rule["alert"].lower())
    section = RUNBOOK.read_text().partition(f"### {rule['alert']}\n")[2].partition("\n#")[0]
    assert len(section.strip()) > 100, f"no section about {rule['alert']}"


def test_the_page_names_every_alert_once_and_none_that_is_gone() -> None:
    named = re.findall(r"^### (Genius\w+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert sorted(named) == sorted(rule["alert"] for rule in alerts())
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("name", sorted(dashboards()))
def test_a_dashboard_can_be_read(name: str) -> None:
    """Panels do not overlap, each has a title and says what it shows, and takes the data source that was chosen."""
    board = dashboards()[name]
    places: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        assert panel["title"]
        assert panel["description"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24
        columns, lines = range(grid["x"], grid["x"] + grid["w"]), range(grid["y"], grid["y"] + grid["h"])
        cells = set(product(columns, lines))
        assert not cells & places, panel["title"]
        places |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert "http" not in (MONITORING / "dashboards" / f"{name}.json").read_text()
