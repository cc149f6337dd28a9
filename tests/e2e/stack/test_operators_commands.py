# SPDX-License-Identifier: EUPL-1.2
"""`genius authority` and `genius keys` against a running platform, as operators call them."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from genius_common.audit.keys import private_key
from genius_common.keys_encryption import read_keks
from genius_stack.cli import app
from tests.support.audit_log import public_pem
from tests.support.gateway import ed25519_file
from tests.support.platform import Platform


def call(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


@pytest.mark.thorough
def test_an_authority_comes_and_goes_and_the_top_key_rotates(platform: Platform, tmp_path: Path) -> None:
    """DSG-02, DSG-03, LOG-03: joined, keys rotated under it, left with consent and receipt; users notice nothing."""
    data, where = platform.data_dir / "secrets", ("--data-dir", str(platform.data_dir))
    call("authority", "add", "amt-gast", "--name", "Amt zu Gast", "--kind", "other", *where)
    (old,) = read_keks(data / "kek")
    call("keys", "rotate", *where)
    (new,) = read_keks(data / "kek")
    assert new != old
    with platform.client() as client:
        made = client.post("/api/v1/conversations", json={"title": "nach dem Wechsel"})
        assert made.status_code == 201
        assert client.get(f"/api/v1/conversations/{made.json()['id']}").json()["title"] == "nach dem Wechsel"
    request, receipt = tmp_path / "antrag.json", tmp_path / "quittung.json"
    holders = {}
    for name in ("Leitung", "Datenschutz"):
        holders[name] = ed25519_file(tmp_path / f"{name}.pem")
        public = tmp_path / f"{name}-public.pem"
        public.write_bytes(public_pem(_private(holders[name])))
        call("keys", "holder", name, str(public), *where)
    shown = call("authority", "remove", "amt-gast", "--request", str(request), *where)
    assert "Amt zu Gast" in shown
    for path in holders.values():
        call("keys", "approve", str(request), "--key", str(path), "--yes")
    call("authority", "remove", "amt-gast", "--execute", str(request), "--receipt", str(receipt), *where)
    operator = tmp_path / "operator.pem"
    operator.write_bytes(public_pem(_private(data / "audit-key.pem")))
    call("audit", "receipt", str(receipt), "--operator", str(operator))
    (line,) = [line for line in call("authority", "list", *where).splitlines() if "amt-gast" in line]
    assert "ausgeschieden" in line


def _private(path: Path) -> Ed25519PrivateKey:
    return private_key(path.read_bytes())
