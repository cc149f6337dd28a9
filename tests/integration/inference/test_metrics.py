# SPDX-License-Identifier: EUPL-1.2
"""What `/metrics` of inference tells an operator: by model, server, class and authority, and never of a person."""

import asyncio
from uuid import UUID

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from genius_inference.testing import RunningServer
from tests.support.http import AsyncClient
from tests.support.inference import Keys, RunningInference, message, running_inference, stream

TEXT = "eins zwei drei vier fünf"
BULK = {"x-genius-class": "bulk"}
OWN = UUID(int=0xAB)


def samples(client: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample of `/metrics` by name and labels, without the buckets' bounds."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
        if "le" not in sample.labels
    }


def value(client: httpx.Client, name: str, **labels: str) -> float:
    """The sum over the series of `name` that have these labels; `kind` stands for the label class."""
    wanted = {("class" if key == "kind" else key, label) for key, label in labels.items()}
    return sum(number for (found, has), number in samples(client).items() if found == name and wanted <= has)


@pytest.mark.parametrize(("headers", "kind", "other"), [({}, "interactive", "bulk"), (BULK, "bulk", "interactive")])
def test_a_stream_is_counted_in_its_class(
    keys: Keys, model_server: RunningServer, headers: dict[str, str], kind: str, other: str
) -> None:
    model_server.clear()
    server = model_server.url.split("/")[2]
    with running_inference(keys, upstream={"url": model_server.url}) as service, service.client(authority=OWN) as http:
        http.headers.update(headers)
        assert stream(http, message(TEXT)).done == 1
        common = {"model": "echo", "kind": kind}
        whose = {**common, "authority": str(OWN)}
        assert value(http, "genius_inference_requests_total", outcome="ok", **whose) == 1
        assert value(http, "genius_inference_tokens_total", direction="input", **whose) == 5
        assert value(http, "genius_inference_tokens_total", direction="output", **whose) == 5
        for name in ("time_to_first_token", "inter_token"):
            assert value(http, f"genius_inference_{name}_seconds_count", replica=server, **common) == 1
        assert value(http, "genius_inference_queue_seconds_count", **common) == 1
        assert value(http, "genius_inference_authority_queue_seconds_count", authority=str(OWN)) == 1
        assert not any(("class", other) in labels and number for (_, labels), number in samples(http).items())


def test_the_time_between_tokens_is_the_mean_of_a_stream(keys: Keys, model_server: RunningServer) -> None:
    """Five tokens have four gaps; an answer of one token has none and an unstreamed one is not seen."""
    model_server.clear()
    with running_inference(keys, upstream={"url": model_server.url}) as service, service.client() as http:
        stream(http, message(f"{TEXT} [[delay_s=0.05]]"))
        assert value(http, "genius_inference_inter_token_seconds_count") == 1
        assert 0.05 <= value(http, "genius_inference_inter_token_seconds_sum") < 1
        stream(http, message("eins"))
        http.post("/v1/chat/completions", json=message(TEXT))
        assert value(http, "genius_inference_inter_token_seconds_count") == 1
        assert value(http, "genius_inference_time_to_first_token_seconds_count") == 2


async def test_who_leaves_is_counted_as_left_and_not_as_a_failure(keys: Keys, model_server: RunningServer) -> None:
    model_server.clear()
    with running_inference(keys, upstream={"url": model_server.url}) as service:
        headers = {"authorization": f"Bearer {keys.token()}"}
        async with AsyncClient(base_url=service.url, headers=headers, trust_env=False) as http:
            body = message(f"{TEXT} [[hang_after=2]]", stream=True)
            task = asyncio.create_task(http.post("/v1/chat/completions", json=body))
            await asyncio.to_thread(model_server.wait_for_requests, 1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(model_server.wait_for_departure)
        with service.client() as client:
            assert value(client, "genius_inference_requests_total", outcome="client_gone") == 1
            assert value(client, "genius_inference_requests_total") == 1
            assert value(client, "genius_inference_in_flight") == 0


@pytest.mark.parametrize(
    ("model", "outcome"), [("error", "upstream_error"), ("cut", "upstream_cut"), ("busy", "upstream_busy")]
)
def test_how_a_request_failed_is_told(keys: Keys, model_server: RunningServer, model: str, outcome: str) -> None:
    model_server.clear()
    with running_inference(keys, upstream={"url": model_server.url}) as service, service.client() as client:
        stream(client, message(TEXT, model=model))
        assert value(client, "genius_inference_requests_total", model=model, outcome=outcome) == 1
        assert value(client, "genius_inference_requests_total") == 1


def test_no_person_and_no_word_of_a_request_is_a_label(inference: RunningInference) -> None:
    """PER-01: whoever reads the metrics learns of authorities alone."""
    person, application, run = (UUID(int=number) for number in (0xDEAD, 0xBEEF, 0xCAFE))
    with inference.client(subject=person, application=application, run=run) as client:
        stream(client, message("Geheimnis", user="Erika Mustermann"))
        client.post("/v1/chat/completions", json=message("x", model="Geheimnis"))
        client.post("/v1/chat/completions", json={**message("x"), "Geheimnis": 1})
        shown = client.get("/metrics").text
    for secret in (str(person), str(application), str(run), "Geheimnis", "Mustermann"):
        assert secret not in shown
