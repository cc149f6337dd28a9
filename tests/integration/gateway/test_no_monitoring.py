# SPDX-License-Identifier: EUPL-1.2
"""Nobody is watched: what a person did is in no answer and no metric for anybody but that person.

Generated over all routes of the OpenAPI document and over the metrics: after somebody has worked, every other role
asks everything that can be asked, and the person's pseudonym, name and login are searched in the answers.
"""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from genius_gateway.openapi import OpenApiDocument
from genius_gateway.policy.table import RULES, Rule
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.personal_data import Planted, plant

# route → why an answer may name a person; whoever adds one explains it to the staff council.
NAMED_BY_PURPOSE = {
    ("GET", "/api/v1/audit/export"): "the trail itself, for revision alone; its export is in the trail",
    ("GET", "/api/v1/api-tokens"): "whose key for programs it is, without when it was used; for administrators",
    ("GET", "/api/v1/snapshots"): "who shared a conversation, for those it was shared with",
    ("GET", "/api/v1/cases"): "who shared a case, for those it was shared with",
    ("GET", "/api/v1/authorities/{authority}/members"): "who belongs to the authority, without anything they did",
    ("GET", "/api/v1/holds"): "that deletion is stopped, without anything that the person did",
    ("GET", "/api/v1/persons/{person}/data"): "names who was asked for, and no count (tested below)",
    ("DELETE", "/api/v1/persons/{person}/data"): "the receipt, once, when the data is gone and the pseudonym nobody's",
    ("POST", "/api/v1/persons/find"): "opens a pseudonym, which is recorded",
}
OTHERS = ("b.yilmaz", "c.hoffmann", "d.schmidt", "o.petrova", "r.koenig", "mhb-fachverfahren")
LABELS = {
    "action",
    "status",
    "le",
    "service",
    "model",
    "kind",
    "reason",
    "outcome",
    "state",
    "code",
    "mode",
    "dependency",
    "table",
}
# Metrics of the process itself have labels of their own.
_PLATFORM = re.compile(r"^genius_")


def paths(planted: Planted) -> dict[str, str]:
    return {
        "run": str(planted.run),
        "conversation": str(planted.conversation),
        "kb": str(planted.knowledge_base),
        "document": str(planted.document),
        "file": str(planted.file),
        "case": str(planted.case),
        "person": str(planted.person),
        "authority": str(planted.authority),
    }


def fill(rule: Rule, known: dict[str, str]) -> str:
    """The path with the ids of what the person has; what nobody has gets a random id."""
    return re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], "1" if match[1] == "n" else str(uuid4())), rule.path)


@pytest.fixture(scope="module")
async def worked(gateway: Gateway) -> Planted:
    return await plant(gateway, "a.weber")


async def asked(client: httpx.AsyncClient, rule: Rule, path: str) -> str:
    body: dict[str, Any] = {"query": "a"} if path.endswith("/search") else {}
    answer = await client.request(rule.method, path, json=body if rule.method == "POST" else None)
    assert answer.status_code != 401, "who is not let in proves nothing"
    return answer.text


def test_every_route_is_asked(gateway: Gateway) -> None:
    """PER-01: the list of routes is that of the application, and the exceptions are routes."""
    assert set(OpenApiDocument(gateway.app.api).operations) <= {(r.method, r.path) for r in RULES} | {
        ("GET", path) for path in ("/api/v1/health/live", "/api/v1/health/ready", "/.well-known/jwks.json")
    } | {("GET", "/auth/login"), ("GET", "/auth/callback"), ("POST", "/auth/backchannel-logout")}
    assert set(NAMED_BY_PURPOSE) <= {(rule.method, rule.path) for rule in RULES}


@pytest.mark.parametrize("login", OTHERS)
async def test_no_answer_shows_what_somebody_did(gateway: Gateway, worked: Planted, login: str) -> None:
    """PER-01, QUO-05: reading routes and searches, for a colleague, administrator, operator, auditor, application."""
    telling = [str(worked.person), worked.canary, "Anna Weber", "a.weber"]
    named: list[str] = []
    async with await gateway.client(login) as client:
        for rule in RULES:
            reads = rule.method == "GET" or rule.path.endswith("/search")
            if not reads or rule.path == "/api/v1/me/data" or (rule.method, rule.path) in NAMED_BY_PURPOSE:
                continue
            text = await asked(client, rule, fill(rule, paths(worked)))
            named += [f"{rule.method} {rule.path} names {word}" for word in telling if word in text]
    assert named == []


async def test_the_test_can_see(gateway: Gateway, worked: Planted) -> None:
    """PER-01: the person itself is shown all of it, and the exceptions do name the person."""
    async with await gateway.client("a.weber") as client:
        found = "".join(
            [await asked(client, rule, fill(rule, paths(worked))) for rule in RULES if rule.method == "GET"]
        )
    assert all(word in found for word in (str(worked.person), worked.canary, "Anna Weber", "a.weber"))
    async with await gateway.client("r.koenig") as auditor:
        assert str(worked.person) in (await auditor.get("/api/v1/audit/export")).text


async def test_an_operator_is_told_no_count(gateway: Gateway, worked: Planted) -> None:
    """PER-01: before a deletion there is no number and no time of the person in the answer."""
    async with await gateway.client("o.petrova") as operator:
        offer = (await operator.get(f"/api/v1/persons/{worked.person}/data")).json()
    assert offer.keys() == {"person", "held", "confirmation"}
    assert offer["confirmation"].keys() == {"token", "expires_at"}


async def test_a_receipt_of_another_is_no_back_door(gateway: Gateway, worked: Planted) -> None:
    """PER-01: an audit record of a deletion holds no count; a receipt is found by its own id alone."""
    async with await gateway.client("r.koenig") as auditor:
        assert (await auditor.get(f"/api/v1/receipts/{worked.person}")).status_code == 404
        assert (await auditor.get("/api/v1/receipts")).status_code == 404


async def test_no_metric_has_a_label_of_persons(gateway: Gateway, worked: Planted) -> None:
    """PER-01: names of labels from a list; no id, no name among their values."""
    async with AsyncClient() as client:
        texts = [
            (await client.get(f"{url}/metrics")).raise_for_status().text
            for url in (gateway.internal_url, gateway.retrieval.url)
        ]
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if _PLATFORM.match(sample.name):
                    assert set(sample.labels) <= LABELS, sample.name
        for word in (str(worked.person), str(worked.authority), worked.canary, "Weber", "weber"):
            assert word not in text
