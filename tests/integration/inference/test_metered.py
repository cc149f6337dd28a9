# SPDX-License-Identifier: EUPL-1.2
"""Requests of external modules at inference: none goes on without the gateway's word, and each is told of."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_common.auth import REVOCATIONS_PATH
from genius_common.model_stops import STOPS_PATH
from genius_inference.testing import RunningServer
from tests.support.inference import Keys, RunningInference, message, running_inference

RUN = uuid4()
TOKENS = f"/internal/runs/{RUN}/tokens"


class Gateway:
    """Its internal port: keys, revocations and holds. `refuses`: with this status; `told` is what came back."""

    def __init__(self, keys: Keys) -> None:
        self.grant, self.refuses, self.down = 40, 0, False
        self.asked: list[dict[str, int]] = []
        self.told: list[tuple[str, dict[str, int]]] = []
        gateway, signer = self, keys.signer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = {REVOCATIONS_PATH: signer.sign_revocations({}), STOPS_PATH: signer.sign_stops([])}
                self._say(200, answers.get(self.path, json.dumps(signer.jwks())).encode())

            def do_POST(self) -> None:
                gateway.asked.append(self._body())
                if gateway.refuses:
                    problem = {"code": "run_tokens_spent", "title": "x", "detail": "Verbraucht.", "status": 429}
                    self._say(gateway.refuses, json.dumps(problem).encode(), "application/problem+json")
                else:
                    self._say(200, json.dumps({"hold": "eins", "output": gateway.grant}).encode())

            def do_PUT(self) -> None:
                if gateway.down:
                    gateway.down = False
                    self._say(503, b"{}")
                    return
                gateway.told.append((self.path, self._body()))
                self._say(204, b"")

            def _body(self) -> Any:
                return json.loads(self.rfile.read(int(self.headers["content-length"])))

            def _say(self, status: int, body: bytes, kind: str = "application/json") -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.jwks_url = f"http://127.0.0.1:{self.server.server_address[1]}/.well-known/jwks.json"

    def wait(self) -> dict[str, int]:
        """What was told of the one request."""
        end = time.monotonic() + 10
        while not self.told and time.monotonic() < end:
            time.sleep(0.02)
        ((path, used),) = self.told
        assert path == f"{TOKENS}/eins"
        return used


@pytest.fixture
def gateway(keys: Keys) -> Iterator[Gateway]:
    found = Gateway(keys)
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def service(gateway: Gateway, keys: Keys, model_server: RunningServer) -> Iterator[RunningInference]:
    model_server.clear()
    with running_inference(Keys(gateway.jwks_url, keys.signer), upstream={"url": model_server.url}) as running:
        yield running


def module(service: RunningInference) -> httpx.Client:
    return service.client(run=RUN, metered=True)


@pytest.mark.parametrize("stream", [False, True])
def test_each_request_is_asked_for_and_told_of(
    service: RunningInference, gateway: Gateway, model_server: RunningServer, stream: bool
) -> None:
    """INJ-07: the answer is bound to what was granted, and what the model server counted comes back."""
    with module(service) as client:
        answer = client.post("/v1/chat/completions", json=message("eins zwei drei", stream=stream, max_tokens=500))
    assert answer.status_code == 200, answer.text
    assert gateway.asked == [{"input": 5, "output": 500}]
    assert model_server.log()[-1].body["max_tokens"] == 40
    assert gateway.wait() == {"input": 3, "output": 3}


def test_vectors_count_too(service: RunningInference, gateway: Gateway) -> None:
    gateway.grant = 0
    with module(service) as client:
        answer = client.post("/v1/embeddings", json={"model": "scripted-embedding", "input": "eins zwei"})
    assert answer.status_code == 200, answer.text
    assert gateway.asked[0]["output"] == 0
    used = gateway.wait()
    assert (used["input"] > 0, used["output"]) == (True, 0)


def test_a_refusal_reaches_no_model(service: RunningInference, gateway: Gateway, model_server: RunningServer) -> None:
    """INJ-07: with the gateway's own code in OpenAI's envelope."""
    gateway.refuses = 429
    with module(service) as client:
        answer = client.post("/v1/chat/completions", json=message("eins"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "run_tokens_spent")
    assert (model_server.log(), gateway.told) == ([], [])


def test_what_is_not_answered_is_not_allowed(
    service: RunningInference, gateway: Gateway, model_server: RunningServer
) -> None:
    """INJ-07: a gateway that is broken, then gone: no request goes on; others' requests do."""
    gateway.refuses = 500
    with module(service) as client, service.client() as person:
        assert client.post("/v1/chat/completions", json=message("eins")).status_code >= 500
        gateway.server.shutdown()
        gateway.server.server_close()
        assert client.post("/v1/chat/completions", json=message("eins")).status_code >= 500
        assert model_server.log() == []
        assert person.post("/v1/chat/completions", json=message("eins")).status_code == 200


def test_what_no_server_took_costs_nothing(service: RunningInference, gateway: Gateway) -> None:
    with module(service) as client:
        answer = client.post("/v1/chat/completions", json=message("eins", model="gibt-es-nicht"))
        assert answer.status_code == 404
    assert gateway.asked == []


def test_a_refusal_of_the_server_costs_nothing(
    service: RunningInference, gateway: Gateway, model_server: RunningServer
) -> None:
    model_server.script(status=400, message="nein")
    with module(service) as client:
        assert client.post("/v1/chat/completions", json=message("eins")).status_code == 400
    model_server.clear()
    assert gateway.wait() == {"input": 0, "output": 0}


def test_what_breaks_off_costs_what_was_set_aside(
    service: RunningInference, gateway: Gateway, model_server: RunningServer
) -> None:
    """INJ-07: where nobody knows the number, it is the whole."""
    model_server.script(cut_after=1, usage=False)
    with module(service) as client:
        client.post("/v1/chat/completions", json=message("eins zwei", stream=True))
    model_server.clear()
    assert gateway.wait()["output"] == 40


def test_it_is_told_again_where_the_gateway_was_away(service: RunningInference, gateway: Gateway) -> None:
    gateway.down = True
    with module(service) as client:
        assert client.post("/v1/chat/completions", json=message("eins")).status_code == 200
    assert gateway.wait() == {"input": 1, "output": 1}


def test_nobody_else_is_asked_for(service: RunningInference, gateway: Gateway) -> None:
    """People, applications and built-in modules: no way to the gateway on the model path."""
    for claims in ({}, {"run": RUN}):
        with service.client(**claims) as client:
            assert client.post("/v1/chat/completions", json=message("eins")).status_code == 200
    assert gateway.asked == gateway.told == []
