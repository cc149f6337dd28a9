# SPDX-License-Identifier: EUPL-1.2
"""Checkpoints of the running gateway, co-signed by a second party that only has the export and its own key."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from genius_common.audit.keys import private_key
from genius_gateway.audit.chain import AuditRecord
from genius_stack.cli import app
from tests.support.audit_log import independent_verifier, public_pem
from tests.support.gateway import Gateway


@pytest.fixture
def keys(gateway: Gateway, tmp_path: Path) -> dict[str, Path]:
    """What the second party has: its key, and the operator's public one."""
    folder = gateway.state.settings.audit.key_file.parent
    operator = private_key((folder / "audit-key.pem").read_bytes())
    (tmp_path / "operator.pem").write_bytes(public_pem(operator))
    return {
        "key": folder / "witness-key.pem",
        "operator": tmp_path / "operator.pem",
        "witness": folder / "witness-keys.pem",
    }


async def exported(gateway: Gateway, path: Path) -> Path:
    async with await gateway.client("r.koenig") as auditor:
        content = (await auditor.get("/api/v1/audit/export")).content
    await asyncio.to_thread(path.write_bytes, content)
    return path


def command(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["audit", *map(str, arguments)])
    return result.exit_code, result.stdout


async def post_signature(gateway: Gateway, login: str, number: int, signature: str) -> httpx.Response:
    async with await gateway.client(login) as client:
        return await client.post(f"/api/v1/audit/checkpoints/{number}/signatures", json={"signature": signature})


async def test_the_second_party_signs_and_history_is_bound(
    gateway: Gateway, keys: dict[str, Path], tmp_path: Path
) -> None:
    """AUD-05, AUD-06: export, check, co-sign, hand in, check again with both keys; then a rewritten export."""
    first = await exported(gateway, tmp_path / "first.ndjson")
    kept = tmp_path / "kept.json"
    code, output = command("cosign", first, "--key", keys["key"], "--kept", kept, "--operator", keys["operator"])
    assert code == 0
    made = json.loads(output)
    assert (await post_signature(gateway, "r.koenig", made["checkpoint"], made["signature"])).status_code == 204
    assert (await post_signature(gateway, "r.koenig", made["checkpoint"], made["signature"])).status_code == 204
    (authority, _) = await gateway.state.authorities.ids()
    await gateway.state.audit.record(AuditRecord(action="model.embeddings", authority=authority, actor=uuid4()))
    second = await exported(gateway, tmp_path / "second.ndjson")
    both = ("--operator", keys["operator"], "--witness", keys["witness"], "--kept", kept)
    code, output = command("verify", second, *both, "--json")
    report = json.loads(output)
    assert (code, report["faults"]) == (0, [])
    assert report["unwitnessed"] >= 1
    with second.open("rb") as lines:
        assert independent_verifier().findings_of(lines)[0] == []
    changed = second.read_bytes().replace(b'"action":"model.embeddings"', b'"action":"model.embeddingz"')
    second.write_bytes(changed)
    code, output = command("verify", second, *both)
    assert code == 1
    assert "Inhalt und" in output
    assert command("cosign", second, "--key", keys["key"], "--kept", kept)[0] != 0


async def test_only_the_known_second_party_signs(gateway: Gateway, keys: dict[str, Path], tmp_path: Path) -> None:
    """AUD-05: not a stranger, not the operator in its place; unknown checkpoints are 404, others' roles 403."""
    first = await exported(gateway, tmp_path / "export.ndjson")
    stranger = tmp_path / "stranger.pem"
    code, public = command("key", stranger)
    assert (code, stranger.stat().st_mode & 0o777) == (0, 0o600)
    assert public.startswith("-----BEGIN PUBLIC KEY-----")
    assert command("key", stranger)[0] != 0
    assert command("public-key", stranger) == (0, public)
    operator = gateway.state.settings.audit.key_file
    for key in (stranger, operator):
        code, output = command("cosign", first, "--key", key, "--kept", tmp_path / f"kept-{key.stem}.json")
        made = json.loads(output)
        response = await post_signature(gateway, "r.koenig", made["checkpoint"], made["signature"])
        assert (response.status_code, response.json()["code"]) == (422, "signature_refused")
    assert (await post_signature(gateway, "r.koenig", 10**9, made["signature"])).status_code == 404
    assert (await post_signature(gateway, "r.koenig", 1, "kurz")).status_code == 400
    for login in ("a.weber", "c.hoffmann", "o.petrova"):
        assert (await post_signature(gateway, login, 1, made["signature"])).status_code == 403


async def test_replicas_make_one_row_of_checkpoints(gateway: Gateway) -> None:
    """AUD-05: many at once give the same number; nothing new recorded gives no new one."""
    (authority, _) = await gateway.state.authorities.ids()
    await gateway.state.audit.record(AuditRecord(action="person.find", authority=authority, actor=uuid4()))
    numbers = await asyncio.gather(*(gateway.state.checkpoints.make() for _ in range(8)))
    assert len(set(numbers)) == 1
    assert await gateway.state.checkpoints.make() == numbers[0]
    await gateway.state.audit.record(AuditRecord(action="person.find", authority=authority, actor=uuid4()))
    assert await gateway.state.checkpoints.make() == numbers[0] + 1
    bodies = [orjson.loads(line)["checkpoint"] for line in await gateway.state.checkpoints.lines()]
    assert [body["number"] for body in bodies] == list(range(1, len(bodies) + 1))


async def test_checkpoints_are_made_by_themselves(gateway: Gateway) -> None:
    """AUD-05: also when nobody exports."""
    before = await gateway.state.checkpoints.make()
    (authority, _) = await gateway.state.authorities.ids()
    async with gateway.state.checkpoints.every(0.001):
        await gateway.state.audit.record(AuditRecord(action="person.find", authority=authority, actor=uuid4()))
        for _ in range(500):
            if await gateway.state.checkpoints.lines(after=before):
                return
            await asyncio.sleep(0.02)
    pytest.fail("no checkpoint within ten seconds")


async def test_checkpoints_are_append_only(gateway: Gateway) -> None:
    """AUD-04: the owner of the tables can't change them by accident either."""
    await gateway.state.checkpoints.make()
    engine = sa.create_engine(gateway.owner_url, poolclass=sa.NullPool)
    for table in ("audit_checkpoints", "audit_signatures"):
        statements = f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; DELETE FROM {table}"
        with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
            connection.execute(sa.text(statements))


def test_keys_that_are_none_are_refused(tmp_path: Path) -> None:
    """AUD-06: a wrong file is named, nothing is taken for checked."""
    export, wrong = tmp_path / "empty.ndjson", tmp_path / "wrong.pem"
    export.write_bytes(b"")
    wrong.write_text("kein Schlüssel")
    assert command("verify", export)[0] == 0
    assert command("verify", export, "--operator", wrong)[0] != 0
    assert command("cosign", export, "--key", wrong, "--kept", tmp_path / "kept.json")[0] != 0
    good = tmp_path / "good.pem"
    command("key", good)
    assert isinstance(private_key(good.read_bytes()), Ed25519PrivateKey)
    assert command("cosign", export, "--key", good, "--kept", tmp_path / "kept.json")[0] != 0
