# SPDX-License-Identifier: EUPL-1.2
"""What `genius import` shows: a bar for each stage on a terminal, a line for every tenth elsewhere, then the result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from genius_stack.imports.plan import Plan
from genius_stack.imports.run import Summary
from genius_stack.imports.source import Source

_WIDTH = 60


class ImportConsole:
    """Output of one import. Names come from files and are shown as they are, never as markup."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def step(self, stage: str, done: int, total: int, name: str) -> None:
        if not self._console.is_terminal:
            if done == total or done % max(total // 10, 1) == 0:
                self._line(f"{stage}: {done} von {total}")
            return
        if self._progress is None:
            self._progress = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                TextColumn("{task.fields[title]}", markup=False), console=self._console, transient=True,
            )  # fmt: skip
            self._progress.start()
        task = self._tasks.get(stage)
        if task is None or done == 1:
            task = self._tasks[stage] = self._progress.add_task(stage, total=total, title="")
        self._progress.update(task, completed=done, title=name[:_WIDTH])

    def end(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def planned(self, made: Plan, source: Source, delete: bool) -> None:
        """What a run would do, nothing of which has been done."""
        sent = [file.name for todo in made.rounds for file in todo]
        self._list("Neu", [name for name in sent if name not in made.changes])
        self._list("Geändert (ersetzt den älteren Stand)", [name for name in sent if name in made.changes])
        self._line(f"Unverändert: {len(made.unchanged)}")
        self._pairs("Inhalt schon da, unter anderem Namen", made.elsewhere)
        self._missing(made, delete)
        self._passed_over(source)

    def missing(self, made: Plan) -> None:
        self._list("Werden gelöscht, weil es hier keine Datei dazu gibt", [item.name for item in made.missing])

    def summary(self, summary: Summary, made: Plan | None, source: Source, delete: bool) -> None:
        self._line(
            f"Eingelesen: {len(summary.ready)}, unverändert: {len(summary.unchanged)}, schon da unter anderem Namen: "
            f"{len(summary.duplicate)}, gelöscht: {len(summary.removed)}, gescheitert: {len(summary.failed)}"
        )
        self._pairs("Schon da, unter anderem Namen", summary.duplicate)
        if made and not delete:
            self._missing(made, delete)
        self._passed_over(source)
        self.failed(summary.failed)

    def failed(self, failed: Sequence[tuple[str, str]]) -> None:
        self._pairs("Gescheitert", failed, separator=": ")

    def _missing(self, made: Plan, delete: bool) -> None:
        title = "Würden gelöscht" if delete else "In der Wissensbasis, aber nicht hier (bleiben; --delete-missing)"
        self._list(title, [document.name for document in made.missing])

    def _passed_over(self, source: Source) -> None:
        self._list("Übergangen, keine Dokumente", source.passed_over)

    def _pairs(self, title: str, pairs: Sequence[tuple[str, str]], separator: str = " → ") -> None:
        self._list(title, [separator.join(pair) for pair in pairs])

    def _list(self, title: str, names: Iterable[str]) -> None:
        if found := sorted(names):
            self._line(f"{title}: {len(found)}")
            for name in found:
                self._line(f"  {name}")

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=True)
