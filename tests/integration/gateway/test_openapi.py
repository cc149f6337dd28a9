# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document is one that usable clients come from; `make test-clients` makes two and calls with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from genius_common.events import event_adapter
from tests.support.gateway import Gateway

REF = "#/components/schemas/"
RESERVED = {"import", "export", "delete", "class", "default", "new", "switch", "return", "function", "from", "pass"}


@pytest.fixture(scope="module")
async def document(gateway: Gateway) -> dict[str, Any]:
    async with gateway.browser() as client:
        found: dict[str, Any] = (await client.get("/api/v1/openapi.json")).json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix(REF)
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


async def test_operations_are_called_as_a_person_would(document: dict[str, Any]) -> None:
    """They become names of functions: a verb and a noun, each once. `own`, `create` or `export` say nothing there."""
    names = [operation["operationId"] for _, operation in operations(document)]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []
    assert RESERVED.isdisjoint(names)


async def test_schemas_are_called_as_their_classes(document: dict[str, Any]) -> None:
    """Two classes of one name would be told apart by their modules, which no client can use as a name."""
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []
    assert "HTTPValidationError" not in schemas, "that is not what this API answers"
    untitled = [name for name, schema in schemas.items() if schema.get("title", name) != name]
    assert untitled == []


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert set(references(document)) <= document["components"]["schemas"].keys()


async def test_every_failure_is_the_same_problem(document: dict[str, Any]) -> None:
    wanted = {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}}
    for name, operation in operations(document):
        assert operation["responses"]["default"]["content"] == wanted, name
        assert "422" not in operation["responses"], name


async def test_every_answer_says_what_it_is(document: dict[str, Any]) -> None:
    """An answer whose kind has no schema is left out of a client; that a body may be anything is said of few."""
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                assert content.get("schema"), (name, status, kind)


async def test_headers_that_openapi_has_ignored_are_not_parameters(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        named = {one["name"].lower() for one in operation.get("parameters", []) if one["in"] == "header"}
        assert named.isdisjoint({"accept", "content-type", "authorization"}), name


async def test_a_run_can_be_started_in_three_ways(document: dict[str, Any]) -> None:
    start = document["paths"]["/api/v1/modules/{module}/runs"]["post"]
    assert set(start["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert set(start["responses"]["202"]["content"]) == {"application/json"}
    assert {one["name"] for one in start["parameters"]} == {"module", "prefer", "idempotency-key"}
    state = document["components"]["schemas"]["RunView"]["properties"]["state"]
    assert state["enum"] == ["queued", "running", "succeeded", "failed", "cancelled"]


async def test_every_event_is_described_as_it_is_sent(document: dict[str, Any]) -> None:
    """With `run` and `seq`, which the gateway adds, and told apart by `type`."""
    schemas = document["components"]["schemas"]
    mapping = schemas["RunEvent"]["discriminator"]["mapping"]
    kinds = event_adapter.json_schema()["discriminator"]["mapping"].keys()
    assert mapping.keys() == kinds
    assert sorted(mapping.values()) == sorted(one["$ref"] for one in schemas["RunEvent"]["oneOf"])
    for kind, reference in mapping.items():
        schema = schemas[reference.removeprefix(REF)]
        assert schema["properties"]["type"]["const"] == kind
        assert {"type", "run", "seq"} <= set(schema["required"])
