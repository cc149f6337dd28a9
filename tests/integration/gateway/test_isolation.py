# SPDX-License-Identifier: EUPL-1.2
"""Two authorities: whatever one has, the other can't tell from nothing."""

from uuid import uuid4

import pytest

from tests.support.gateway import Gateway

CANARY = "Kanarienvogel-7391"


@pytest.fixture(scope="module")
async def kb(gateway: Gateway) -> str:
    """A knowledge base of the first authority with a document, and a case and a conversation, all named alike."""
    async with await gateway.client("a.weber") as client:

        async def made(path: str, **options: object) -> str:
            response = await client.post(path, **options)  # type: ignore[arg-type]
            assert response.status_code in {201, 202}, response.text
            return str(response.json()["id"])

        found = await made("/api/v1/knowledge-bases", json={"name": CANARY, "purpose": "Probe", "owner": "authority"})
        file = ("canary.txt", f"{CANARY} wohnt hier.".encode())
        await made(f"/api/v1/knowledge-bases/{found}/documents", files={"file": file})
        await made("/api/v1/cases", json={"reference": CANARY})
        await made("/api/v1/conversations", json={"title": CANARY})
        return found


# Who must not see anything of a.weber's, and the kind of credentials.
STRANGERS = ["d.schmidt", "e.nowak", "f.becker", "musterstadt-fachverfahren", "o.petrova"]


@pytest.mark.usefixtures("kb")
@pytest.mark.parametrize("stranger", STRANGERS)
async def test_lists_and_searches_stay_empty(gateway: Gateway, stranger: str) -> None:
    """TEN-01, TEN-06 (two authorities): no list and no search of a stranger shows the canary."""
    async with await gateway.client(stranger) as client:
        for path in ("/knowledge-bases", "/cases", "/conversations", "/runs", "/usage"):
            assert CANARY not in (await client.get("/api/v1" + path)).text
        found = await client.post("/api/v1/search", json={"query": CANARY})
        assert CANARY not in found.text


async def test_grants_to_another_authority_are_refused(gateway: Gateway, kb: str) -> None:
    """TEN-03: grants to, and units of, another authority are refused by name."""
    async with await gateway.client("d.schmidt") as foreign, await gateway.client("a.weber") as client:
        other = (await foreign.get("/api/v1/me")).json()
        grants = [
            {"grantee_kind": "person", "grantee": other["id"]},
            {"grantee_kind": "unit", "grantee": other["units"][0]["id"]},
            {"grantee_kind": "authority", "grantee": other["authority"]["id"]},
            {"grantee_kind": "person", "grantee": str(uuid4())},
        ]
        response = await client.put(f"/api/v1/knowledge-bases/{kb}/grants", json={"items": grants})
        assert response.status_code == 422
        assert [error["pointer"] for error in response.json()["errors"]] == [f"/items/{n}/grantee" for n in range(4)]
        body = {"name": "x", "purpose": "Probe", "owner": "unit", "unit": other["units"][0]["id"]}
        response = await client.post("/api/v1/knowledge-bases", json=body)
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (404, "/unit")


async def test_owner_and_grants_inside_an_authority(gateway: Gateway) -> None:
    """TEN-14: a personal knowledge base is its owner's; a grant opens it for reading, taking it back closes it."""
    async with await gateway.client("a.weber") as owner, await gateway.client("b.yilmaz") as other:
        made = await owner.post("/api/v1/knowledge-bases", json={"name": "Persönlich", "purpose": "Probe"})
        kb = f"/api/v1/knowledge-bases/{made.json()['id']}"
        assert (await other.get(kb)).status_code == 404
        async with await gateway.client("c.hoffmann") as administrator:
            assert (await administrator.get(kb)).status_code == 404
        grant = {"grantee_kind": "person", "grantee": (await other.get("/api/v1/me")).json()["id"], "access": "read"}
        assert (await owner.put(f"{kb}/grants", json={"items": [grant]})).status_code == 200
        seen = await other.get(kb)
        assert (seen.status_code, seen.json()["rights"]) == (200, ["read"])
        assert (await other.patch(kb, json={"name": "Meins"})).status_code == 403
        upload = await other.post(f"{kb}/documents", files={"file": ("a.txt", b"x")})
        assert upload.status_code == 403
        assert (await owner.put(f"{kb}/grants", json={"items": []})).status_code == 200
        assert (await other.get(kb)).status_code == 404


async def test_unit_knowledge_bases_are_the_units(gateway: Gateway) -> None:
    async with await gateway.client("a.weber") as owner, await gateway.client("b.yilmaz") as other:
        made = await owner.post(
            "/api/v1/knowledge-bases", json={"name": "Referat", "purpose": "Probe", "owner": "unit"}
        )
        assert made.status_code == 201
        assert (await other.get(f"/api/v1/knowledge-bases/{made.json()['id']}")).status_code == 404
        refused = await other.post(
            "/api/v1/knowledge-bases", json={"name": "x", "purpose": "Probe", "owner": "authority"}
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "owner_not_allowed")
        refused = await owner.post("/api/v1/knowledge-bases", json={"name": "x", "purpose": "Probe", "owner": "tenant"})
        assert refused.status_code == 403


async def test_tenant_wide_is_read_by_all_and_kept_by_operators(gateway: Gateway) -> None:
    async with await gateway.client("o.petrova") as operator, await gateway.client("e.nowak") as clerk:
        made = await operator.post(
            "/api/v1/knowledge-bases", json={"name": "Landesweit", "purpose": "Probe", "owner": "tenant"}
        )
        assert made.status_code == 201, made.text
        kb = f"/api/v1/knowledge-bases/{made.json()['id']}"
        assert (await clerk.get(kb)).json()["name"] == "Landesweit"
        assert (await clerk.delete(kb)).status_code == 403
        assert (
            await operator.post("/api/v1/knowledge-bases", json={"name": "x", "purpose": "Probe"})
        ).status_code == 403
        assert (await operator.delete(kb)).status_code == 204
        assert (await clerk.get(kb)).status_code == 404
