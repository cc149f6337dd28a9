# SPDX-License-Identifier: EUPL-1.2
"""`genius modules new|check|add|list|remove|digest`: functions of other providers."""

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
from genius_stack.datadir import DataDir
from genius_stack.errors import NotRunning, Refused
from genius_stack.modules import packages, register
from genius_stack.modules.checking import check_package, check_url, manifest_of
from genius_stack.modules.creating import create
from genius_stack.options import DEFAULT_DATA_DIR
from genius_stack.running import running_stack

app = typer.Typer(help="Funktionen anderer Anbieter eintragen und prüfen.", no_args_is_help=True)
DataDirectory = Annotated[Path, typer.Option(help="Ordner der Plattform; das Register ist darin modules.json")]
RegisterFile = Annotated[Path | None, typer.Option("--register", help="Register an anderer Stelle (Kubernetes)")]
InstalledIn = Annotated[
    Path | None, typer.Option("--folder", help="Ordner, in den das Paket schon installiert ist", exists=True)
]
CHECK_PORT = 8099
_OUTCOMES = {"passed": "[green]erfüllt[/green]", "failed": "[red]verletzt[/red]", "skipped": "nicht geprüft"}


def _file(data_dir: Path, file: Path | None) -> Path:
    return file or data_dir / register.FILE_NAME


@app.command("list")
def show(data_dir: DataDirectory = DEFAULT_DATA_DIR, file: RegisterFile = None) -> None:
    """Zeigt die eingetragenen Funktionen und ob sie noch sind, was eingetragen wurde."""
    table = Table("Kennung", "Fassung", "Name", "Adresse", "Freigabe bis", "Zustand")
    for line in asyncio.run(register.lines(_file(data_dir, file), _modules_url(data_dir))):
        card = line.manifest.card
        table.add_row(
            line.manifest.id, line.manifest.version, escape(line.manifest.title.de), escape(line.entry.url),
            f"{card.expires_on:%d.%m.%Y}" if card else "–", escape(line.state) or "angeboten",
        )  # fmt: skip
    table_console().print(table)


def _modules_url(data_dir: Path) -> str | None:
    """Where the modules service of a running platform answers; None where none runs."""
    try:
        return running_stack(DataDir(data_dir)).services["modules"].url
    except NotRunning:
        return None


@app.command()
def add(
    target: Annotated[str, typer.Argument(help="Adresse des Moduls, Ordner eines Pakets, oder sein Name mit --folder")],
    yes: Annotated[bool, typer.Option("--yes", help="ohne Rückfrage")] = False,
    folder: InstalledIn = None,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
    file: RegisterFile = None,
) -> None:
    """Holt das Manifest, prüft es und trägt genau diese Fassung ein. Jede Behörde schaltet sie dann selbst ein.

    Ein Ordner mit pyproject.toml wird als Paket nach DATEN/packages installiert; „genius up“ führt es nach dem nächsten
    Start abgeschottet aus. Mit --folder liegt es schon dort, wo der Dienst es findet (Kubernetes).
    """
    if _is_url(target):
        url, raw = target, asyncio.run(register.fetch(target))
    else:
        place = (folder or data_dir / packages.FOLDER).resolve()
        name = target if folder is not None else packages.install(Path(target), place)
        url, raw = f"package:{name}", asyncio.run(manifest_of(place, name))
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
    if entry.package is not None and folder is None:
        packages.allow(data_dir, entry.package)
    before = f" (ersetzt {old.manifest.get('version')})" if old else ""
    console.print(
        f"Eingetragen: {manifest.id} {manifest.version}{before}. Das Gateway bemerkt es in 15 Sekunden; die "
        "Administration jeder Behörde schaltet die Funktion unter „Behörde › Funktionen“ ein.",
        soft_wrap=True,
    )
    if entry.package is not None:
        console.print(_then(folder), soft_wrap=True)


def _then(folder: Path | None) -> str:
    if folder is None:
        return "Starten Sie die Plattform neu (genius up): Dann läuft das Paket, in genau dieser Fassung."
    return f"Prüfsumme des Ordners für GENIUS_MODULES_PACKAGE_DIGEST: {packages.digest_of(folder)}"


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
    if gone.package is not None:
        packages.forbid(data_dir, gone.package)
    typer.echo(f"Ausgetragen: {module} ({gone.url}).")


@app.command()
def digest(folder: Annotated[Path, typer.Argument(help="Ordner, in den Pakete installiert sind")]) -> None:
    """Nennt die Prüfsumme eines Ordners mit Paketen, an die der Dienst gebunden wird (PACKAGE_DIGEST)."""
    typer.echo(packages.digest_of(folder))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Kennung des Moduls, zum Beispiel fristen-rechnen")],
    package: Annotated[
        bool, typer.Option("--package/--http", help="als abgeschottetes Python-Paket oder als eigener HTTP-Dienst")
    ] = True,
    folder: Annotated[Path | None, typer.Option(help="neuer oder leerer Ordner; sonst einer mit dem Namen")] = None,
) -> None:
    """Legt ein neues Modul an, das läuft, Tests hat und die Prüfung besteht. Von dort aus schreiben Sie Ihres."""
    place = folder or Path(name)
    for path in create(name, "package" if package else "http", place, dt.datetime.now(dt.UTC).date()):
        typer.echo(f"  {path}")
    check_it = f"genius modules check {place}"
    if not package:
        server = place / "server.py"
        check_it = f'genius modules check http://127.0.0.1:9101 --start "python {server} --port 9101 --jwks {{jwks}}"'
    typer.echo(f"Wie es weitergeht, steht in {place / 'README.md'}. Prüfen: {check_it}")


@app.command()
def check(
    target: Annotated[str, typer.Argument(help="Adresse des laufenden Moduls, Ordner eines Pakets, oder sein Name")],
    start: Annotated[
        str | None, typer.Option(help="Befehl, der es startet; {jwks} darin wird zur Adresse der Schlüssel")
    ] = None,
    input_file: Annotated[Path | None, typer.Option("--input", help="JSON-Datei mit einer gültigen Eingabe")] = None,
    folder: InstalledIn = None,
    port: Annotated[int, typer.Option(help="Anschluss der Prüfstelle (Schlüssel, Inferenz, Dokumente)")] = CHECK_PORT,
    as_json: Annotated[bool, typer.Option("--json", help="Bericht als JSON")] = False,
) -> None:
    """Prüft, ob ein Modul den Vertrag „Modul über HTTP“ erfüllt. Endet mit 1, wenn nicht. Ein Paket läuft im Käfig.

    Das Modul muss Token annehmen, die die Prüfstelle unterschreibt: http://127.0.0.1:8099/.well-known/jwks.json.
    """
    data = _input(input_file)
    if _is_url(target):
        report = asyncio.run(check_url(target, port=port, start=start, data=data))
    else:
        name, source = (target, folder) if folder is not None else (None, Path(target))
        report = check_package(source, name=name, port=port, data=data)
    if as_json:
        findings = [{"check": f.check, "outcome": f.outcome, "detail": f.detail} for f in report.findings]
        found = {"module": report.module, "version": report.version, "digest": report.digest, "findings": findings}
        typer.echo(orjson.dumps(found).decode())
    else:
        _show(report)
    raise typer.Exit(0 if report.passed else 1)


def _is_url(target: str) -> bool:
    return target.startswith(("http://", "https://"))


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
