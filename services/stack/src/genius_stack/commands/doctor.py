# SPDX-License-Identifier: EUPL-1.2
"""`genius doctor`: what is wrong and what to do."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from genius_stack.commands.status import WORDS, hints, services
from genius_stack.datadir import MINIMUM_FREE_BYTES, DataDir
from genius_stack.errors import NotRunning, StackError
from genius_stack.platform import require_web_ui
from genius_stack.postgresql.location import NOTE, noted_cluster, wheel_binaries
from genius_stack.running import running_stack


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice` is empty where all is well."""

    what: str
    advice: str = ""
    serious: bool = True


def doctor(data_dir: Annotated[Path, typer.Option(help="Ordner für alle Daten")] = Path(".genius")) -> None:
    """Prüft diesen Rechner und die laufende Plattform. Endet mit 1, wenn etwas Nötiges fehlt."""
    console = Console()
    findings = list(examine(DataDir(data_dir)))
    for finding in findings:
        mark, style = (
            ("gut", "green") if not finding.advice else ("fehlt", "red") if finding.serious else ("Hinweis", "")
        )
        console.print(Text.assemble((f"{mark:<8}", style), f"{finding.what} {finding.advice}".rstrip()), soft_wrap=True)
    if any(finding.advice and finding.serious for finding in findings):
        raise typer.Exit(1)


def examine(data: DataDir) -> Iterator[Finding]:
    """All findings, good ones too."""
    yield Finding(f"Python {sys.version.split()[0]}")
    yield _attempt("PostgreSQL-Programme", wheel_binaries)
    yield _attempt("Oberfläche gebaut", require_web_ui)
    yield _tesseract()
    yield _space(data)
    if (data.path / NOTE).exists():
        yield _database(data)
    yield from _private(data)
    yield from _running(data)


def _attempt(what: str, check: Callable[[], object]) -> Finding:
    try:
        check()
    except StackError as error:
        return Finding(what, str(error))
    return Finding(what)


def _database(data: DataDir) -> Finding:
    try:
        folder = noted_cluster(data.path)
    except StackError as error:
        return Finding("Ort der Datenbank", str(error))
    return Finding(f"Ort der Datenbank: {data.path / folder if folder else ''}")


def _tesseract() -> Finding:
    if shutil.which("tesseract") is None:
        return Finding("Texterkennung", "Für gescannte Dokumente: tesseract-ocr und tesseract-ocr-deu.", serious=False)
    done = subprocess.run(["tesseract", "--list-langs"], check=False, capture_output=True, text=True)
    if "deu" not in done.stdout.split():
        return Finding("Texterkennung", "Es fehlt das Paket tesseract-ocr-deu.", serious=False)
    return Finding("Texterkennung mit Deutsch")


def _space(data: DataDir) -> Finding:
    existing = next(folder for folder in (data.path, *data.path.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    advice = "Schaffen Sie Platz." if free < MINIMUM_FREE_BYTES else ""
    return Finding(f"Freier Platz: {free // 2**20} MB.", advice)


def _private(data: DataDir) -> Iterator[Finding]:
    if not data.secrets.exists():
        return
    wide = [path.name for path in (data.secrets, *data.secrets.iterdir()) if path.stat().st_mode & 0o077]
    advice = f"Zu weite Rechte: {', '.join(wide)}. Abhilfe: chmod -R go= {data.secrets}" if wide else ""
    yield Finding("Geheimnisse nur für Sie lesbar.", advice)


def _running(data: DataDir) -> Iterator[Finding]:
    try:
        stack = running_stack(data)
    except NotRunning as error:
        starting = data.owner() is not None
        yield Finding(
            "Plattform", str(error) if starting else "läuft nicht; starten Sie „make run“ oder „genius up“.", False
        )
        return
    for service in asyncio.run(services(stack)):
        advice = f"Protokoll: {data.logs / f'{service.name}.log'}" if service.state == "down" else ""
        hint = f" ({hints(service)})" if hints(service) else ""
        hint += f", Suchindex in {service.engine}" if service.engine else ""
        yield Finding(f"Dienst {service.name} {WORDS[service.state]}{hint}", advice)
