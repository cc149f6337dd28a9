# SPDX-License-Identifier: EUPL-1.2
"""The `genius` command: assembles one module per command and turns our errors into a line and an exit code."""

from __future__ import annotations

import errno
import sys

import typer
from rich.console import Console
from rich.markup import escape

from genius_stack.commands import (
    abrufpruefung,
    ask,
    audit,
    authority,
    doctor,
    imports,
    keycloak,
    keys,
    laws,
    models,
    modules,
    rules,
    status,
    token,
    up,
)
from genius_stack.errors import DataDirUnusable, DiskFull, StackError

app = typer.Typer(
    help="Genius: die KI-Assistenzplattform auf diesem Rechner.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.command()(up.up)
app.command()(status.status)
app.command()(doctor.doctor)
app.command()(token.token)
app.command()(ask.ask)
app.command("import")(imports.import_files)
app.add_typer(audit.app, name="audit")
app.add_typer(abrufpruefung.app, name="abrufpruefung")
app.add_typer(keycloak.app, name="keycloak")
app.add_typer(authority.app, name="authority")
app.add_typer(keys.app, name="keys")
app.add_typer(laws.app, name="laws")
app.add_typer(models.app, name="models")
app.add_typer(modules.app, name="modules")
app.add_typer(rules.app, name="rules")


def main() -> None:
    """Entry point of the command."""
    try:
        app()
    except StackError as error:
        _end(str(error), error.exit_code)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            _end("Der Datenträger ist voll. Schaffen Sie Platz und starten Sie neu.", DiskFull.exit_code)
        if error.filename is None:
            raise
        _end(f"{error.filename} ist nicht benutzbar: {error.strerror}.", DataDirUnusable.exit_code)


def _end(text: str, code: int) -> None:
    Console(stderr=True).print(f"[bold red]genius:[/bold red] {escape(text)}", highlight=False, soft_wrap=True)
    sys.exit(code)
