# SPDX-License-Identifier: EUPL-1.2
"""TEN-11 at a real Qdrant server: a token of A opens nothing of B, and what is A's only as far as its class says."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from genius_retrieval.index.port import Access
from genius_retrieval.minter.tokens import LIFETIME_S, SERVER_LEEWAY_S, Operation, mint
from tests.contract.retrieval_search.suite import ASK, MARKER, chunks, meta
from tests.eval.laws import Secrets, new_collection
from tests.support.qdrant import API_KEY, URL, minting, needs_server, server_index

pytestmark = needs_server
VECTOR = {"indices": [1], "values": [1.0]}
POINT = str(UUID(int=1))

# (method, path, body): everything that a collection can be asked, {c} its name.
READS: list[tuple[str, str, Any]] = [
    ("POST", "/collections/{c}/points/query", {"query": VECTOR, "using": "body", "limit": 1}),
    ("POST", "/collections/{c}/points/query/batch", {"searches": [{"query": VECTOR, "using": "body", "limit": 1}]}),
    ("POST", "/collections/{c}/points/query/groups", {"query": VECTOR, "using": "body", "group_by": "document"}),
    ("POST", "/collections/{c}/points/scroll", {"limit": 1}),
    ("POST", "/collections/{c}/points/count", {"exact": True}),
    ("POST", "/collections/{c}/facet", {"key": "document"}),
    ("POST", "/collections/{c}/points/query", {"query": {"recommend": {"positive": [POINT]}}, "using": "body"}),
    (
        "POST",
        "/collections/{c}/points/query",
        {"query": {"discover": {"target": POINT, "context": []}}, "using": "body"},
    ),
    ("POST", "/collections/{c}/points/search/matrix/pairs", {"sample": 2, "limit": 1, "using": "body"}),
    ("POST", "/collections/{c}/points", {"ids": [POINT]}),
    ("GET", "/collections/{c}/points/" + POINT, None),
    ("GET", "/collections/{c}", None),
    ("GET", "/collections/{c}/exists", None),
    ("GET", "/collections/{c}/aliases", None),
]
POINT_WRITES: list[tuple[str, str, Any]] = [
    ("PUT", "/collections/{c}/points?wait=true", {"points": [{"id": POINT, "vector": {}, "payload": {}}]}),
    ("POST", "/collections/{c}/points/delete?wait=true", {"points": [POINT]}),
    ("POST", "/collections/{c}/points/payload?wait=true", {"payload": {"sealed": "x"}, "points": [POINT]}),
    ("PUT", "/collections/{c}/points/payload?wait=true", {"payload": {"sealed": "x"}, "points": [POINT]}),
    ("POST", "/collections/{c}/points/payload/delete?wait=true", {"keys": ["sealed"], "points": [POINT]}),
    ("POST", "/collections/{c}/points/payload/clear?wait=true", {"points": [POINT]}),
    ("PUT", "/collections/{c}/points/vectors?wait=true", {"points": [{"id": POINT, "vector": {"body": VECTOR}}]}),
    ("POST", "/collections/{c}/points/vectors/delete?wait=true", {"points": [POINT], "vector": ["body"]}),
    ("POST", "/collections/{c}/points/batch?wait=true", {"operations": [{"delete": {"points": [POINT]}}]}),
]
# What neither class may do, not even to its own collection.
EXTRAS: list[tuple[str, str, Any]] = [
    ("POST", "/collections/{c}/snapshots", None),
    ("DELETE", "/collections/{c}/snapshots/any.snapshot", None),
    ("PUT", "/collections/{c}/snapshots/recover", {"location": "file:///etc/passwd"}),
    ("PUT", "/collections/{c}/index", {"field_name": "document", "field_schema": "keyword"}),
    ("DELETE", "/collections/{c}/index/document", None),
    ("PATCH", "/collections/{c}", {"strict_mode_config": {"enabled": False}}),
    ("DELETE", "/collections/{c}", None),
    ("POST", "/collections/{c}/cluster", {"drop_replica": {"shard_id": 0, "peer_id": 0}}),
    ("POST", "/collections/aliases", {"actions": [{"create_alias": {"collection_name": "{c}", "alias_name": "x"}}]}),
]
SNAPSHOT_READS: list[tuple[str, str, Any]] = [
    ("GET", "/collections/{c}/snapshots", None),
    ("GET", "/collections/{c}/snapshots/any.snapshot", None),
    ("GET", "/collections/{c}/cluster", None),
]
# Of the server as a whole.
WHOLE: list[tuple[str, str, Any]] = [
    ("PUT", "/collections/new", {"vectors": {"size": 2, "distance": "Dot"}}),
    ("GET", "/cluster", None),
    ("DELETE", "/cluster/peer/1", None),
    ("POST", "/cluster/recover", None),
    ("GET", "/snapshots", None),
    ("POST", "/snapshots", None),
    ("DELETE", "/snapshots/any.snapshot", None),
    ("GET", "/metrics", None),
]
# Open to every token, and shown by the server without what the token does not open.
SHOWN = ("/issues", "/collections", "/aliases")
ALL = [*READS, *POINT_WRITES, *EXTRAS, *SNAPSHOT_READS]


@dataclass(frozen=True)
class Two:
    """Collections of two authorities with one document each."""

    a: Secrets
    b: Secrets


@pytest.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    both = Two(new_collection(), new_collection())
    async with minting(tmp_path_factory.mktemp("minter")) as minter, server_index(minter) as index:
        for one in (both.a, both.b):
            document = uuid4()
            await index.upsert(one, chunks(document, [f"Die {MARKER} gilt."]), meta(document, uuid4()))
        yield both
        for one in (both.a, both.b):
            assert await index.count(one.id) == 1, "nothing that was refused had an effect"
            await index.drop(one.id)


async def status(token: str, method: str, path: str, body: Any, collection: UUID) -> int:
    text = json.dumps(body).replace("{c}", str(collection))
    async with httpx.AsyncClient(base_url=URL, headers={"authorization": f"Bearer {token}"}, trust_env=False) as client:
        answer = await client.request(
            method,
            path.replace("{c}", str(collection)),
            content=None if body is None else text,
            headers={"content-type": "application/json"},
        )
    return answer.status_code


@pytest.mark.parametrize("path", SHOWN)
async def test_lists_of_the_server_leave_the_other_out(two: Two, path: str) -> None:
    """TEN-11"""
    token, _ = mint(API_KEY, two.a.id, "read")
    async with httpx.AsyncClient(base_url=URL, headers={"authorization": f"Bearer {token}"}, trust_env=False) as client:
        answer = await client.get(path)
    assert answer.status_code in {200, 403}
    assert str(two.b.id) not in answer.text


async def test_telemetry_tells_ids_and_counters_alone(two: Two) -> None:
    """TEN-11: known limit (ADR 0004): every token sees ids of all collections with counters of snapshots there."""
    token, _ = mint(API_KEY, two.a.id, "read")
    async with httpx.AsyncClient(base_url=URL, headers={"authorization": f"Bearer {token}"}, trust_env=False) as client:
        told = (await client.get("/telemetry?details_level=10")).json()["result"]
    shown = told["collections"].pop("snapshots")
    counters = {"running_snapshots", "running_snapshot_recovery", "total_snapshot_creations"}
    assert all(set(one) == {"id", *counters} for one in shown)
    assert all(isinstance(one[name], int) for one in shown for name in counters)
    assert str(two.b.id) not in json.dumps(told)


@pytest.mark.parametrize("operation", ["read", "write"])
async def test_a_token_of_one_opens_nothing_of_the_other(two: Two, operation: Operation) -> None:
    """TEN-11: search, scroll, count, facets, recommend, upsert, delete, snapshot, alias, cluster: 403 each."""
    token, _ = mint(API_KEY, two.a.id, operation)
    found = {f"{m} {p} {b}": await status(token, m, p, b, two.b.id) for m, p, b in ALL}
    found |= {f"{m} {p}": await status(token, m, p, b, two.b.id) for m, p, b in WHOLE}
    print(f"{len(found)} requests with a {operation} token of A")
    assert {request: code for request, code in found.items() if code != 403} == {}


async def test_a_token_opens_its_own_as_far_as_its_class_says(two: Two) -> None:
    """TEN-11: reading never writes, and neither makes snapshots, changes the schema or drops the collection."""
    read, _ = mint(API_KEY, two.a.id, "read")
    write, _ = mint(API_KEY, two.a.id, "write")
    for method, path, body in READS[:6]:
        assert await status(read, method, path, body, two.a.id) == 200, path
    for method, path, body in [*POINT_WRITES, *EXTRAS]:
        assert await status(read, method, path, body, two.a.id) == 403, path
    for method, path, body in [*EXTRAS, *SNAPSHOT_READS]:
        assert await status(write, method, path, body, two.a.id) == 403, path


async def test_a_token_ends(two: Two) -> None:
    """TEN-11: refused after its end, and that is less than five minutes after it was made."""
    request = ("POST", "/collections/{c}/points/count", {"exact": True})
    now = time.time()
    fresh, expires = mint(API_KEY, two.a.id, "read", now)
    assert await status(fresh, *request, two.a.id) == 200
    assert expires + SERVER_LEEWAY_S - now <= 300
    ended, _ = mint(API_KEY, two.a.id, "read", now - LIFETIME_S - SERVER_LEEWAY_S - 2)
    assert await status(ended, *request, two.a.id) == 403


def changed(token: str, **claims: Any) -> str:
    """The same with other claims, signed with a key that is not the server's."""
    header, payload, _ = token.split(".")
    old = json.loads(base64.urlsafe_b64decode(payload + "=="))
    new = base64.urlsafe_b64encode(json.dumps({**old, **claims}).encode()).rstrip(b"=").decode()
    digest = hmac.digest(b"another key, 32 characters long!", f"{header}.{new}".encode(), hashlib.sha256)
    return f"{header}.{new}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


