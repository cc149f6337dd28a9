# SPDX-License-Identifier: EUPL-1.2
"""`genius rules check|list|show|schema`: rule sets of the completeness check, by the modules service's own program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(help="Regelwerke der Vollständigkeitsprüfung prüfen und zeigen.", no_args_is_help=True)
PROGRAM = "genius_modules.completeness.rules"


@app.command()
def check(file: Annotated[Path, typer.Argument(help="Regelwerk als YAML oder JSON, oder ein Ordner davon")]) -> None:
    """Prüft ein Regelwerk oder den Ordner eines Mandanten; nennt alles, was falsch ist, mit der Zeile."""
    _run("check", "--", str(file))


@app.command("list")
def show_all() -> None:
    """Zeigt die mitgelieferten Regelwerke."""
    _run("list")


@app.command()
def show(name: Annotated[str, typer.Argument(help="Kennung des Regelwerks")]) -> None:
    """Zeigt die Anforderungen eines mitgelieferten Regelwerks."""
    _run("show", "--", name)


@app.command()
def schema() -> None:
    """Schreibt das JSON-Schema der Datei."""
    _run("schema")


def _run(*arguments: str) -> NoReturn:
    """The services import nothing of each other, so that each can be installed alone: a process of its own does it."""
    ended = subprocess.run([sys.executable, "-m", PROGRAM, *arguments], check=False)
    raise typer.Exit(ended.returncode)
