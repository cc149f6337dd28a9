# SPDX-License-Identifier: EUPL-1.2
"""Every failure of a FastAPI service over real HTTP: one problem, one id, no word of what was sent."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from fastapi import FastAPI, Header, HTTPException, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from genius_common.errors import LimitReached
from genius_common.telemetry import configure_logging
from genius_common.web import PROBLEM, BodyLimitMiddleware, RequestIdMiddleware, install
from tests.support.http import TRUSTS_NOBODY, Client
from tests.support.inference import served

LIMIT = 1000
CANARY = "GEHEIM-4711"


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str


def service() -> FastAPI:
    app = FastAPI()
    install(app)

    @app.post("/form")
    async def form(form: Form) -> str:
        return form.name

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.post("/stream")
    async def stream(request: Request) -> int:
        return sum([len(part) async for part in request.stream()])

    @app.get("/limit")
    async def limit() -> None:
        raise LimitReached(retry_after=7)

    @app.get("/boom")
    async def boom() -> None:
        raise ValueError(CANARY)

    @app.get("/http/{status}")
    async def http(status: int) -> None:
        raise HTTPException(status, CANARY)

    @app.get("/query")
    async def query(n: int = Query(ge=1), x_flag: int = Header(default=0)) -> int:
        return n + x_flag

    app.add_middleware(BodyLimitMiddleware, limit=lambda path: LIMIT if path != "/stream" else 2 * LIMIT)
    app.add_middleware(RequestIdMiddleware)
    return app


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(service()) as url, Client(base_url=url, trust_env=False, timeout=10) as found:
        yield found


def problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    assert response.headers["cache-control"] == "no-store"
    body: dict[str, object] = response.json()
    assert (body["code"], body["status"]) == (code, status)
    assert CANARY not in response.text
    return body


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 100):
        yield b" " * 100
    yield b'{"name": "x"}'


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/unknown", 404, "not_found"),
        ("GET", "/form", 405, "method_not_allowed"),
        ("GET", "/limit", 429, "limit_reached"),
        ("GET", "/boom", 500, "internal_error"),
        ("GET", "/http/404", 404, "not_found"),
        ("GET", "/http/413", 413, "too_large"),
        ("GET", "/http/418", 400, "invalid_input"),
        ("GET", "/http/502", 500, "internal_error"),
        ("GET", "/http/eins", 400, "invalid_input"),
        ("POST", "/form", 400, "invalid_input"),
    ],
)
def test_every_failure_is_a_problem(client: httpx.Client, method: str, path: str, status: int, code: str) -> None:
    # uvicorn closes the connection of a request whose application raised.
    body = problem(client.request(method, path, headers={"connection": "close"}), status, code)
    assert str(body["request_id"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"name": "x", "role": "admin"}', "/role"),
        (b"{}", "/name"),
        (b'{"name": 3}', "/name"),
        (b"[]", ""),
        (b'{"name": ', ""),
        (b"", ""),
    ],
)
def test_a_bad_body_names_its_field(client: httpx.Client, body: bytes, pointer: str) -> None:
    answer = client.post("/form", content=body, headers={"content-type": "application/json"})
    errors = problem(answer, 400, "invalid_input")["errors"]
    assert isinstance(errors, list)
    assert [error["pointer"] for error in errors] == [pointer]


def test_queries_and_headers_are_named_too(client: httpx.Client) -> None:
    answer = client.get("/query", params={"n": CANARY}, headers={"x-flag": CANARY})
    errors = problem(answer, 400, "invalid_input")["errors"]
    assert isinstance(errors, list)
    assert [error["pointer"] for error in errors] == ["/n", "/x-flag"]


def test_when_to_try_again_is_a_header(client: httpx.Client) -> None:
    assert client.get("/limit").headers["retry-after"] == "7"


@pytest.mark.parametrize("path", ["/form", "/raw", "/stream"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_the_limit_is_413_however_it_comes(client: httpx.Client, path: str, chunked: bool) -> None:
    """By its declared length at once, without one while it arrives; never the 400 that frameworks make of it."""
    limit = 2 * LIMIT if path == "/stream" else LIMIT
    content = chunks(limit + 100) if chunked else b"".join(chunks(limit + 100))
    answer = client.post(path, content=content, headers={"content-type": "application/json"})
    assert str(limit) in str(problem(answer, 413, "too_large")["detail"])


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_exactly_the_limit_passes(client: httpx.Client, chunked: bool) -> None:
    body = b"x" * LIMIT
    answer = client.post("/raw", content=iter([body[:300], body[300:]]) if chunked else body)
    assert (answer.status_code, answer.text) == (200, str(LIMIT))


def test_the_connection_serves_on_after_a_refusal(client: httpx.Client) -> None:
    for _ in range(3):
        assert client.post("/raw", content=chunks(2 * LIMIT)).status_code == 413
        assert client.post("/raw", content=b"abc").text == "3"


@pytest.mark.parametrize("given", ["abcdefgh", "A-Z_0.9" + "x" * 57, "0f8e7d6c-1111-2222-3333-444455556666"])
def test_a_wellformed_request_id_is_kept(client: httpx.Client, given: str) -> None:
    answer = client.get("/unknown", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space in it", "<script>alert(1)", "ümlaut-ümlaut".encode()]
)
def test_any_other_request_id_is_replaced(client: httpx.Client, given: str | bytes) -> None:
    """LOG-02 in part: what goes into the log beside every event is of a harmless form."""
    answer = client.get("/unknown", headers=[(b"x-request-id", given.encode() if isinstance(given, str) else given)])
    assert len(answer.headers["x-request-id"]) == 32
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_line_break_never_becomes_part_of_a_request_id() -> None:
    """Also where a server in front lets one through."""
    sent: list[dict[str, object]] = []

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        sent.append(scope)

    scope = {"type": "http", "headers": [(b"x-request-id", b"abcdefgh\n")]}
    await RequestIdMiddleware(app)(scope, None, None)  # type: ignore[arg-type]
    assert "\n" not in str(sent[0]["state"])


def test_an_unexpected_error_logs_its_type_and_place_and_no_word_of_it() -> None:
    """LOG-01 in part: neither our handler nor the web server writes the text of a foreign exception."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging("probe", "info")
    stream = io.StringIO()
    root.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    try:
        with served(service()) as url:
            answer = httpx.get(url + "/boom", trust_env=False, verify=TRUSTS_NOBODY)
            httpx.post(url + "/form", content=CANARY.encode(), trust_env=False, verify=TRUSTS_NOBODY)
    finally:
        root.handlers[:], _ = handlers, root.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert CANARY not in stream.getvalue()
    errors = [line for line in lines if line["level"] == "error"]
    assert errors
    assert {line["error"] for line in errors} == {"ValueError"}
    assert all("test_web_errors.py:" in line["where"] for line in errors)
    assert answer.json()["request_id"] in {line.get("request_id") for line in errors}


def test_an_unexpected_failure_carries_its_id_in_the_header_too(client: httpx.Client) -> None:
    """Starlette answers it outside all middleware; whoever reports it still has the id, once."""
    answer = client.get("/boom", headers={"x-request-id": "vorgang-4711"})
    assert answer.status_code == 500
    assert answer.headers.get_list("x-request-id") == ["vorgang-4711"] == [answer.json()["request_id"]]
