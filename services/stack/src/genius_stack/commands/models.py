# SPDX-License-Identifier: EUPL-1.2
"""`genius models …`: a language model's files and their manifest, and the kill switch (KI-06)."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.markup import escape
from rich.table import Table

from genius_stack.commands.authority import DataDirectory, table_console
from genius_stack.errors import Refused
from genius_stack.operators import Operators
from genius_stack.options import DEFAULT_DATA_DIR

app = typer.Typer(help="Sprachmodelle: Dateien prüfen, anhalten, wieder freigeben.", no_args_is_help=True)
WEIGHTS = "genius_inference.vllm.weights"
Folder = Annotated[Path, typer.Argument(help="Ordner des Modells")]
Model = Annotated[str | None, typer.Argument(help="Name des Modells, wie unter /v1/models")]
Every = Annotated[bool, typer.Option("--all", help="jedes Modell")]
Authority = Annotated[str | None, typer.Option(help="Kurzname der Behörde; sonst für alle")]


class Reason(StrEnum):
    VORFALL = "vorfall"
    FEHLER = "fehler"
    WARTUNG = "wartung"
    ANORDNUNG = "anordnung"


@app.command()
def manifest(folder: Folder) -> None:
    """Schreibt das Manifest eines Modells (SHA-256 jeder Datei) und zeigt dessen eigene Prüfsumme."""
    _run("write", str(folder))


@app.command()
def check(
    folder: Folder,
    sha256: Annotated[str | None, typer.Option(help="Prüfsumme, die das Manifest haben muss")] = None,
) -> None:
    """Vergleicht jede Datei eines Modells mit dem Manifest; nennt alles, was anders ist."""
    _run("check", str(folder), *(["--sha256", sha256] if sha256 is not None else []))


@app.command()
def stops(data_dir: DataDirectory = DEFAULT_DATA_DIR) -> None:
    """Zeigt, welche Modelle angehalten sind, für wen und warum."""
    table = Table("Modell", "Behörde", "Anlass", "seit")
    for line in Operators(data_dir).run("gateway", "models", "list")["stops"]:
        table.add_row(
            escape(line["model"] or "alle"), escape(line["authority"] or "alle"), line["reason"],
            line["stopped_at"][:16].replace("T", " "),
        )  # fmt: skip
    table_console().print(table)


@app.command()
def stop(
    model: Model = None,
    every: Every = False,
    authority: Authority = None,
    reason: Annotated[Reason, typer.Option(help="Anlass, er steht im Protokoll")] = Reason.VORFALL,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
) -> None:
    """Hält ein Modell an: nach höchstens zehn Sekunden kommt keine Anfrage mehr durch, laufende Antworten enden.

    Es bleibt angehalten, auch über Neustarts, bis es wieder freigegeben wird.
    """
    words = _which(model, every=every, authority=authority)
    Operators(data_dir).run("gateway", "models", "stop", *words, "--reason", reason.value)
    typer.echo(f"Angehalten: {_name(model)}{_for(authority)}. Es wirkt nach höchstens zehn Sekunden.")


@app.command()
def release(
    model: Model = None,
    every: Every = False,
    authority: Authority = None,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
) -> None:
    """Gibt ein angehaltenes Modell wieder frei, so wie es angehalten wurde."""
    words = _which(model, every=every, authority=authority)
    Operators(data_dir).run("gateway", "models", "release", *words)
    typer.echo(f"Wieder freigegeben: {_name(model)}{_for(authority)}. Es wirkt nach höchstens zehn Sekunden.")


def _which(model: str | None, *, every: bool, authority: str | None) -> list[str]:
    """Raises: Refused."""
    if (model is None) != every:
        raise Refused("Nennen Sie ein Modell oder --all.")
    return [*(["--all"] if model is None else ["--model", model]), *(["--authority", authority] if authority else [])]


def _name(model: str | None) -> str:
    return model or "alle Modelle"


def _for(authority: str | None) -> str:
    return f" für {authority}" if authority else " für alle Behörden"


def _run(*arguments: str) -> NoReturn:
    """The services import nothing of each other, so that each can be installed alone: a process of its own does it."""
    ended = subprocess.run([sys.executable, "-m", WEIGHTS, *arguments], check=False)
    raise typer.Exit(ended.returncode)
