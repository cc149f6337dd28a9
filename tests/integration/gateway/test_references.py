# SPDX-License-Identifier: EUPL-1.2
"""Ids in bodies and queries, and fields that nobody may set: found in the OpenAPI document of the running gateway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_gateway.policy.table import RULES
from tests.support.gateway import Gateway
from tests.support.matrix import PARAMETER, Objects, answer

# Names of fields and query parameters that take an id, beside those with the format `uuid`.
REFERENCES = {
    "active_leaf", "after", "case", "conversation", "documents", "files", "grantee", "knowledge_bases", "leaf",
    "parent", "person", "unit",
}  # fmt: skip
TENANT_WIDE = {
    *(("POST", "/api/v1/audit/search", name) for name in ("authority", "person", "object", "after")),
    *(("GET", "/api/v1/retrievals", name) for name in ("after", "case")),
    ("POST", "/api/v1/holds", "person"),
    ("POST", "/api/v1/holds", "case"),
    ("POST", "/api/v1/operation/model-stops", "authority"),
    ("POST", "/api/v1/knowledge-bases/{kb}/shares", "authority"),
}
"""Ids of the whole tenant: who may name them at all sees each of them, so nothing is foreign there."""
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Swap:
    """A request in which one id is to be swapped. `kind` says of what object; `{}` in a path is an own object's."""

    place: Place
    kind: str
    body: dict[str, Any] | None = None
    own: str = ""
    module: str = "chat"

    def request(self, value: str, own: dict[str, str]) -> dict[str, Any]:
        path = PARAMETER.sub(self.module, self.place[1]) if "{module}" in self.place[1] else self.place[1]
        path = PARAMETER.sub(own.get(self.own, ""), path)
        if self.body is None:
            return {"method": self.place[0], "url": path, "params": {self.place[2]: value}}
        return {"method": self.place[0], "url": path, "json": _filled(self.body, value)}


def _filled(body: Any, value: str) -> Any:
    if isinstance(body, dict):
        return {name: _filled(item, value) for name, item in body.items()}
    if isinstance(body, list):
        return [_filled(item, value) for item in body]
    return value if body == "?" else body


_RUN = ("POST", "/api/v1/modules/{module}/runs")
_CHAT = {"message": "Guten Tag"}
_CONVERSATION = "/api/v1/conversations/{conversation}"
SWAPS = [
    Swap((*_RUN, "case"), "case", {"input": _CHAT, "case": "?"}),
    Swap((*_RUN, "input.conversation"), "conversation", {"input": {**_CHAT, "conversation": "?"}}),
    Swap((*_RUN, "input.parent"), "run", {"input": {**_CHAT, "parent": "?"}}),
    Swap((*_RUN, "input.knowledge_bases"), "kb", {"input": {**_CHAT, "knowledge_bases": ["?"]}}),
    Swap((*_RUN, "input.documents"), "document", {"input": {**_CHAT, "documents": ["?"]}}),
    Swap((*_RUN, "input.files"), "file", {"input": {**_CHAT, "files": ["?"]}}),
    Swap((*_RUN, "summarise.files"), "file", {"input": {"files": ["?"], "length": "short"}}, module="summarise"),
    Swap(
        (*_RUN, "ask.knowledge_bases"),
        "kb",
        {"input": {"question": "Wer?", "knowledge_bases": ["?"]}},
        module="ask-documents",
    ),
    Swap(
        (*_RUN, "ask.documents"),
        "document",
        {"input": {"question": "Wer?", "documents": ["?"]}},
        module="ask-documents",
    ),
    Swap(("POST", "/api/v1/conversations", "knowledge_bases"), "kb", {"knowledge_bases": ["?"]}),
    Swap(("POST", "/api/v1/conversations", "case"), "case", {"case": "?"}),
    Swap(("PATCH", _CONVERSATION, "knowledge_bases"), "kb", {"knowledge_bases": ["?"]}, "conversation"),
    Swap(("PATCH", _CONVERSATION, "active_leaf"), "run", {"active_leaf": "?"}, "conversation"),
    Swap(
        ("POST", "/api/v1/knowledge-bases", "unit"),
        "unit",
        {"name": "x", "purpose": "Probe", "owner": "unit", "unit": "?"},
    ),
    Swap(
        ("PUT", "/api/v1/knowledge-bases/{kb}/grants", "grantee"),
        "person",
        {"items": [{"grantee_kind": "person", "grantee": "?"}]},
        "kb",
    ),
    Swap(
        ("POST", _CONVERSATION + "/snapshots", "unit"),
        "unit",
        {"recipients": [{"unit": "?"}]},
        "conversation",
    ),
    Swap(("PUT", "/api/v1/cases/{case}/grants", "unit"), "unit", {"items": [{"unit": "?"}]}, "case"),
    Swap(("POST", "/api/v1/cases/{case}/files", "file"), "file", {"file": "?"}, "case"),
    Swap(("POST", "/api/v1/cases/{case}/versions", "run"), "run", {"run": "?"}, "case"),
    Swap(("GET", "/api/v1/snapshots", "after"), "snapshot"),
    Swap(("PUT", "/api/v1/knowledge-bases/{kb}/owner", "unit"), "unit", {"owner": "unit", "unit": "?"}, "kb"),
    Swap(("PUT", "/api/v1/me/authority", "authority"), "authority", {"authority": "?"}),
    Swap(("GET", "/api/v1/runs", "after"), "run"),
    Swap(("GET", "/api/v1/conversations", "after"), "conversation"),
    Swap(("GET", "/api/v1/knowledge-bases", "after"), "kb"),
    Swap(("GET", "/api/v1/knowledge-bases/{kb}/documents", "after"), "document", own="kb"),
    Swap(("GET", _CONVERSATION + "/messages", "leaf"), "run", own="conversation"),
]
NO_IDS = {
    ("GET", "/api/v1/runs/{run}/events", "after"),  # a number of the caller's own stream
    ("PUT", "/api/v1/authorities/{authority}/limits", "person"),  # the limits of every person
    ("PUT", "/api/v1/authorities/{authority}/limits/tighter", "person"),
}
"""Named like ids."""


