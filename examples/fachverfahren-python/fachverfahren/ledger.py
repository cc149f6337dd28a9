# SPDX-License-Identifier: EUPL-1.2
"""The application's own record: what was handed over, what came back. SQLite, each step durable before the next."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fachverfahren.inbox import Application
from genius_client import Callback, Run

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vorgang (
  aktenzeichen TEXT PRIMARY KEY, eingang TEXT NOT NULL, sachbearbeitung TEXT NOT NULL, pruefsumme TEXT NOT NULL,
  vorgang_genius TEXT UNIQUE, lauf TEXT, ergebnis TEXT, fehler TEXT);
CREATE TABLE IF NOT EXISTS datei (
  aktenzeichen TEXT NOT NULL, name TEXT NOT NULL, genius TEXT NOT NULL, PRIMARY KEY (aktenzeichen, name));
CREATE TABLE IF NOT EXISTS rueckruf (kennung TEXT PRIMARY KEY);
"""


@dataclass(frozen=True)
class Entry:
    """One application: `case` and `run` are ids at Genius, `result` is that of the check, `error` why there is none."""

    reference: str
    received: str
    clerk: str
    digest: str
    case: str | None
    run: str | None
    result: Mapping[str, Any] | None
    error: str | None

    @property
    def open(self) -> bool:
        """Handed over, and nothing has come back yet."""
        return self.run is not None and self.result is None and self.error is None


class Ledger:
    """Each method is a transaction of its own; several processes may use the same file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / "fachverfahren.sqlite"
        with self._open() as database:
            database.executescript(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
            yield database

    def entry(self, reference: str) -> Entry | None:
        return next((entry for entry in self.entries() if entry.reference == reference), None)

    def entries(self) -> list[Entry]:
        with self._open() as database:
            rows = database.execute("SELECT * FROM vorgang ORDER BY eingang, aktenzeichen").fetchall()
        return [_entry(*row) for row in rows]

    def begin(self, application: Application) -> None:
        values = (application.reference, application.received.isoformat(), application.clerk, application.digest)
        with self._open() as database:
            database.execute(
                "INSERT INTO vorgang (aktenzeichen, eingang, sachbearbeitung, pruefsumme) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                values,
            )

    def set_case(self, reference: str, case: str) -> None:
        self._set(reference, "vorgang_genius", case)

    def set_run(self, reference: str, run: str) -> None:
        self._set(reference, "lauf", run)

    def _set(self, reference: str, column: str, value: str) -> None:
        with self._open() as database:
            database.execute(f"UPDATE vorgang SET {column} = ? WHERE aktenzeichen = ?", (value, reference))  # noqa: S608

    def files(self, reference: str) -> dict[str, str]:
        """Name → id at Genius, of those that were uploaded."""
        with self._open() as database:
            return dict(database.execute("SELECT name, genius FROM datei WHERE aktenzeichen = ?", (reference,)))

    def add_file(self, reference: str, name: str, file: str) -> None:
        with self._open() as database:
            database.execute("INSERT INTO datei VALUES (?, ?, ?)", (reference, name, file))

    def take(self, callback: Callback) -> bool:
        """Keep what a callback brings, once. False: its case is not one of ours."""
        with self._open() as database:
            known = database.execute("SELECT 1 FROM vorgang WHERE vorgang_genius = ?", (callback.run.case,)).fetchone()
            if known is None:
                return False
            new = database.execute("INSERT INTO rueckruf VALUES (?) ON CONFLICT DO NOTHING", (callback.id,)).rowcount
            if new:
                _end(database, callback.run)
        return True

    def take_run(self, run: Run) -> None:
        """The same for a run that was asked for."""
        with self._open() as database:
            _end(database, run)

    def forget(self, reference: str) -> None:
        with self._open() as database:
            database.execute("DELETE FROM datei WHERE aktenzeichen = ?", (reference,))
            database.execute("DELETE FROM vorgang WHERE aktenzeichen = ?", (reference,))


def _entry(
    reference: str,
    received: str,
    clerk: str,
    digest: str,
    case: str | None,
    run: str | None,
    result: str | None,
    error: str | None,
) -> Entry:
    return Entry(reference, received, clerk, digest, case, run, json.loads(result) if result else None, error)


def _end(database: sqlite3.Connection, run: Run) -> None:
    """By the case: a callback can be faster than the answer that tells the run's id."""
    succeeded = run.state == "succeeded"
    result = json.dumps(run.result, ensure_ascii=False) if succeeded else None
    error = None if succeeded else run.error.detail if run.error else "Die Prüfung wurde abgebrochen."
    database.execute(
        "UPDATE vorgang SET lauf = ?, ergebnis = ?, fehler = ? WHERE vorgang_genius = ?",
        (run.id, result, error, run.case),
    )
