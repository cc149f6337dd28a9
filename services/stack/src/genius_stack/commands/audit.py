# SPDX-License-Identifier: EUPL-1.2
"""`genius audit verify|cosign|key`: check an export of the audit trail anywhere, and sign it as the second party.

Nothing here talks to the platform: auditors work on the exported file, the second party keeps its key and the last
checkpoint that it signed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from genius_common.audit.chain import sign
from genius_common.audit.keys import private_key, public_keys
from genius_common.audit.verify import Report, verify
from genius_stack.commands.receipt import check_receipt
from genius_stack.errors import Refused
from genius_stack.files import write_private

app = typer.Typer(help="Das Protokoll (Audit) prüfen und mitzeichnen.", no_args_is_help=True)
_SHOWN = 50
Export = Annotated[Path, typer.Argument(help="Datei aus GET /api/v1/audit/export", exists=True, dir_okay=False)]
Keys = Annotated[
    list[Path] | None, typer.Option("--operator", help="öffentlicher Schlüssel des Betriebs (PEM)", exists=True)
]


@app.command("verify")
def check(
    file: Export,
    operator: Keys = None,
    witness: Annotated[
        list[Path] | None, typer.Option(help="öffentlicher Schlüssel der zweiten Stelle (PEM)", exists=True)
    ] = None,
    kept: Annotated[
        Path | None, typer.Option(help="aufbewahrter Prüfpunkt der zweiten Stelle", exists=True, dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Ergebnis als JSON")] = False,
) -> None:
    """Prüft einen Export ohne Verbindung zur Plattform. Ende mit 1, wenn etwas nicht stimmt."""
    with file.open("rb") as lines:
        report = verify(lines, _read(operator), _read(witness), kept.read_bytes() if kept else None)
    print(orjson.dumps(report).decode()) if as_json else _show(report, bool(witness))
    if not report.holds:
        raise typer.Exit(1)


@app.command()
def cosign(
    file: Export,
    key: Annotated[Path, typer.Option(help="eigener privater Schlüssel (PEM)", exists=True, dir_okay=False)],
    kept: Annotated[Path, typer.Option(help="hier liegt der zuletzt gezeichnete Prüfpunkt; fehlt beim ersten Mal")],
    operator: Keys = None,
) -> None:
    """Prüft einen Export gegen den aufbewahrten Prüfpunkt und unterschreibt den neuesten.

    Gibt JSON für POST /api/v1/audit/checkpoints/{number}/signatures aus. Unterschreibt nichts, was nicht stimmt.
    """
    with file.open("rb") as lines:
        report = verify(lines, _read(operator), (), kept.read_bytes() if kept.exists() else None)
    if not report.holds:
        _show(report, False)
        raise Refused("Das Protokoll stimmt nicht; nichts wurde unterschrieben.")
    newest = _newest(file)
    signature = sign(_private(key), newest["checkpoint"])
    write_private(kept, orjson.dumps(newest) + b"\n")
    number = newest["checkpoint"]["number"]
    print(orjson.dumps({"checkpoint": number, "signature": signature["signature"]}).decode())


@app.command("receipt")
def receipt(
    file: Annotated[Path, typer.Argument(help="Quittung einer Löschung (JSON)", exists=True, dir_okay=False)],
    operator: Annotated[
        list[Path], typer.Option("--operator", help="öffentlicher Schlüssel des Betriebs (PEM)", exists=True)
    ],
) -> None:
    """Prüft die Quittung einer Löschung ohne Verbindung zur Plattform und zeigt, was sie sagt."""
    check_receipt(file, _read(operator))


@app.command("key")
def new_key(path: Annotated[Path, typer.Argument(help="neue Datei für den privaten Schlüssel")]) -> None:
    """Macht ein Schlüsselpaar für die zweite Stelle; gibt den öffentlichen Schlüssel aus."""
    if path.exists():
        raise Refused(f"{path} gibt es schon; ein Schlüssel wird nicht überschrieben.")
    private = Ed25519PrivateKey.generate()
    write_private(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    print(_public_pem(private), end="")


@app.command("public-key")
def public_key(
    key: Annotated[Path, typer.Argument(help="Datei mit einem privaten Schlüssel (PEM)", exists=True, dir_okay=False)],
) -> None:
    """Gibt den öffentlichen Schlüssel dazu aus, den der Betrieb oder die zweite Stelle weitergibt."""
    print(_public_pem(_private(key)), end="")


def _public_pem(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _newest(file: Path) -> dict[str, Any]:
    newest: dict[str, Any] | None = None
    with file.open("rb") as lines:
        for line in lines:
            content = orjson.loads(line)
            if "checkpoint" not in content:
                break
            newest = content
    if newest is None:
        raise Refused("Der Export enthält keinen Prüfpunkt.")
    return newest


def _read(paths: list[Path] | None) -> list[Ed25519PublicKey]:
    found: list[Ed25519PublicKey] = []
    for path in paths or []:
        try:
            found += public_keys(path.read_bytes())
        except ValueError as error:
            raise Refused(f"{path}: kein öffentlicher Ed25519-Schlüssel in PEM-Form.") from error
    return found


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        return private_key(path.read_bytes())
    except ValueError as error:
        raise Refused(f"{path}: kein privater Ed25519-Schlüssel in PEM-Form.") from error


def _show(report: Report, witnessed: bool) -> None:
    console = Console()
    console.print(
        f"{report.records} Einträge in {report.chains} Ketten, {report.checkpoints} Prüfpunkte geprüft", highlight=False
    )
    if witnessed:
        console.print(f"{report.unwitnessed} Einträge nach dem letzten mitgezeichneten Prüfpunkt", highlight=False)
    if report.holds:
        console.print("[green]In Ordnung:[/green] Kein Eintrag wurde geändert, entfernt oder eingefügt.")
        return
    table = Table("Art", "Kette", "Nummer", "Befund", title=f"{len(report.faults)} Abweichungen")
    for fault in report.faults[:_SHOWN]:
        table.add_row(fault.kind, escape(fault.chain or "–"), str(fault.seq), escape(fault.text))
    console.print(table)
