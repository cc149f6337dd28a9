# SPDX-License-Identifier: EUPL-1.2
"""What operators and key holders do with files: consent, rotation of a key file, the file of authorities, archives."""

import hashlib
import json
import secrets
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from genius_common.archive import FORMAT, MANIFEST, NAMES, member_place
from genius_common.audit.chain import APPROVAL_DOMAIN, is_signed_by
from genius_common.audit.keys import private_key
from genius_common.crypto import ContentKey
from genius_common.keys_encryption import kek_id, read_keks
from genius_stack.authorities.archive import open_archive
from genius_stack.authorities.files import add_to_file
from genius_stack.cli import app
from genius_stack.errors import KeycloakFailed, OperatorRefused, Refused
from genius_stack.keys.holders import approve, name_holder, read_request, write_request
from genius_stack.keys.rotation import rotate_file
from tests.support.audit_log import public_pem
from tests.support.gateway import ed25519_file

REQUEST = {"action": "keys.destroy", "short": "amt", "scope": {"gateway": {"keys": 2}}, "plan": {}}


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "antrag.json"
    write_request(path, REQUEST)
    return path


def test_consent_is_asked_for_and_counts_once(request_file: Path, tmp_path: Path) -> None:
    """DSG-03: shown before it is signed; the same key twice is one signature; nothing else of the file changes."""
    keys = [ed25519_file(tmp_path / name) for name in ("a.pem", "b.pem")]
    command = ["keys", "approve", str(request_file), "--key", str(keys[0])]
    no = CliRunner().invoke(app, command, input="n\n")
    assert isinstance(no.exception, Refused)
    assert "keys.destroy" in no.output
    assert read_request(request_file)["signatures"] == []
    assert CliRunner().invoke(app, command, input="j\n").exit_code != 0, "only a clear yes"
    for path in (keys[0], keys[0], keys[1]):
        assert CliRunner().invoke(app, [*command[:3], "--key", str(path), "--yes"]).exit_code == 0
    found = read_request(request_file)
    assert found["request"] == REQUEST
    assert len(found["signatures"]) == 2
    for path in keys:
        public = private_key(path.read_bytes()).public_key()
        assert any(is_signed_by(public, REQUEST, one, APPROVAL_DOMAIN) for one in found["signatures"])
    assert request_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="nicht überschrieben"):
        write_request(request_file, REQUEST)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"request": 1}', '{"request": {"short": 1}, "signatures": []}', "x"]
)
def test_a_file_that_is_no_request_is_not_signed(content: str, tmp_path: Path) -> None:
    path = tmp_path / "antrag.json"
    path.write_text(content)
    with pytest.raises(Refused):
        approve(path, ed25519_file(tmp_path / "key.pem"))
    assert path.read_text() == content


def test_holders_are_named_with_public_keys_alone(tmp_path: Path) -> None:
    """DSG-03: a private key in the platform's hands would be a consent in its hands."""
    file, private = tmp_path / "holders.json", ed25519_file(tmp_path / "key.pem")
    with pytest.raises(Refused):
        name_holder(file, "Leitung", private)
    assert not file.exists()
    for number, name in enumerate(("Leitung", "Betrieb", "Leitung")):
        public = tmp_path / f"{number}.pem"
        public.write_bytes(public_pem(Ed25519PrivateKey.generate()))
        assert name_holder(file, name, public) == min(number + 1, 2)
    assert [one["name"] for one in json.loads(file.read_text())["holders"]] == ["Betrieb", "Leitung"]


class Databases:
    """How many keys each call finds under an older version; `None` is a kill in the middle."""

    def __init__(self, *left: int | None) -> None:
        self.left = list(left)
        self.seen: list[list[bytes]] = []
        self.file = Path()

    def __call__(self) -> list[dict[str, Any]]:
        self.seen.append(read_keks(self.file))
        left = self.left.pop(0)
        if left is None:
            raise KeyboardInterrupt
        return [{"done": 2, "left": left}, {"done": 1, "left": 0}]


@pytest.fixture
def kek(tmp_path: Path) -> Path:
    path = tmp_path / "kek"
    path.write_text(f"{secrets.token_hex(32)}\n# tenant lokal\n")
    return path


