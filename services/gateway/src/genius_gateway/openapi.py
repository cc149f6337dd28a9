# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document: what FastAPI finds, and the raw `/v1` routes beside it.

Clients are generated from it (`make test-clients`), so names are part of the contract: an operation is called as its
function, a schema as its class, and every failure is the one schema `Problem`.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.routing import APIRoute

from genius_common.events import event_adapter

_REF = "#/components/schemas/"
_PROBLEM = {
    "description": "Fehler nach RFC 9457",
    "content": {"application/problem+json": {"schema": {"$ref": f"{_REF}Problem"}}},
}
_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "title": "Problem",
        "description": "A refusal (RFC 9457). `code` is stable, `detail` plain German with what to do.",
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "retryable"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string"},
            "retryable": {"type": "boolean"},
            "request_id": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": f"{_REF}FieldProblem"}},
        },
    },
    "FieldProblem": {
        "title": "FieldProblem",
        "description": "One wrong value: `pointer` is a JSON pointer (RFC 6901) into the request.",
        "type": "object",
        "required": ["pointer", "detail"],
        "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
    },
    "Upload": {
        "title": "Upload",
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    },
}
_LOG_FIELDS = {
    "run": {"type": "string", "format": "uuid"},
    "seq": {"type": "integer", "description": "the id of the event"},
}
_EVENT_STREAM = "text/event-stream"
_EVENT_STREAM_SCHEMA = {
    "type": "string",
    "description": "Server-sent events: `id` is a rising number, `event` the type, `data` a RunEvent as JSON.",
}
_JSON_OBJECT = {"content": {"application/json": {"schema": {"type": "object"}}}}
_FILE_BODY = {"required": True, "content": {"multipart/form-data": {"schema": {"$ref": f"{_REF}Upload"}}}}
_UPLOADS = ("/api/v1/files", "/api/v1/knowledge-bases/{kb}/documents")
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def operation_id(route: APIRoute) -> str:
    """An operation is called as its function is."""
    return route.name


class OpenApiDocument:
    """`body` is the document, `operations` its (method, path) pairs."""

    def __init__(self, app: FastAPI) -> None:
        content = app.openapi()
        _add_model_routes(content)
        for path in _UPLOADS:
            content["paths"][path]["post"]["requestBody"] = _FILE_BODY
        self.operations = [
            (method.upper(), path) for path, item in content["paths"].items() for method in item if method in _METHODS
        ]
        _add_schemas(content["components"]["schemas"])
        _finish(content)
        self.body = orjson.dumps(content)


def _add_model_routes(content: dict[str, Any]) -> None:
    answer = {"200": {"description": "OpenAI-kompatible Antwort", **_JSON_OBJECT}}
    for path, method, name in (
        ("/v1/models", "get", "list_models"),
        ("/v1/chat/completions", "post", "create_chat_completion"),
        ("/v1/embeddings", "post", "create_embeddings"),
    ):
        operation: dict[str, Any] = {"operationId": name, "tags": ["models"], "responses": answer}
        if method == "post":
            operation["requestBody"] = {"required": True, **_JSON_OBJECT}
        content["paths"][path] = {method: operation}


def _add_schemas(schemas: dict[str, Any]) -> None:
    """`Problem`, and the events of a run as the gateway sends them: with `run` and `seq`."""
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas |= _SCHEMAS
    events = event_adapter.json_schema(ref_template=_REF + "{model}")
    kinds = [name for name, schema in events["$defs"].items() if "type" in schema.get("properties", {})]
    text = orjson.dumps(events).decode()
    for name in kinds:
        text = text.replace(f'"{_REF}{name}"', f'"{_REF}{_event_name(name)}"')
    events = orjson.loads(text)
    for name, schema in events.pop("$defs").items():
        if name in kinds:
            schema["title"] = _event_name(name)
            schema["properties"] |= _LOG_FIELDS
            schema["required"] = sorted({*schema.get("required", []), "type", *_LOG_FIELDS})
            schemas[_event_name(name)] = schema
        else:
            schemas.setdefault(name, schema)
    schemas["RunEvent"] = {"title": "RunEvent", "description": "An event of a run; the last is final.", **events}


def _event_name(name: str) -> str:
    """Beside everything else in the document, `Item` and `Usage` would be too little of a name."""
    return name.removesuffix("Event") + "Event"


def _finish(content: dict[str, Any]) -> None:
    """Say how one signs in, that every failure is a problem, and what a file and an event stream are."""
    content["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-genius"},
    }
    content["security"] = [{"bearer": []}, {"session": []}]
    for item in content["paths"].values():
        for operation in item.values():
            # OpenAPI 3.1 has such a parameter ignored: the kinds of content of the answers say it.
            parameters = [one for one in operation.get("parameters", []) if one["name"] != "accept"]
            if "parameters" in operation:
                operation["parameters"] = parameters
            responses = operation["responses"]
            responses.pop("422", None)
            responses.setdefault("default", _PROBLEM)
            for response in responses.values():
                for kind, found in response.get("content", {}).items():
                    if kind == _EVENT_STREAM:
                        found["schema"] = _EVENT_STREAM_SCHEMA
                    elif not found:
                        found["schema"] = {"type": "string", "format": "binary"}
