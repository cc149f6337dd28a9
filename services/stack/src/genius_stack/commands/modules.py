# SPDX-License-Identifier: EUPL-1.2
"""`genius modules list|add|remove|check`: functions of other providers."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from genius_common.contracts.module_register import Registration
from genius_common.contracts.modules import ModuleManifest
from genius_stack.commands.authority import table_console
from genius_stack.conformance import Report
from genius_stack.errors import Refused
from genius_stack.modules import register
from genius_stack.modules.checking import check_url
from genius_stack.options import DEFAULT_DATA_DIR

app = typer.Typer(help="Funktionen anderer Anbieter eintragen und prüfen.", no_args_is_help=True)
DataDirectory = Annotated[Path, typer.Option(help="Ordner der Plattform; das Register ist darin modules.json")]
RegisterFile = Annotated[Path | None, typer.Option("--register", help="Register an anderer Stelle (Kubernetes)")]
CHECK_PORT = 8099
_OUTCOMES = {"passed": "[green]erfüllt[/green]", "failed": "[red]verletzt[/red]", "skipped": "nicht geprüft"}


def _file(data_dir: Path, file: Path | None) -> Path:
    return file or data_dir / register.FILE_NAME


@app.command("list")
def show(data_dir: DataDirectory = DEFAULT_DATA_DIR, file: RegisterFile = None) -> None:
    """Zeigt die eingetragenen Funktionen und ob sie noch sind, was eingetragen wurde."""
    table = Table("Kennung", "Fassung", "Name", "Adresse", "Freigabe bis", "Zustand")
    for line in asyncio.run(register.lines(_file(data_dir, file))):
        card = line.manifest.card
        table.add_row(
            line.manifest.id, line.manifest.version, escape(line.manifest.title.de), escape(line.entry.url),
            f"{card.expires_on:%d.%m.%Y}" if card else "–", escape(line.state) or "angeboten",
        )  # fmt: skip
    table_console().print(table)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Adresse des Moduls, z. B. http://127.0.0.1:9101")],
    yes: Annotated[bool, typer.Option("--yes", help="ohne Rückfrage")] = False,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
    file: RegisterFile = None,
) -> None:
    """Holt das Manifest, prüft es und trägt genau diese Fassung ein. Jede Behörde schaltet sie dann selbst ein."""
    raw = asyncio.run(register.fetch(url))
    manifest = register.parse(raw)
    try:
        entry = Registration.of(url, raw, dt.datetime.now(dt.UTC).date())
    except ValidationError as error:
        raise Refused(f"Diese Adresse geht nicht: {error.errors()[0]['msg']}.") from error
    console = table_console()
    for name, value in _summary(manifest, entry):
        console.print(f"[bold]{name}:[/bold] {escape(value)}", highlight=False, soft_wrap=True)
    if not yes:
        typer.confirm("Diese Fassung eintragen?", abort=True)
    old = register.add(_file(data_dir, file), entry)
    before = f" (ersetzt {old.manifest.get('version')})" if old else ""
    console.print(
        f"Eingetragen: {manifest.id} {manifest.version}{before}. Das Gateway bemerkt es in 15 Sekunden; die "
        "Administration jeder Behörde schaltet die Funktion unter „Behörde › Funktionen“ ein.",
        soft_wrap=True,
    )


def _summary(manifest: ModuleManifest, entry: Registration) -> list[tuple[str, str]]:
    card, rule = manifest.card, manifest.rule_of_two
    assert card is not None  # `parse` refuses a manifest without one
    sees = [
        name
        for name, true in (
            ("interne Daten", rule.private_data),
            ("fremde Texte", rule.untrusted_text),
            ("wirkt nach außen", rule.external_effect),
        )
        if true
    ]
    return [
        ("Funktion", f"{manifest.title.de} ({manifest.id} {manifest.version})"),
        ("Zweck", card.purpose.de),
        ("Risiko", f"{card.risk_class}; {card.annex_iii.de}"),
        ("Freigabe", f"{card.approver}, bis {card.expires_on:%d.%m.%Y}"),
        ("Rechte", ", ".join(manifest.scopes) or "keine"),
        ("Sieht", f"{', '.join(sees) or 'nichts'}; Daten bis „{manifest.highest_class}“"),
        ("Grenzen", f"{manifest.limits.seconds} s, {manifest.limits.tokens} Token, {manifest.limits.bytes} Byte"),
        ("Prüfsumme", entry.digest),
    ]


@app.command()
def remove(
    module: Annotated[str, typer.Argument(help="Kennung der Funktion")],
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
    file: RegisterFile = None,
) -> None:
    """Trägt eine Funktion aus; sie wird nach 15 Sekunden nicht mehr angeboten."""
    gone = register.remove(_file(data_dir, file), module)
    typer.echo(f"Ausgetragen: {module} ({gone.url}).")


@app.command()
def check(
    url: Annotated[str, typer.Argument(help="Adresse des laufenden Moduls")],
    start: Annotated[
        str | None, typer.Option(help="Befehl, der es startet; {jwks} darin wird zur Adresse der Schlüssel")
    ] = None,
    input_file: Annotated[Path | None, typer.Option("--input", help="JSON-Datei mit einer gültigen Eingabe")] = None,
    port: Annotated[int, typer.Option(help="Anschluss der Prüfstelle (Schlüssel, Inferenz, Dokumente)")] = CHECK_PORT,
    as_json: Annotated[bool, typer.Option("--json", help="Bericht als JSON")] = False,
) -> None:
    """Prüft, ob ein Modul den Vertrag „Modul über HTTP“ erfüllt. Endet mit 1, wenn nicht.

    Das Modul muss Token annehmen, die die Prüfstelle unterschreibt: http://127.0.0.1:8099/.well-known/jwks.json.
    """
    report = asyncio.run(check_url(url, port=port, start=start, data=_input(input_file)))
    if as_json:
        findings = [{"check": f.check, "outcome": f.outcome, "detail": f.detail} for f in report.findings]
        found = {"module": report.module, "version": report.version, "digest": report.digest, "findings": findings}
        typer.echo(orjson.dumps(found).decode())
    else:
        _show(report)
    raise typer.Exit(0 if report.passed else 1)


def _input(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        found = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Refused(f"{file} ist kein JSON.") from error
    if not isinstance(found, dict):
        raise Refused(f"{file} enthält kein JSON-Objekt.")
    return found


def _show(report: Report) -> None:
    table = Table("Zusage", "Ergebnis", "Was zu tun ist", title=f"{report.module} {report.version}".strip() or None)
    for finding in report.findings:
        table.add_row(finding.check, _OUTCOMES[finding.outcome], escape(finding.detail))
    console = table_console()
    console.print(table)
    console.print(f"Prüfsumme: {report.digest or '–'}", highlight=False)
