# SPDX-License-Identifier: EUPL-1.2
"""What `genius up` shows: one line per event, a progress bar on a terminal, a table of logins at the end."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from genius_stack.options import DEFAULT_DATA_DIR
from genius_stack.samples.people import ROLE_NAMES
from genius_stack.stackfile import StackFile


class UpConsole:
    """Output of one start."""

    def __init__(self, console: Console, data_dir: Path = DEFAULT_DATA_DIR) -> None:
        self._console = console
        self._where = "" if data_dir == DEFAULT_DATA_DIR else f" --data-dir {escape(shlex.quote(str(data_dir)))}"
        self._started = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def say(self, text: str) -> None:
        """One line; `text` is shown as it is."""
        line = f"[dim]{time.strftime('%H:%M:%S')}[/dim]  {escape(text)}"
        self._console.print(line, highlight=False, emoji=False, soft_wrap=True)

    def ready(self, name: str) -> None:
        self.say(f"{name} ist bereit ({time.monotonic() - self._started:.1f} s)")

    def imported(self, done: int, total: int, title: str) -> None:
        """One step of the import; without a terminal a line for every tenth law."""
        if not self._console.is_terminal:
            if done == total or done % 10 == 0:
                self.say(f"Gesetze eingelesen: {done} von {total}")
            return
        if self._progress is None:
            self._progress = Progress(
                TextColumn("Bundesrecht"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[title]}", markup=False),
                console=self._console,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task("", total=total, title=title)
        assert self._task is not None
        self._progress.update(self._task, completed=done, title=title[:60])

    def import_ended(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def summary(self, stack: StackFile) -> None:
        """Address, logins, applications."""
        self._console.print()
        self._console.print(f"[bold]Genius läuft:[/bold] {stack.url}")
        self._console.print(f"Bereit nach {time.monotonic() - self._started:.0f} s. Ende mit Strg+C.")
        if stack.logins:
            logins = Table(title="Beispielzugänge (nur auf diesem Rechner)", title_justify="left")
            for column in ("Anmeldename", "Passwort", "Rollen", "Behörde"):
                logins.add_column(column, overflow="fold")
            for login in stack.logins:
                roles = ", ".join(ROLE_NAMES.get(role, role) for role in login.roles)
                logins.add_row(login.username, login.password, roles, login.authority or "–")
            self._console.print(logins)
        if "identity" not in stack.services:
            self._console.print(f"Anmeldung: {stack.issuer}", highlight=False, soft_wrap=True)
        for application in stack.applications:
            self._console.print(
                f"Anwendung {application.client_id} ({application.authority}): "
                f"genius token --application {application.client_id}{self._where}",
                highlight=False,
                soft_wrap=True,
            )
