# SPDX-License-Identifier: EUPL-1.2
"""The example specialist application by itself: forged and odd callbacks, odd inboxes, refusals, missing settings.

Genius is a scripted far end here; tests/e2e/test_fachverfahren.py has the real one.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from genius_gateway.callbacks.signing import TargetKeys
from tests.support.fachverfahren import EXAMPLE, Fachverfahren
from tests.support.http import Client
from tests.support.scripted_api import CUT, Answer, ScriptedApi, answer, refusal, scripted_api
from tests.unit.client.samples import run

KEYS = TargetKeys.new()
CASE, FILE, JOB = str(uuid4()), str(uuid4()), str(uuid4())
TOKEN = answer({"access_token": "a", "expires_in": 300})
CASE_ANSWER = answer(
    {"id": CASE, "reference": "W 1/2026", "title": None, "state": "open", "protection_class": "sozialdaten"}, 201
)
FILE_ANSWER = answer(
    {"id": FILE, "name": "brief.txt", "state": "parsing", "size": 5, "protection_class": "sozialdaten"}, 202
)
HANDED_OVER = [
    answer({"items": []}),
    CASE_ANSWER,
    FILE_ANSWER,
    answer({"items": []}, 201),
    answer(run("queued", id=JOB, case=CASE), 202),
]
GAP = {
    "title": "Mietvertrag",
    "status": "missing",
    "reason": "Es liegt keiner vor.",
    "evidence": [],
    "legal_basis": ["§ 3 Abs. 1 WoGG"],
}
RESULT = {
    "requirements": {"mietvertrag": GAP, "antrag": {**GAP, "status": "present"}},
    "documents": [
        {"file": "brief.txt", "title": "Schreiben", "readable": True, "unreadable_reason": None},
        {"file": "scan.pdf", "title": "Nicht prüfbar", "readable": False, "unreadable_reason": "verschlüsselt"},
    ],
    "letter": {"items": ["mietvertrag"], "text": "Sehr geehrte Damen und Herren"},
}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "eingang" / "W-1-2026"
    folder.mkdir(parents=True)
    about = {"aktenzeichen": "W 1/2026", "eingang": "2026-11-20", "sachbearbeitung": "Platz 3"}
    (folder / "antrag.json").write_text(json.dumps(about))
    (folder / "brief.txt").write_text("Guten Tag")
    return folder.parent


@pytest.fixture
def genius() -> Iterator[ScriptedApi]:
    with scripted_api() as found:
        yield found


@pytest.fixture
def identity() -> Iterator[str]:
    with scripted_api(*[TOKEN] * 50) as found:
        yield found.url


@pytest.fixture
def application(genius: ScriptedApi, identity: str, inbox: Path, tmp_path: Path) -> Fachverfahren:
    account = {"client_id": "wohngeld", "client_secret": "geheim"}
    return Fachverfahren(genius.url, identity, account, tmp_path / "daten", key=KEYS.secret, inbox=inbox)


@pytest.fixture
def waiting(application: Fachverfahren, genius: ScriptedApi) -> Iterator[Fachverfahren]:
    """Handed over, with its service running."""
    genius.answers = [*HANDED_OVER]
    assert application.lines("uebergeben") == ["übergeben: W 1/2026 (1 Dateien)"]
    with application.service():
        yield application


def ended(**changes: Any) -> bytes:
    return json.dumps(run(**{"id": JOB, "case": CASE, "result": RESULT, **changes}), ensure_ascii=False).encode()


def call(
    application: Fachverfahren, body: bytes, keys: TargetKeys = KEYS, identifier: UUID | None = None, at: float = 0
) -> int:
    headers = keys.headers(identifier or uuid4(), int(time.time() + at), body)
    with Client(timeout=20) as client:
        return client.post(application.callback_url, content=body, headers=headers).status_code


def test_a_genuine_call_fills_the_worklist(waiting: Fachverfahren) -> None:
    assert waiting.lines("vorrat") == ["W 1/2026 | 2026-11-20 | Platz 3 | in Prüfung"]
    assert waiting.lines("zeigen", "W 1/2026")[0] == "W 1/2026: in Prüfung"
    assert call(waiting, ended()) == 204
    assert waiting.lines("vorrat") == ["W 1/2026 | 2026-11-20 | Platz 3 | 1 offen"]
    shown = "\n".join(waiting.lines("zeigen", "W 1/2026"))
    assert "1. Mietvertrag: fehlt" in shown
    assert "scan.pdf: Nicht prüfbar – nicht lesbar: verschlüsselt" in shown


def test_a_call_that_comes_twice_counts_once(waiting: Fachverfahren) -> None:
    """At least once is what is promised; the second has the same id, and may be late."""
    first = uuid4()
    assert call(waiting, ended(), identifier=first) == 204
    assert call(waiting, ended(state="failed", result=None), identifier=first) == 204
    assert waiting.lines("vorrat")[0].endswith("1 offen")


def test_forged_and_old_calls_change_nothing(waiting: Fachverfahren) -> None:
    assert call(waiting, ended(), keys=TargetKeys.new()) == 401
    assert call(waiting, ended(), at=-600) == 401
    with Client() as client:
        assert client.post(waiting.callback_url, content=ended()).status_code == 401
        headers = KEYS.headers(uuid4(), int(time.time()), ended())
        assert client.post(waiting.callback_url, content=ended() + b" ", headers=headers).status_code == 401
        assert client.get(waiting.callback_url).status_code == 501
    assert waiting.lines("vorrat")[0].endswith("in Prüfung")


def test_a_call_about_somebody_elses_case_is_not_kept(waiting: Fachverfahren) -> None:
    assert call(waiting, ended(case=str(uuid4()))) == 404
    assert call(waiting, ended(case=None)) == 404
    assert waiting.lines("vorrat")[0].endswith("in Prüfung")


def test_odd_lengths_are_refused_before_anything_is_read(waiting: Fachverfahren) -> None:
    for length, status in (("", 411), ("-1", 411), ("viel", 411), ("99999999", 413), ("9" * 30, 413)):
        with socket.create_connection(("127.0.0.1", waiting.port), timeout=20) as connection:
            line = f"Content-Length: {length}\r\n" if length else ""
            connection.sendall(f"POST /genius HTTP/1.1\r\nHost: x\r\n{line}\r\n".encode())
            assert connection.recv(100).split()[1] == str(status).encode(), length


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"error": {"code": "module_unavailable", "detail": "Bitte später.", "retryable": True}}, "Bitte später."),
        ({"error": None, "state": "cancelled"}, "Die Prüfung wurde abgebrochen."),
    ],
    ids=["failed", "cancelled"],
)
def test_a_check_that_failed_says_so_at_the_desk(waiting: Fachverfahren, changes: dict[str, Any], said: str) -> None:
    """Never as complete: without a result there is no statement."""
    assert call(waiting, ended(**{"state": "failed", "result": None, **changes})) == 204
    assert waiting.lines("vorrat")[0].endswith(f"nicht geprüft: {said}")
    shown = waiting.lines("zeigen", "W 1/2026")
    assert "vollständig" not in "\n".join(shown)


def test_nothing_open_is_complete_and_has_no_letter(waiting: Fachverfahren) -> None:
    done = {**RESULT, "requirements": {}, "letter": {"items": [], "text": ""}}
    assert call(waiting, ended(result=done)) == 204
    assert waiting.lines("vorrat")[0].endswith("vollständig")
    shown = "\n".join(waiting.lines("zeigen", "W 1/2026"))
    assert "Keine Lücke gefunden." in shown
    assert "ENTWURF" not in shown


def test_a_call_faster_than_the_answer_to_the_start_is_kept(application: Fachverfahren, genius: ScriptedApi) -> None:
    """The job's id is not known yet; the case is."""

    def calls_first(_: object) -> Answer:
        assert call(application, ended()) == 204
        return HANDED_OVER[-1]

    genius.answers = [*HANDED_OVER[:-1], calls_first]
    with application.service():
        application.lines("uebergeben")
    assert application.lines("vorrat")[0].endswith("1 offen")