async def test_a_forged_token_is_refused(two: Two) -> None:
    """TEN-11"""
    token, _ = mint(API_KEY, two.a.id, "read")
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    unsigned = f"{header}.{token.split('.')[1]}."
    wider = changed(token, access=[{"collection": str(two.b.id), "access": "r"}])
    for forged in (wider, changed(token, access="m"), unsigned, token[:-4] + "AAAA", "null"):
        code = await status(forged, "POST", "/collections/{c}/points/count", {"exact": True}, two.b.id)
        assert code in {401, 403}, forged


async def test_without_the_token_layer_the_keys_still_hold(two: Two, tmp_path: Path) -> None:
    """TEN-07: a search in B's collection, with a token for it, under A's keys finds nothing."""
    foreign = Secrets(two.b.id, two.a.search_key, two.a.content_key)
    async with minting(tmp_path) as minter, server_index(minter) as index:
        hits = await index.search(foreign, ASK, Access(frozenset({uuid4()})))
        assert hits.branches == ((),)


async def test_nothing_of_the_content_reaches_the_server_in_clear(two: Two) -> None:
    """TEN-11: neither texts nor terms nor titles are in what the server holds."""
    token, _ = mint(API_KEY, two.b.id, "read")
    async with httpx.AsyncClient(base_url=URL, headers={"authorization": f"Bearer {token}"}, trust_env=False) as client:
        answer = await client.post(
            f"/collections/{two.b.id}/points/scroll", json={"limit": 10, "with_payload": True, "with_vector": True}
        )
    assert answer.status_code == 200
    assert "sealed" in answer.text
    for word in (MARKER, "Titel", "Abschnitt", "quellwasser"):
        assert word.lower() not in answer.text.lower()
