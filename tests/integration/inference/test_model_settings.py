# SPDX-License-Identifier: EUPL-1.2
"""What operators set for a model: where it runs, how much a request may ask of it, what it needs of energy."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from genius_inference.settings import ModelSettings
from genius_inference.testing import RunningServer
from tests.support.inference import Keys, message, running_inference, stream

TEXT = "eins zwei drei vier fünf"
BOUNDS = {"temperature": 0.7, "output_tokens": 3}
ENERGY = {"wh_per_1000_input": 20.0, "wh_per_1000_output": 400.0}


@contextlib.contextmanager
def _client(keys: Keys, server: RunningServer, models: dict[str, Any]) -> Iterator[httpx.Client]:
    with running_inference(keys, upstream={"url": server.url}, models=models) as service, service.client() as client:
        yield client


def test_what_is_set_is_listed_and_nothing_else(keys: Keys, model_server: RunningServer) -> None:
    models = {"echo": {"place": "Rechenzentrum Düsseldorf", **BOUNDS, **ENERGY}}
    with _client(keys, model_server, models) as client:
        items = {item["id"]: item for item in client.get("/v1/models").json()["data"]}
    assert {name: items["echo"][name] for name in models["echo"]} == models["echo"]
    assert not (set(ModelSettings.model_fields) - {"kind"}) & items["slow"].keys()
    assert items["slow"]["context_length"] == 8192, "as its server says"


@pytest.mark.parametrize(
    ("values", "param", "number"),
    [
        ({"temperature": 0.8}, "temperature", "0.7"),
        ({"temperature": 2}, "temperature", "0.7"),
        ({"max_tokens": 4}, "max_tokens", "3"),
        ({"max_completion_tokens": 4}, "max_tokens", "3"),
    ],
)
@pytest.mark.parametrize("streaming", [True, False])
def test_a_request_above_the_bound_is_refused_with_the_number(
    keys: Keys, model_server: RunningServer, values: dict[str, Any], param: str, number: str, streaming: bool
) -> None:
    """LLM-03: by field, before the model server gets it, and of this model alone."""
    model_server.clear()
    with _client(keys, model_server, {"echo": BOUNDS}) as client:
        answer = client.post("/v1/chat/completions", json=message(TEXT, stream=streaming, **values))
        other = client.post("/v1/chat/completions", json={**message(TEXT, **values), "model": "slow"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert number in answer.json()["error"]["message"]
    assert other.status_code == 200
    assert [record.body["model"] for record in model_server.log() if record.path != "/v1/models"] == ["slow"]


def test_within_the_bound_it_goes_on_and_a_bound_answer_says_so(keys: Keys, model_server: RunningServer) -> None:
    with _client(keys, model_server, {"echo": BOUNDS}) as client:
        less = client.post("/v1/chat/completions", json=message(TEXT, max_tokens=2, temperature=0.7)).json()
        unsaid = client.post("/v1/chat/completions", json=message(TEXT)).json()
    assert [one["choices"][0]["message"]["content"] for one in (less, unsaid)] == ["eins zwei", "eins zwei drei"]
    assert [one["choices"][0]["finish_reason"] for one in (less, unsaid)] == ["length", "length"]


def test_energy_is_summed_by_model_where_there_is_a_figure(keys: Keys, model_server: RunningServer) -> None:
    """(5 × 20 + 5 × 400) / 1,000 for each answer, streamed or not; a model without a figure has no series."""
    with _client(keys, model_server, {"echo": ENERGY}) as client:
        stream(client, message(TEXT))
        client.post("/v1/chat/completions", json=message(TEXT))
        stream(client, message(TEXT, model="slow"))
        shown = client.get("/metrics").text
    lines = [line for line in shown.splitlines() if line.startswith("genius_inference_energy_watt_hours_total")]
    assert lines == ['genius_inference_energy_watt_hours_total{model="echo"} 4.2']


@pytest.mark.parametrize(
    "values",
    [{"wh_per_1000_input": 1}, {"wh_per_1000_output": 1}, {"temperature": 3}, {"output_tokens": 0}, {"ort": ""}],
)
def test_a_wrong_setting_stops_the_start(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ModelSettings(**values)