def test_a_handover_goes_on_where_it_broke_off(application: Fachverfahren, genius: ScriptedApi) -> None:
    genius.answers = [*HANDED_OVER[:2], refusal(413, "file_too_large")]
    done = application.call("uebergeben")
    assert (done.returncode, done.stderr) == (1, "Genius: Bitte warten.\n")
    assert application.lines("vorrat")[0].endswith("noch nicht übergeben")
    genius.answers = [*HANDED_OVER[2:4], CUT, *HANDED_OVER[4:]]
    genius.received.clear()
    assert application.lines("uebergeben") == ["übergeben: W 1/2026 (1 Dateien)"]
    paths = [request.path.split("?")[0].removeprefix("/api/v1") for request in genius.received]
    assert paths == ["/files", f"/cases/{CASE}/files", *["/modules/completeness/runs"] * 2]
    first, second = genius.received[-2:]
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.headers["idempotency-key"].startswith(CASE)
    sent = first.json()
    assert sent["input"] == {"rule_set": "wohngeld", "files": [FILE], "as_of": "2026-11-20"}
    assert (sent["case"], sent["protection_class"]) == (CASE, "sozialdaten")
    assert sent["callback"] == {"url": application.callback_url}


def test_odd_folders_are_passed_over_and_named(application: Fachverfahren, genius: ScriptedApi, inbox: Path) -> None:
    """One of them does not keep the others from being handed over."""
    (inbox / "A-leer").mkdir()
    (inbox / "B-ohne-dateien").mkdir()
    (inbox / "B-ohne-dateien" / "antrag.json").write_text((inbox / "W-1-2026" / "antrag.json").read_text())
    (inbox / "C-kaputt").mkdir()
    (inbox / "C-kaputt" / "antrag.json").write_text('{"aktenzeichen": "W 2", "eingang": "31.02.2026"}')
    (inbox / "notiz.txt").write_text("keine Mappe")
    genius.answers = [*HANDED_OVER]
    lines = application.lines("uebergeben")
    assert [line.split(":")[0] for line in lines] == ["übergangen"] * 3 + ["übergeben"]
    assert "keine Dateien" in lines[1]


