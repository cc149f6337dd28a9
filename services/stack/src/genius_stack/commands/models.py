# SPDX-License-Identifier: EUPL-1.2
"""`genius models manifest|check`: the files of a language model, by the inference service's own program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(help="Sprachmodelle: Dateien prüfen.", no_args_is_help=True)
WEIGHTS = "genius_inference.vllm.weights"
Folder = Annotated[Path, typer.Argument(help="Ordner des Modells")]


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


def _run(*arguments: str) -> NoReturn:
    """The services import nothing of each other, so that each can be installed alone: a process of its own does it."""
    ended = subprocess.run([sys.executable, "-m", WEIGHTS, *arguments], check=False)
    raise typer.Exit(ended.returncode)
