# SPDX-License-Identifier: EUPL-1.2
"""Whose a key file is: noted once, compared at each start, never guessed."""

from __future__ import annotations

import secrets
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genius_common.keys_encryption import read_keks
from genius_common.tenant_binding import ForeignTenant, bind_key_file, noted_tenant

ISSUER = "https://anmeldung.steuer.example/realms/steuer"
OTHER = "https://anmeldung.land.example/realms/land"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "kek"
    path.write_text(secrets.token_hex(32), encoding="ascii")
    path.chmod(0o600)
    return path


def test_the_first_start_binds_and_the_next_compares(key: Path) -> None:
    """AO-01: by tenant and by issuer, and the key itself is as it was."""
    keks = read_keks(key)
    for _ in range(3):
        bind_key_file(key, "steuer", ISSUER, strict=True)
    bind_key_file(key, "steuer", None, strict=True)
    assert key.read_text().count("\n") == 3
    assert (read_keks(key), noted_tenant(key), stat.S_IMODE(key.stat().st_mode)) == (keks, "steuer", 0o600)
    before = key.read_bytes()
    for tenant, issuer in (
        ("land", ISSUER),
        ("land", None),
        ("steuer", OTHER),
        ("Steuer", ISSUER),
        ("steuer", ISSUER + "/"),
    ):
        with pytest.raises(ForeignTenant):
            bind_key_file(key, tenant, issuer, strict=False)
    assert key.read_bytes() == before


def test_two_services_of_one_machine_share_a_file(key: Path) -> None:
    """Retrieval knows no issuer; whoever comes first, both start again and again."""
    bind_key_file(key, "lokal-steuer", None, strict=True)
    bind_key_file(key, "lokal-steuer", ISSUER, strict=True)
    bind_key_file(key, "lokal-steuer", None, strict=True)
    key.write_text(key.read_text() + "# tenant lokal-steuer\n")  # both at once
    bind_key_file(key, "lokal-steuer", ISSUER, strict=True)


@pytest.mark.parametrize("strict", [True, False])
def test_a_mounted_secret_must_say_whose_it_is(key: Path, strict: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """AO-01: under the Steuergeheimnis a file that can't be noted in is refused without a note."""

    def read_only(self: Path, mode: str = "r", **options: object) -> object:
        if "a" in mode:
            raise OSError("read-only file system")
        return opened(self, mode, **options)

    opened = Path.open
    monkeypatch.setattr(Path, "open", read_only)
    if strict:
        with pytest.raises(ForeignTenant, match="add '# tenant steuer'"):
            bind_key_file(key, "steuer", ISSUER, strict=True)
    else:
        bind_key_file(key, "steuer", ISSUER, strict=False)
    assert noted_tenant(key) is None
    monkeypatch.undo()
    key.write_text(f"{key.read_text()}\n# tenant steuer\n# issuer {ISSUER}\n")
    monkeypatch.setattr(Path, "open", read_only)
    bind_key_file(key, "steuer", ISSUER, strict=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(note=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_an_unclear_note_is_no_note(key: Path, note: str) -> None:
    """AO-01: whatever stands behind a # is the tenant's name exactly, or refuses the start; it is never passed over."""
    content = secrets.token_hex(32) + f"\n#{note}\n"
    key.write_text(content, encoding="ascii")
    try:
        bind_key_file(key, "steuer", ISSUER, strict=True)
    except ForeignTenant:
        assert key.read_text() == content
    else:
        assert note.split() in (["tenant", "steuer"], ["issuer", ISSUER])
