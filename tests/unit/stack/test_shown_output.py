# SPDX-License-Identifier: EUPL-1.2
"""What clerks and operators read: `genius ask`, `status`, `doctor`, the lines of `genius up`, wrong options."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from genius_stack.cli import app
from genius_stack.commands.ask import show
from genius_stack.commands.status import ServiceStatus, hints
from genius_stack.commands.token import fetch
from genius_stack.commands.up import is_http_url
from genius_stack.console import UpConsole
from genius_stack.datadir import DataDir
from genius_stack.errors import Refused
from genius_stack.stackfile import ApplicationEntry, LoginEntry, ServiceEntry, StackFile


def screen(*, terminal: bool = False, width: int = 80) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=width, color_system=None, legacy_windows=False), out


def citation(number: int, quote: str, path: list[str] | None = None) -> dict[str, object]:
    return {"number": number, "title": "WoGG", "section_path": path, "quote": quote}


LONG = "Das Wohngeld soll für zwölf Monate bewilligt werden, soweit nichts anderes bestimmt ist. " * 3


def test_a_passage_that_the_answer_quotes_is_not_shown_twice() -> None:
    console, out = screen()
    other = "Der Bescheid wird unwirksam."
    show(
        console,
        {"answer": f"„{LONG}“ [1]", "citations": [citation(1, f"(1) {LONG}"), citation(2, other, ["§ 28", "Abs. 1"])]},
    )
    assert out.getvalue().count("zwölf Monate") == 3
    assert "[1] WoGG" in out.getvalue()
    assert "[2] § 28 › Abs. 1\n    Der Bescheid" in out.getvalue()


@pytest.mark.parametrize("text", ["[/bold] [red]", ":warning: [1]", "\\[x]", "[link=http://x]y[/link]"])
def test_texts_of_documents_are_never_taken_for_markup(text: str) -> None:
    console, out = screen()
    show(console, {"answer": text, "citations": [citation(1, f"anders {text}", [text])]})
    assert out.getvalue().splitlines() == [text, "", f"[1] {text}", f"    anders {text}"]


def test_in_a_pipe_a_paragraph_is_one_line_and_on_a_terminal_it_is_wrapped() -> None:
    for terminal, lines in ((False, 1), (True, 4)):
        console, out = screen(terminal=terminal)
        show(console, {"answer": LONG, "citations": []})
        assert len(out.getvalue().splitlines()) == lines


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        ({}, ""),
        ({"database": "ok"}, ""),
        ({"model": "degraded"}, "kein Sprachmodell verbunden"),
        ({"model": "down"}, "Sprachmodell nicht erreichbar"),
        ({"postgresql": "down", "modules": "degraded"}, "Datenbank nicht erreichbar, modules eingeschränkt"),
        ({"neu": "seltsam"}, "neu seltsam"),
    ],
)
def test_what_a_service_misses_is_said_in_words(checks: dict[str, str], words: str) -> None:
    assert hints(ServiceStatus(name="x", state="ok", pid=1, memory_mb=None, checks=checks)) == words


@pytest.mark.parametrize("text", ["[Errno 98] [/tmp/x]", "Preis [bold]", ":smile:"])
def test_a_line_of_up_is_shown_as_it_is(text: str) -> None:
    console, out = screen()
    UpConsole(console).say(text)
    assert out.getvalue().rstrip("\n")[10:] == text


def test_without_a_terminal_the_import_says_every_tenth_law_and_the_last() -> None:
    console, out = screen()
    shown = UpConsole(console)
    for done in range(1, 63):
        shown.imported(done, 62, "[/x]")
    shown.import_ended()
    assert [line.split(": ")[1] for line in out.getvalue().splitlines()] == [
        f"{done} von 62" for done in (10, 20, 30, 40, 50, 60, 62)
    ]


def test_on_a_terminal_the_import_is_a_bar_that_survives_brackets_in_titles() -> None:
    console, out = screen(terminal=True, width=120)
    shown = UpConsole(console)
    shown.imported(1, 2, "[/x] Gesetz")
    shown.imported(2, 2, "[bold] Gesetz")
    shown.import_ended()
    assert "2/2" in out.getvalue()
    assert "[bold] Gesetz" in out.getvalue()


def stack(**services: ServiceEntry) -> StackFile:
    login = LoginEntry(username="a", password="pw", name="A", authority=None, roles=["betrieb", "neu"])
    application = ApplicationEntry(client_id="mhb", client_secret="nie-zeigen", authority="MHB", scopes=[])
    return StackFile(
        url="http://127.0.0.1:1", profile="local", started_at=datetime.now(UTC), services=services, logins=[login],
        applications=[application], issuer="http://127.0.0.1:2/realms/genius", knowledge_bases=[],
    )  # fmt: skip


@pytest.mark.parametrize(("folder", "end"), [(".genius", "mhb"), ("/srv/a b", "mhb --data-dir '/srv/a b'")])
def test_the_summary_gives_commands_that_work_and_no_client_secret(folder: str, end: str) -> None:
    console, out = screen()
    UpConsole(console, Path(folder)).summary(stack())
    assert f"genius token --application {end}\n" in out.getvalue()
    assert "Betrieb, neu" in out.getvalue()
    assert "nie-zeigen" not in out.getvalue()


async def test_the_local_secret_never_goes_to_a_foreign_identity_provider(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.open("1.0", minimum_free=0)
    stack(gateway=ServiceEntry(url="http://127.0.0.1:1", pid=1)).write(data.stack_file)
    with pytest.raises(Refused, match="--keycloak"):
        await fetch(tmp_path, login="a")
    data.close()


def test_status_and_doctor_of_a_dead_service_name_it_and_its_log(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.open("1.0", minimum_free=0)
    stack(modules=ServiceEntry(url="http://127.0.0.1:9", pid=None)).write(data.stack_file)
    seen = CliRunner().invoke(app, ["status", "--data-dir", str(tmp_path)])
    assert (seen.exit_code, "läuft nicht" in seen.stdout, "pw" in seen.stdout) == (9, True, False)
    data.secrets.chmod(0o755)
    seen = CliRunner().invoke(app, ["doctor", "--data-dir", str(tmp_path)])
    data.close()
    assert seen.exit_code == 1
    assert "Dienst modules läuft nicht Protokoll:" in seen.stdout
    assert "chmod -R go=" in seen.stdout


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("https://modell.example/v1", True),
        ("127.0.0.1:8000", False),
        ("localhost:8000/v1", False),
        ("ftp://x/v1", False),
        ("http://", False),
        ("http://x:99999/", False),
        ("http://[::1/", False),
        ("", False),
    ],
)
def test_addresses_are_checked_before_anything_starts(text: str, good: bool, tmp_path: Path) -> None:
    assert is_http_url(text) is good
    if not good:
        seen = CliRunner().invoke(app, ["up", "--openai-url", text, "--data-dir", str(tmp_path / "d")])
        assert seen.exit_code == 2
        assert not (tmp_path / "d").exists()
