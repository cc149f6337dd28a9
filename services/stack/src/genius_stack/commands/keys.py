# SPDX-License-Identifier: EUPL-1.2
"""`genius keys list|rotate|destroy|approve|holder`: keys of the running platform, and the consent to destroy one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from genius_stack.commands.authority import DataDirectory, keep_receipt, table_console
from genius_stack.errors import Refused
from genius_stack.keys.holders import approve as sign_request
from genius_stack.keys.holders import name_holder, read_request, write_request
from genius_stack.keys.rotation import rewrap_all, rotate_file
from genius_stack.operators import Operators
from genius_stack.options import DEFAULT_DATA_DIR

app = typer.Typer(help="Schlüssel ansehen, wechseln und vernichten.", no_args_is_help=True)
Authority = Annotated[str | None, typer.Option(help="Kurzname der Behörde")]
Person = Annotated[UUID | None, typer.Option(help="Pseudonym einer Person in dieser Behörde")]
_STATES = {"active": "aktiv", "retired": "abgelöst, öffnet noch", "destroyed": "vernichtet"}
_SCOPES = {"tenant": "Mandant", "authority": "Behörde", "person": "Person"}


@app.command("list")
def show(authority: Authority = None, data_dir: DataDirectory = DEFAULT_DATA_DIR) -> None:
    """Zeigt die Schlüssel des Mandanten und aller Behörden, oder alle einer Behörde. Nie die Schlüssel selbst."""
    found = Operators(data_dir).run("gateway", "keys", "list", *([authority] if authority else []))
    table = Table("Wo", "Kennung", "wessen", "Behörde", "Zweck", "Zustand", "seit")
    for store, lines in found.items():
        for line in lines:
            owner = line["person"] or line["authority"] or "–"
            table.add_row(
                store, line["id"], f"{_SCOPES[line['scope']]} {owner if line['person'] else ''}".strip(),
                line["authority"] or "–", line["purpose"], _STATES[line["state"]], line["created_at"][:10],
            )  # fmt: skip
    table_console().print(table)


@app.command()
def rotate(
    authority: Authority = None,
    person: Person = None,
    search: Annotated[
        bool, typer.Option("--search", help="den Suchschlüssel: baut den Suchindex der Behörde neben dem alten neu auf")
    ] = False,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
) -> None:
    """Wechselt den obersten Schlüssel, oder den Inhaltsschlüssel einer Behörde oder Person. Ohne Unterbrechung.

    Ein abgebrochener Wechsel wird durch denselben Aufruf zu Ende geführt.
    """
    operators = Operators(data_dir)
    if authority is None:
        if person is not None:
            raise typer.BadParameter("--person braucht --authority")
        if search:
            raise typer.BadParameter("--search braucht --authority")
        _rotate_top(operators)
        return
    if search:
        _rotate_search(operators, authority)
        return
    words = ["--person", str(person)] if person else []
    done = operators.run("gateway", "keys", "rotate", authority, *words)
    sealed = sum(number for store in done.values() for kind, number in store.items() if kind != "left")
    print(f"Neuer Schlüssel in Gebrauch; {sealed} Werte neu verschlüsselt.")
    if left := done["gateway"]["left"]:
        print(f"{left} Werte ließen sich nicht öffnen und bleiben, wie sie sind (Protokoll des Gateways).")


def _rotate_search(operators: Operators, authority: str) -> None:
    found = operators.run("gateway", "keys", "rotate", authority, "--search")["retrieval"]
    if found["building"]:
        print(
            f"{found['done']} von {found['total']} Dokumenten sind im neuen Index; {found['unreadable']} lassen sich "
            "nicht öffnen. Bis sie gelöscht oder wiederhergestellt sind, gilt der bisherige Index "
            "(docs/howto/rebuild-the-index.md)."
        )
        raise typer.Exit(1)
    print(f"Neuer Suchschlüssel in Gebrauch; {found['total']} Dokumente neu aufgenommen.")


def _rotate_top(operators: Operators) -> None:
    def rewrap() -> list[dict[str, Any]]:
        return [operators.run(service, "keys", "rewrap") for service in ("gateway", "retrieval")]

    file = operators.setting("KEK_FILE")
    if file is None:
        print(f"{rewrap_all(rewrap)} Schlüssel mit der neuesten Fassung in Vault eingewickelt.")
        print("Alte Fassungen sperren Sie in Vault mit min_decryption_version.")
        return
    print(f"{rotate_file(Path(file), rewrap)} Schlüssel neu eingewickelt; der alte wird nicht mehr angenommen.")
    print("Frühere Sicherungen der Datenbank öffnen sich nur mit dem Schlüssel, der mit ihnen gesichert wurde.")


@app.command()
def destroy(
    authority: Annotated[str, typer.Argument(help="Kurzname der Behörde")],
    person: Person = None,
    request: Annotated[Path | None, typer.Option(help="den Antrag in diese neue Datei schreiben")] = None,
    execute: Annotated[
        Path | None, typer.Option(help="diesen gezeichneten Antrag ausführen", exists=True, dir_okay=False)
    ] = None,
    receipt: Annotated[Path | None, typer.Option(help="Datei der Quittung")] = None,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
) -> None:
    """Vernichtet die Schlüssel einer Behörde oder Person mit allem, was sie schützen. Ohne --execute nur gezeigt."""
    operators = Operators(data_dir)
    if execute is not None:
        read_request(execute)
        signed = operators.run("gateway", "keys", "destroy", authority, "--request", str(execute.resolve()))["receipt"]
        keep_receipt(signed, receipt or Path(f"quittung-{authority}.json"))
        return
    words = [*(["--person", str(person)] if person else []), *(["--ask"] if request else [])]
    found = operators.run("gateway", "keys", "destroy", authority, *words)
    table = Table("Wo", "Was", "Anzahl", title="Würde unlesbar und gelöscht")
    for store in ("gateway", "retrieval"):
        for kind, number in sorted(found[store].items()):
            table.add_row(store, escape(kind), str(number))
    table_console().print(table)
    if request is not None:
        write_request(request, found["request"])
        print(f"Antrag: {request}. Schlüsselverwahrer zeichnen ihn mit „genius keys approve {request}“.")


@app.command()
def approve(
    file: Annotated[Path, typer.Argument(help="Antrag", exists=True, dir_okay=False)],
    key: Annotated[Path, typer.Option(help="eigener privater Schlüssel (PEM)", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="ohne Rückfrage zeichnen")] = False,
) -> None:
    """Zeigt einen Antrag und zeichnet ihn als Schlüsselverwahrer. Braucht keine Plattform."""
    request = read_request(file)["request"]
    table = Table("Feld", "Wert", title="Antrag")
    for name in ("action", "tenant", "short", "authority", "person", "plan", "at", "expires_at"):
        table.add_row(name, escape(str(request.get(name) or "–")))
    for store, kinds in request["scope"].items():
        table.add_row(store, escape(", ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items()))))
    table_console().print(table)
    if not yes and not typer.confirm("Das wird unwiderruflich vernichtet. Zustimmen?", default=False):
        raise Refused("Nichts wurde unterschrieben.")
    sign_request(file, key)
    print(f"Unterschrieben: {file}")


@app.command()
def holder(
    name: Annotated[str, typer.Argument(help="Name des Schlüsselverwahrers oder seiner Stelle")],
    public: Annotated[Path, typer.Argument(help="öffentlicher Schlüssel (PEM)", exists=True, dir_okay=False)],
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
) -> None:
    """Benennt einen Schlüsselverwahrer. Sein Schlüsselpaar macht er selbst: „genius audit key DATEI“."""
    operators = Operators(data_dir)
    print(f"{name_holder(operators.holders, name, public)} Schlüsselverwahrer sind benannt.")
