# SPDX-License-Identifier: EUPL-1.2
"""Hostile input on every route that takes a body: a 4xx with a name for it, never a 5xx, and the gateway lives on."""

import re
from uuid import uuid4

import pytest

from genius_gateway.policy.table import RULES
from tests.support.gateway import Gateway

BODIES: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "number": b"5",
    "string": b'"x"',
    "cut": b'{"name": "x',
    "NaN": b'{"name": NaN, "query": NaN, "input": NaN, "limit": NaN}',
    "Infinity": b'{"name": Infinity, "query": -Infinity, "limit": Infinity}',
    "lone surrogate": b'{"name": "\\ud800", "query": "\\udfff", "reference": "\\ud800", "title": "\\ud800"}',
    "surrogate as key": b'{"\\ud800": 1}',
    "NUL": b'{"name": "a\\u0000b", "query": "a\\u0000b", "reference": "a\\u0000b", "title": "a\\u0000b"}',
    "not UTF-8": b'{"name": "\xff\xfe", "query": "\xff"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "duplicate keys": b'{"name": 1, "name": "x", "query": 1, "query": "x"}',
    "deep": b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "huge number": b'{"limit": ' + b"9" * 5000 + b', "name": 1e999}',
    "long string": b'{"name": "' + b"x" * 300_000 + b'", "query": "' + b"y" * 300_000 + b'"}',
    "privileged fields": b'{"name": "x", "id": "1", "tenant": "y", "authority": "z", "roles": ["betrieb"]}',
    "prototype": b'{"__proto__": {"a": 1}, "constructor": 1}',
    "types": b'{"name": {}, "query": [], "items": "x", "limit": "10", "title": 5}',
}
ELSEWHERE = {"session.end", "run.start"}
WITH_BODY = [
    rule
    for rule in RULES
    if rule.method in {"POST", "PUT", "PATCH"} and not rule.path.startswith("/v1") and rule.action not in ELSEWHERE
]


@pytest.mark.parametrize("name", BODIES)
async def test_no_body_causes_a_server_error(gateway: Gateway, name: str) -> None:
    """GW-04: also on ids that exist, so that the body is really read."""
    async with await gateway.client("a.weber") as client:
        made = await client.post(
            "/api/v1/knowledge-bases", json={"name": "x", "purpose": "Probe", "owner": "authority"}
        )
        kb = made.json()["id"]
        for rule in WITH_BODY:
            path = re.sub(r"\{[a-z]+\}", lambda _: str(uuid4()), rule.path.replace("{kb}", kb))
            for kind in ("application/json", "multipart/form-data"):
                response = await client.request(rule.method, path, content=BODIES[name], headers={"content-type": kind})
                assert response.status_code < 500, (rule, kind, response.text)
        await client.delete(f"/api/v1/knowledge-bases/{kb}")
        assert (await client.get("/api/v1/me")).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/api/v1/knowledge-bases", {"name": "x", "purpose": "Probe", "id": str(uuid4())}, "/id"),
        ("/api/v1/knowledge-bases", {"name": "x", "purpose": "Probe", "authority": str(uuid4())}, "/authority"),
        ("/api/v1/knowledge-bases", {"name": "x", "purpose": "Probe", "owner": "me"}, "/owner"),
        ("/api/v1/knowledge-bases", {"name": "   ", "purpose": "Probe"}, "/name"),
        ("/api/v1/knowledge-bases", {}, "/name"),
        ("/api/v1/knowledge-bases", {"name": "x", "purpose": " " * 9}, "/purpose"),
        ("/api/v1/knowledge-bases", {"name": "x", "purpose": "x" * 301}, "/purpose"),
        ("/api/v1/knowledge-bases", {"name": "x", "purpose": "Probe", "uses": []}, "/uses"),
        ("/api/v1/knowledge-bases", {"name": "x", "purpose": "Probe", "uses": "chat"}, "/uses"),
        ("/api/v1/search", {"query": "x", "knowledge_bases": []}, "/knowledge_bases"),
        ("/api/v1/search", {"query": "x", "limit": 51}, "/limit"),
        ("/api/v1/cases", {"reference": "x", "owner": str(uuid4())}, "/owner"),
        ("/api/v1/cases", {"reference": "x", "retention_until": "gestern"}, "/retention_until"),
    ],
)
async def test_unknown_and_wrong_fields_are_named(
    gateway: Gateway, path: str, body: dict[str, object], pointer: str
) -> None:
    """TEN-12: privileged fields can't be assigned; the problem names the field."""
    async with await gateway.client("a.weber") as client:
        response = await client.post(path, json=body)
        assert response.status_code == 400
        assert pointer in [error["pointer"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (
            b'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
            "multipart/form-data; boundary=x",
        ),
        (b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nabc\r\n--x--', "multipart/form-data; boundary=x"),
        (b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nabc\r\n--x--', "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"a: b\r\n" * 500 + b"\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"a" * 100_000, "multipart/form-data; boundary=x"),
        (b"abc", "multipart/form-data"),
        (b"abc", "multipart/form-data; boundary=" + "x" * 5000),
        (b"abc", "application/octet-stream"),
        (b"{}", "application/json"),
    ],
)
async def test_broken_uploads_are_refused(gateway: Gateway, content: bytes, kind: str) -> None:
    """GW-02, ING-04: nothing of a broken upload is kept, and it is the sender's fault."""
    async with await gateway.client("a.weber") as client:
        response = await client.post("/api/v1/files", content=content, headers={"content-type": kind})
        assert 400 <= response.status_code < 500, response.text


async def test_limits_before_work(gateway: Gateway) -> None:
    """GW-02: a body that is announced or arrives too large is refused, an upload by its own limit."""
    async with await gateway.client("a.weber") as client:
        response = await client.post("/api/v1/search", content=b'{"query": "' + b"x" * 13_000_000 + b'"}')
        assert response.status_code == 413

        async def endless() -> object:
            for _ in range(60):
                yield b"x" * 1_000_000

        head = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'

        async def upload() -> object:
            yield head
            async for chunk in endless():  # type: ignore[attr-defined]
                yield chunk

        headers = {"content-type": "multipart/form-data; boundary=x"}
        try:
            response = await client.post("/api/v1/files", content=upload(), headers=headers)  # type: ignore[arg-type]
            assert response.status_code == 413
        except OSError:
            pass


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\\b\\c.txt", "x" * 200 + ".txt", "äöü ß€.txt", "a;b=c.txt", '"q".txt']
)
async def test_names_of_files_do_no_harm(gateway: Gateway, name: str) -> None:
    async with await gateway.client("a.weber") as client:
        response = await client.post("/api/v1/files", files={"file": (name, b"Inhalt")})
        assert response.status_code == 202, response.text
        kept = response.json()["name"]
        assert "/" not in kept
        assert "\\" not in kept
        content = await client.get(f"/api/v1/files/{response.json()['id']}/content")
        assert content.content == b"Inhalt"
        assert content.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert "sandbox" in content.headers["content-security-policy"]
