# SPDX-License-Identifier: EUPL-1.2
"""What scripts on the same machine rely on while the platform runs."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.support.http import TRUSTS_NOBODY
from tests.support.platform import Platform, genius


def call(platform: Platform, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [genius(), *arguments, "--data-dir", str(platform.data_dir)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_stack_json_has_the_promised_shape_and_is_private(platform: Platform) -> None:
    file = platform.data_dir / "stack.json"
    assert file.stat().st_mode & 0o777 == 0o600
    stack: dict[str, Any] = json.loads(file.read_text())
    assert set(stack) == {
        "url", "profile", "started_at", "services", "logins", "applications", "issuer", "knowledge_bases",
    }  # fmt: skip
    assert set(stack["services"]) == {"gateway", "inference", "retrieval", "modules", "identity", "postgresql"}
    assert all(set(service) == {"url", "pid"} for service in stack["services"].values())
    for login in stack["logins"]:
        assert set(login) == {"username", "password", "name", "authority", "roles"}
    for application in stack["applications"]:
        assert set(application) == {"client_id", "client_secret", "authority", "scopes"}
    assert stack["knowledge_bases"][0]["name"] == "Bundesrecht"
    assert UUID(stack["knowledge_bases"][0]["id"])


def test_nothing_of_the_data_directory_is_open_to_others(platform: Platform) -> None:
    """Root gives PostgreSQL's uid the right to pass, nothing more."""
    assert platform.data_dir.stat().st_mode & 0o077 in (0, 0o011)
    for path in platform.data_dir.iterdir():
        if path.is_dir() and path.name != "postgresql":
            assert path.stat().st_mode & 0o077 == 0, path
    for path in (platform.data_dir / "secrets").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_status_knows_every_service(platform: Platform) -> None:
    done = call(platform, "status", "--json")
    assert done.returncode == 0, done.stderr
    found = {service["name"]: service for service in json.loads(done.stdout)["services"]}
    assert set(found) == set(platform.stack["services"])
    assert {service["state"] for service in found.values()} <= {"ok", "degraded"}
    assert sum(service["memory_mb"] for service in found.values()) < 1200


def test_tokens_work_for_people_and_applications(platform: Platform) -> None:
    for arguments, kind in (
        (("--login", "a.weber"), "bearer"),
        (("--application", "mhb-fachverfahren"), "application"),
    ):
        token = call(platform, "token", *arguments).stdout.strip()
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{platform.url}/api/v1/me", headers=headers, verify=TRUSTS_NOBODY).json()["kind"] == kind
    unknown = call(platform, "token", "--login", "niemand")
    assert unknown.returncode == 13
    assert "niemand" in unknown.stderr


def test_ask_shows_the_answer_with_its_passage(platform: Platform) -> None:
    done = call(platform, "ask", "Wie lange wird Wohngeld in der Regel bewilligt?", "--knowledge-base", "Bundesrecht")
    assert done.returncode == 0, done.stderr
    assert "WoGG" in done.stdout
    assert "[1]" in done.stdout
    assert call(platform, "ask", "Was?", "--knowledge-base", "Gibt es nicht").returncode == 13


def test_a_second_start_on_the_same_data_is_refused_and_harms_nothing(platform: Platform) -> None:
    before = (platform.data_dir / "stack.json").read_bytes()
    done = call(platform, "up", "--port", "18999")
    assert done.returncode == 3
    assert "läuft mit" in done.stderr
    assert (platform.data_dir / "stack.json").read_bytes() == before


def test_doctor_finds_nothing_serious(platform: Platform) -> None:
    done = call(platform, "doctor")
    assert "Dienst gateway" in done.stdout
    assert re.search(r"Dienst retrieval läuft.*, Suchindex in Qdrant Edge \d", done.stdout)
    assert done.returncode == 0, done.stdout


def test_logs_hold_no_question(platform: Platform) -> None:
    call(platform, "ask", "Was ist die Zwiebelturmfrage?")
    for log in (platform.data_dir / "logs").iterdir():
        assert "Zwiebelturm" not in log.read_text(errors="replace"), log.name


def test_everything_listens_on_loopback_only(platform: Platform) -> None:
    """By the kernel's own tables: no socket of the platform's processes is open to another machine."""
    pids = [str(service["pid"]) for service in platform.stack["services"].values()]
    inodes = {link.readlink().name for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                listening.append(fields[1].split(":")[0])
    assert len(listening) >= 6
    assert set(listening) == {"0100007F"}
