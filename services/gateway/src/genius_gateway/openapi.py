# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document: what FastAPI finds, and the raw `/v1` routes beside it."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import FastAPI

_PROBLEM = {
    "description": "Fehler nach RFC 9457",
    "content": {
        "application/problem+json": {
            "schema": {
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
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                        },
                    },
                },
            }
        }
    },
}
_JSON_OBJECT = {"content": {"application/json": {"schema": {"type": "object"}}}}
_FILE_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
_UPLOADS = ("/api/v1/files", "/api/v1/knowledge-bases/{kb}/documents")
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


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
        _finish(content)
        self.body = orjson.dumps(content)


def _add_model_routes(content: dict[str, Any]) -> None:
    answer = {"200": {"description": "OpenAI-kompatible Antwort", **_JSON_OBJECT}}
    for path, method, name in (
        ("/v1/models", "get", "list_models"),
        ("/v1/chat/completions", "post", "chat_completions"),
        ("/v1/embeddings", "post", "embeddings"),
    ):
        operation: dict[str, Any] = {"operationId": name, "tags": ["models"], "responses": answer}
        if method == "post":
            operation["requestBody"] = {"required": True, **_JSON_OBJECT}
        content["paths"][path] = {method: operation}


def _finish(content: dict[str, Any]) -> None:
    """Say how one signs in, and that every failure is a problem."""
    content["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-genius"},
    }
    content["security"] = [{"bearer": []}, {"session": []}]
    for item in content["paths"].values():
        for operation in item.values():
            responses = operation["responses"]
            responses.pop("422", None)
            responses.setdefault("default", _PROBLEM)
