# SPDX-License-Identifier: EUPL-1.2
"""The worked example of a specialist application against a running platform, from the inbox to the clerk's desk."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from genius_client import ClientCredentials, Conflict, Genius, NotFound
from tests.support.fachverfahren import Fachverfahren
from tests.support.http import TRUSTS_NOBODY
from tests.support.platform import Platform

pytestmark = pytest.mark.ocr
FIRST, SECOND = "W 4711/2026", "W 4712/2026"


def _application(platform: Platform, data: Path) -> Fachverfahren:
    account = platform.stack["applications"][0]
    return Fachverfahren(platform.url, platform.stack["issuer"], account, data)


@pytest.fixture(scope="module")
def administration(platform: Platform) -> Iterator[httpx.Client]:
    """Of the application's authority."""
    name = platform.stack["applications"][0]["authority"]
    number = sorted({login["authority"] for login in platform.stack["logins"] if login["authority"]}).index(name)
    with platform.client(number, "behoerdenadministration") as client:
        yield client


def _allowed(administration: httpx.Client, wanted: Fachverfahren) -> Fachverfahren:
    """Listed by the administration of the authority, with the public key that this shows."""
    authority = administration.get("/api/v1/me").raise_for_status().json()["authority"]["id"]
    body = {"application": wanted.account["client_id"], "url": wanted.callback_url}
    made = administration.post(f"/api/v1/authorities/{authority}/callback-targets", json=body).raise_for_status()
    wanted.key = made.json()["public_key"]
    return wanted


def _genius(application: Fachverfahren) -> Genius:
    account = application.account
    auth = ClientCredentials(application.issuer, account["client_id"], account["client_secret"])
    return Genius(application.url, auth, verify=TRUSTS_NOBODY)


def _ledger(application: Fachverfahren, query: str, *values: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(application.data / "fachverfahren.sqlite") as database:
        found = database.execute(query, values).fetchall()
    database.close()
    return found


def _wait_for_callbacks(application: Fachverfahren, seconds: float = 120) -> list[str]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rows = application.lines("vorrat")
        if not any("in Prüfung" in row for row in rows):
            return rows
        time.sleep(0.5)
    raise AssertionError(rows)


def test_from_the_inbox_to_the_clerk(platform: Platform, administration: httpx.Client, tmp_path: Path) -> None:
    """KI-04: gaps and a draft come back, signed; the draft says that nobody has checked it, and nothing is sent."""
    application = _allowed(administration, _application(platform, tmp_path / "daten"))
    with application.service():
        assert application.lines("uebergeben") == [
            f"übergeben: {FIRST} (2 Dateien)",
            f"übergeben: {SECOND} (1 Dateien)",
        ]
        rows = _wait_for_callbacks(application)
    assert rows[0] == f"{FIRST} | 2026-10-05 | Referat 12, Platz 3 | 6 offen"
    assert rows[1].startswith(f"{SECOND} | 2026-11-20 | Referat 12, Platz 5 | ")
    shown = "\n".join(application.lines("zeigen", FIRST))
    assert "Mietvertrag: fehlt" in shown
    assert "Lohn- oder Gehaltsabrechnungen der letzten drei Monate: unklar" in shown
    assert "Fundstelle: Lohn.pdf, Seite 1" in shown
    assert "Rechtsgrundlage: § 3 Abs. 1 WoGG" in shown
    draft = shown.index("ENTWURF")
    assert draft < shown.index("Sehr geehrte Damen und Herren") < shown.index("[Frist: wird bei der Freigabe gesetzt]")
    sheet = application.data / "entwuerfe" / "W-4711-2026.txt"
    assert sheet.read_text() in shown + "\n"
    assert sheet.stat().st_mode & 0o077 == 0
    with _genius(application) as genius:
        ((case, run),) = _ledger(application, "SELECT vorgang_genius, lauf FROM vorgang WHERE aktenzeichen = ?", FIRST)
        found = genius.get(run)
        assert (found.case, found.protection_class) == (case, "sozialdaten")
        with pytest.raises(Conflict):
            genius.export_case(case)
        _nothing_twice(application, genius)
        _closed(application, genius)


def _nothing_twice(application: Fachverfahren, genius: Genius) -> None:
    """Also after a crash between the start of the job and its record here."""
    runs = _ledger(application, "SELECT aktenzeichen, lauf FROM vorgang ORDER BY 1")
    assert application.lines("uebergeben") == []
    _ledger(application, "UPDATE vorgang SET lauf = NULL")
    assert len(application.lines("uebergeben")) == 2
    assert _ledger(application, "SELECT aktenzeichen, lauf FROM vorgang ORDER BY 1") == runs
    _ledger(application, "UPDATE vorgang SET vorgang_genius = NULL, lauf = NULL")
    assert len(application.lines("uebergeben")) == 2
    assert _ledger(application, "SELECT aktenzeichen, lauf FROM vorgang ORDER BY 1") == runs
    assert [case.reference for case in genius.cases()].count(FIRST) == 1


def _closed(application: Fachverfahren, genius: Genius) -> None:
    """What is no longer needed is deleted on both sides."""
    ((case, run),) = _ledger(application, "SELECT vorgang_genius, lauf FROM vorgang WHERE aktenzeichen = ?", FIRST)
    files = [name for (name,) in _ledger(application, "SELECT genius FROM datei WHERE aktenzeichen = ?", FIRST)]
    assert application.lines("abschliessen", FIRST) == [f"abgeschlossen: {FIRST}; bei Genius gelöscht"]
    assert len(files) == 2
    for file in files:
        with pytest.raises(NotFound):
            genius.file(file)
    with pytest.raises(NotFound):
        genius.get(run)
    assert case not in [one.id for one in genius.cases()]
    assert application.call("zeigen", FIRST).returncode == 1
    assert [row.split(" | ")[0] for row in application.lines("vorrat")] == [SECOND]
    application.lines("abschliessen", SECOND)


def test_without_callbacks_the_application_asks(
    platform: Platform, administration: httpx.Client, tmp_path: Path
) -> None:
    """The service is down when the job ends: nothing is lost, the worklist is filled by asking."""
    inbox = tmp_path / "eingang" / "W-1"
    inbox.mkdir(parents=True)
    (inbox / "antrag.json").write_text(
        '{"aktenzeichen": "W 1/2026", "eingang": "2026-11-20", "sachbearbeitung": "Platz 1"}'
    )
    (inbox / "brief.txt").write_text("Hiermit beantrage ich Wohngeld.")
    application = _allowed(administration, _application(platform, tmp_path / "daten"))
    application.inbox = inbox.parent
    application.lines("uebergeben")
    end = time.monotonic() + 60
    while application.lines("nachfragen") and time.monotonic() < end:
        time.sleep(0.2)
    (row,) = application.lines("vorrat")
    assert row.endswith(" offen")
    (inbox / "nachtrag.txt").write_text("Hier ist noch etwas.")
    (skipped,) = application.lines("uebergeben")
    assert "andere Dateien" in skipped
    application.lines("abschliessen", "W 1/2026")


def test_an_address_that_nobody_allowed_is_refused(platform: Platform, tmp_path: Path) -> None:
    application = _application(platform, tmp_path / "daten")
    done = application.call("uebergeben")
    assert done.returncode == 1
    assert done.stderr.startswith("Genius: ")
    with _genius(application) as genius:
        for case in genius.cases():
            if case.reference == FIRST:
                genius.delete_case(case.id)