def test_a_key_file_rotates_and_keeps_its_notes(kek: Path) -> None:
    """LOG-03: both are accepted while everything is wrapped anew; then the new one alone."""
    (old,), databases = read_keks(kek), Databases(1, 0)
    databases.file = kek
    assert rotate_file(kek, databases) == 6
    (new,) = read_keks(kek)
    assert new != old
    assert databases.seen == [[new, old], [new, old]]
    assert "# tenant lokal" in kek.read_text()
    assert kek.stat().st_mode & 0o777 == 0o600


def test_a_killed_rotation_ends_with_the_same_new_key(kek: Path) -> None:
    """LOG-03: what the first attempt wrapped is not lost, and the old key stays until all is done."""
    (old,) = read_keks(kek)
    killed = Databases(None)
    killed.file = kek
    with pytest.raises(KeyboardInterrupt):
        rotate_file(kek, killed)
    new, kept = read_keks(kek)
    assert kept == old
    busy = Databases(1, 1, 1)
    busy.file = kek
    with pytest.raises(OperatorRefused):
        rotate_file(kek, busy)
    assert read_keks(kek) == [new, old]
    last = Databases(0)
    last.file = kek
    rotate_file(kek, last)
    assert read_keks(kek) == [new]


ENTRY = {"short": "amt", "name": "Amt", "kind": "agency", "parent": "mhb", "id": None}


def test_the_file_for_keycloak_is_completed_once(tmp_path: Path) -> None:
    path = tmp_path / "behoerden.yaml"
    before = "authorities:\n- {short: mhb, name: Ministerium, kind: ministry, units: [{short: r1, name: R 1}]}\n"
    path.write_text(before)
    assert add_to_file(path, ENTRY)
    assert not add_to_file(path, ENTRY)
    assert path.with_name("behoerden.yaml.alt").read_text() == before
    assert add_to_file(path, {"short": "mhb", "name": "Haus", "kind": "ministry", "parent": None, "id": None})
    assert "R 1" in path.read_text(), "units stay"
    kept = path.read_text()
    with pytest.raises(KeycloakFailed):
        add_to_file(path, {**ENTRY, "short": "neu", "parent": "unbekannt"})
    assert path.read_text() == kept


def archive(path: Path, secret: bytes, members: dict[str, bytes], **wrong: Any) -> None:
    key, removal = ContentKey(kek_id(secret), secret), "r1"
    numbered = {f"{number:08}": name for number, name in enumerate(members, 1)}
    sealed = {n: key.seal(members[name], member_place(removal, n)) for n, name in numbered.items()}
    sealed[NAMES] = key.seal(orjson.dumps(numbered), member_place(removal, NAMES))
    listed = [{"name": n, "sha256": hashlib.sha256(content).hexdigest()} for n, content in sealed.items()]
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {**sealed, **wrong.get("replaced", {})}.items():
            file.writestr(name, content)
        manifest = {"format": FORMAT, "removal": wrong.get("removal", removal), "members": listed}
        file.writestr(MANIFEST, orjson.dumps(manifest))


def test_an_archive_opens_wholly_or_not_at_all(tmp_path: Path) -> None:
    """DSG-02: a changed, missing, moved or foreign member, another key: nothing is written."""
    secret = secrets.token_bytes(32)
    key, path, folder = tmp_path / "key", tmp_path / "a.zip", tmp_path / "offen"
    key.write_text(secret.hex())
    members = {"dateien/ä/Vermerk.txt": b"eins", "daten/x.ndjson": b"zwei"}
    archive(path, secret, members)
    assert open_archive(path, key, folder) == 2
    assert {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()} == members
    with pytest.raises(Refused, match="nicht leer"):
        open_archive(path, key, folder)
    other = tmp_path / "other"
    other.write_text(secrets.token_hex(32))
    with pytest.raises(Refused):
        open_archive(path, other, tmp_path / "x")
    for wrong in ({"replaced": {"00000001": b"anders"}}, {"replaced": {"00000009": b"mehr"}}, {"removal": "r2"}):
        archive(path, secret, members, **wrong)
        with pytest.raises(Refused):
            open_archive(path, key, tmp_path / "x")
    archive(path, secret, {"../draussen.txt": b"x"})
    with pytest.raises(Refused, match="unzulässig"):
        open_archive(path, key, tmp_path / "x")
    assert not (tmp_path / "draussen.txt").exists()
    assert not (tmp_path / "x").exists()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_refusal(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, key = Path(folder, "a.zip"), Path(folder, "key")
        path.write_bytes(content)
        key.write_text("00" * 32)
        with pytest.raises(Refused):
            open_archive(path, key, Path(folder, "x"))