def test_other_files_under_the_same_number_are_for_a_person(
    waiting: Fachverfahren, genius: ScriptedApi, inbox: Path
) -> None:
    (inbox / "W-1-2026" / "brief.txt").write_text("Guten Abend")
    genius.received.clear()
    (line,) = waiting.lines("uebergeben")
    assert "andere Dateien" in line
    assert genius.received == []


def test_closing_deletes_there_first(waiting: Fachverfahren, genius: ScriptedApi) -> None:
    """What could not be deleted at Genius stays here, to be tried again."""
    genius.answers = [refusal(409, "case_busy"), Answer(204)]
    assert waiting.call("abschliessen", "W 1/2026").returncode == 1
    assert len(waiting.lines("vorrat")) == 1
    waiting.lines("abschliessen", "W 1/2026")
    assert waiting.lines("vorrat") == []
    assert genius.received[-1].method == "DELETE"


@pytest.mark.parametrize("name", ["GENIUS_URL", "GENIUS_CLIENT_SECRET", "FACHVERFAHREN_RUECKRUF_SCHLUESSEL"])
def test_a_missing_setting_is_named(application: Fachverfahren, name: str) -> None:
    done = application.call("vorrat", **{name: ""})
    assert (done.returncode, done.stderr) == (1, f"Die Einstellung {name} fehlt.\n")


def test_an_unknown_number_is_said(application: Fachverfahren) -> None:
    done = application.call("zeigen", "W 99")
    assert (done.returncode, done.stderr) == (1, "Das Aktenzeichen W 99 ist nicht bekannt.\n")


def test_what_is_kept_is_for_its_user_alone(waiting: Fachverfahren) -> None:
    assert waiting.data.stat().st_mode & 0o077 == 0


def test_it_cannot_send_anything() -> None:
    """KI-04: it has no way to anybody but Genius; a draft is a file for a person."""
    sources = [path.read_text() for path in (EXAMPLE / "fachverfahren").glob("*.py")]
    assert len(sources) > 5
    assert not any(word in text for text in sources for word in ("smtplib", "urllib", "import httpx", "subprocess"))