def _resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a body, however deep, with its schema."""
    schema = _resolve(document, schema)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from _fields(document, part)
    for name, member in schema.get("properties", {}).items():
        yield name, _resolve(document, member)
        yield from _fields(document, member)


def _takes_ids(name: str, schema: dict[str, Any]) -> bool:
    parts = (schema, *schema.get("anyOf", ()), schema.get("items", {}))
    return name in REFERENCES or any(part.get("format") == "uuid" for part in parts)


def places(document: dict[str, Any]) -> set[Place]:
    """(method, path, field or query parameter) of every id outside of paths."""
    found: set[Place] = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query" and _takes_ids(parameter["name"], parameter["schema"]):
                    found.add((method.upper(), path, parameter["name"]))
            for body in operation.get("requestBody", {}).get("content", {}).values():
                for name, schema in _fields(document, body.get("schema", {})):
                    if _takes_ids(name, schema):
                        found.add((method.upper(), path, name))
    return found


@pytest.fixture(scope="module")
async def document(gateway: Gateway) -> dict[str, Any]:
    async with gateway.browser() as client:
        found: dict[str, Any] = (await client.get("/api/v1/openapi.json")).json()
        return found


async def test_every_id_of_the_api_is_swapped_below(document: dict[str, Any]) -> None:
    """TEN-03: a field or parameter that takes an id and has no swap fails here."""
    swapped = {swap.place for swap in SWAPS if "." not in swap.place[2]}
    assert places(document) - NO_IDS == swapped | (TENANT_WIDE & places(document))


async def _own(client: httpx.AsyncClient) -> dict[str, str]:
    """The caller's own objects that the ids are put into."""
    kb = await client.post("/api/v1/knowledge-bases", json={"name": "Eigene", "purpose": "Probe"})
    conversation = await client.post("/api/v1/conversations", json={})
    case = await client.post("/api/v1/cases", json={"reference": "Eigener"})
    return {"kb": kb.json()["id"], "conversation": conversation.json()["id"], "case": case.json()["id"]}


@pytest.mark.parametrize("caller", ["d.schmidt", "b.yilmaz"])
async def test_a_foreign_id_is_like_an_unknown_one(with_modules: Gateway, objects: Objects, caller: str) -> None:
    """TEN-02, TEN-03: of another authority and of a colleague: equal answers, and the field is named."""
    gateway = with_modules
    async with await gateway.client("a.weber") as owner:
        me = (await owner.get("/api/v1/me")).json()
    foreign = {kind: ids["person"] for kind, ids in objects.ids.items()}
    foreign |= {"person": me["id"], "unit": me["units"][0]["id"], "authority": me["authority"]["id"]}
    async with await gateway.client(caller) as client:
        own = await _own(client)
        for swap in SWAPS:
            if swap.kind in {"person", "authority"} and caller == "b.yilmaz":
                continue  # a colleague may get a grant, and belongs to the same authority
            answers = [
                answer(await client.request(**swap.request(value, own))) for value in (foreign[swap.kind], str(uuid4()))
            ]
            assert answers[0] == answers[1], swap
            if swap.body is not None and answers[0][0] != 403:
                assert answers[0][0] in {404, 422}, (swap, answers[0])
                assert "pointer" in str(answers[0][1]), (swap, answers[0])


PRIVILEGED = ("role", "roles", "tenant_id", "authority", "owner_person", "created_by", "is_admin", "id")


@pytest.mark.parametrize("caller", ["a.weber", "o.petrova", "r.koenig"])
async def test_no_body_takes_a_field_that_is_not_its_own(
    gateway: Gateway, objects: Objects, document: dict[str, Any], caller: str
) -> None:
    """TEN-12: unknown and privileged fields are refused by name on every route below /api that reads JSON."""
    tried = 0
    async with await gateway.client(caller) as client:
        rights = set((await client.get("/api/v1/me")).json()["rights"])
        for rule in RULES:
            operation = document["paths"].get(rule.path, {}).get(rule.method.lower(), {})
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content or rule.action not in rights or rule.path.startswith("/v1/"):
                continue
            known = dict(_fields(document, content["application/json"]["schema"]))
            path = PARAMETER.sub(lambda match: objects.ids.get(match[1], {}).get("person", "1"), rule.path)
            for name in PRIVILEGED:
                if name not in known:
                    refused = await client.request(rule.method, path, json={name: "x"})
                    assert refused.status_code in {400, 422} or "{" in rule.path, (rule, name, refused.text)
                    if refused.status_code == 422:
                        assert name in str(refused.json()["errors"]), (rule, name)
                    tried += 1
    assert tried >= 8
