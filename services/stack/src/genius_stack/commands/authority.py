# SPDX-License-Identifier: EUPL-1.2
"""`genius authority list|add|remove|open-archive`: authorities join and leave the running platform."""

from __future__ import annotations

import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from genius_stack.authorities.archive import open_archive
from genius_stack.authorities.files import add_to_file
from genius_stack.errors import Refused
from genius_stack.files import write_private
from genius_stack.keys.holders import read_request, write_request
from genius_stack.operators import Operators
from genius_stack.options import DEFAULT_DATA_DIR

app = typer.Typer(help="Behörden aufnehmen und ausscheiden lassen.", no_args_is_help=True)
DataDirectory = Annotated[Path, typer.Option(help="Ordner der laufenden Plattform")]
Short = Annotated[str, typer.Argument(help="Kurzname der Behörde, wie in den Gruppen")]
_STATES = {"active": "tätig", "leaving": "scheidet aus", "gone": "ausgeschieden"}
_DISPOSALS = {"hand_over": "übergeben", "archive": "archivieren und vernichten", "destroy": "vernichten"}


class Kind(StrEnum):
    MINISTRY = "ministry"
    AGENCY = "agency"
    MUNICIPALITY = "municipality"
    COURT = "court"
    OTHER = "other"


class Disposal(StrEnum):
    HAND_OVER = "hand_over"
    ARCHIVE = "archive"
    DESTROY = "destroy"


def table_console() -> Console:
    """Wide where nobody looks at it on a screen, so that scripts find a line per row."""
    console = Console()
    return console if console.is_terminal else Console(width=240)


@app.command("list")
def show(data_dir: DataDirectory = DEFAULT_DATA_DIR) -> None:
    """Zeigt alle Behörden; auch ausgeschiedene, denn ihr Kurzname bleibt vergeben."""
    table = Table("Kurzname", "Name", "Art", "gehört zu", "Zustand", "Kennung")
    for line in Operators(data_dir).run("gateway", "authorities", "list")["authorities"]:
        table.add_row(
            escape(line["short"]), escape(line["name"]), line["kind"], escape(line["parent"] or "–"),
            _STATES[line["state"]], line["id"],
        )  # fmt: skip
    table_console().print(table)


@app.command()
def add(
    short: Short,
    name: Annotated[str, typer.Option(help="voller Name")],
    kind: Annotated[Kind, typer.Option(help="Art der Behörde")],
    parent: Annotated[str | None, typer.Option(help="Kurzname der übergeordneten Behörde")] = None,
    keycloak_file: Annotated[
        Path | None,
        typer.Option(help="Datei für „genius keycloak apply“, die ergänzt wird", exists=True, dir_okay=False),
    ] = None,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
) -> None:
    """Nimmt eine Behörde auf, oder ändert Name, Art und Zuordnung. Ein zweiter Aufruf ändert nichts."""
    operators = Operators(data_dir)
    words = ["authorities", "add", short, "--name", name, "--kind", kind.value]
    done = operators.run("gateway", *words, *(["--parent", parent] if parent else []))
    console = Console()
    console.print(f"Behörde {escape(short)} ist aufgenommen (Kennung {done['id']}).", highlight=False)
    console.print("Schlüssel und Sammlung der Suche sind angelegt.")
    console.print(
        f"Es gelten die üblichen Grenzen: {done['tokens_per_day']:,} Token am Tag, "
        f"{done['tokens_per_month']:,} im Monat.".replace(",", "."), highlight=False,
    )  # fmt: skip
    if keycloak_file is None:
        console.print(f"Konten bekommen Zugang durch die Gruppe /behoerden/{escape(short)} im Anmeldedienst.")
        return
    entry = {"short": short, "name": name, "kind": kind.value, "parent": parent, "id": done["id"]}
    changed = add_to_file(keycloak_file, entry)
    what = "ergänzt; führen Sie „genius keycloak apply“ aus" if changed else "nennt sie schon"
    console.print(f"{escape(str(keycloak_file))} {what}.", highlight=False)


@app.command()
def remove(
    short: Short,
    knowledge: Annotated[Disposal, typer.Option(help="Wissensbasen der Behörde und ihrer Referate")] = Disposal.DESTROY,
    cases: Annotated[Disposal, typer.Option(help="Vorgänge (Aktenzeichen, Titel)")] = Disposal.DESTROY,
    personal: Annotated[
        Disposal, typer.Option(help="Gespräche, Läufe, Dateien und eigene Wissensbasen der Personen")
    ] = Disposal.DESTROY,
    to: Annotated[str | None, typer.Option(help="Kurzname der Behörde, die übernimmt")] = None,
    receiver: Annotated[UUID | None, typer.Option(help="Pseudonym der Person dort, die Vorgänge übernimmt")] = None,
    request: Annotated[Path | None, typer.Option(help="den Antrag in diese neue Datei schreiben")] = None,
    execute: Annotated[
        Path | None, typer.Option(help="diesen gezeichneten Antrag ausführen", exists=True, dir_okay=False)
    ] = None,
    archive: Annotated[Path | None, typer.Option(help="Datei des Archivs")] = None,
    archive_key: Annotated[
        Path | None, typer.Option(help="Datei mit dem Schlüssel des Archivs; fehlt sie, wird sie angelegt")
    ] = None,
    receipt: Annotated[Path | None, typer.Option(help="Datei der Quittung")] = None,
    data_dir: DataDirectory = DEFAULT_DATA_DIR,
) -> None:
    """Lässt eine Behörde ausscheiden. Ohne --execute wird nur gezeigt, was sie hat und was daraus würde."""
    operators = Operators(data_dir)
    if execute is None:
        words = ["--knowledge", knowledge.value, "--cases", cases.value, "--personal", personal.value]
        words += [*(["--to", to] if to else []), *(["--receiver", str(receiver)] if receiver else [])]
        found = operators.run("gateway", "authorities", "remove", short, *words, *(["--ask"] if request else []))
        _show(found, {"Wissensbasen": knowledge, "Vorgänge": cases, "Persönliches": personal}, to)
        if request is not None:
            write_request(request, found["request"])
            print(f"Antrag: {request}. Schlüsselverwahrer zeichnen ihn mit „genius keys approve {request}“.")
        return
    plan = read_request(execute)["request"].get("plan", {})
    words = ["--request", str(execute.resolve()), *_archive(plan, archive, archive_key)]
    signed = operators.run("gateway", "authorities", "remove", short, *words)["receipt"]
    keep_receipt(signed, receipt or Path(f"quittung-{short}.json"))


def _archive(plan: dict[str, Any], archive: Path | None, key: Path | None) -> list[str]:
    if "archive" not in plan.values():
        return []
    if archive is None or key is None:
        raise Refused("Der Antrag verlangt ein Archiv: nennen Sie --archive und --archive-key.")
    if not key.exists():
        write_private(key, secrets.token_hex(32).encode())
        print(f"Schlüssel des Archivs: {key}. Ohne ihn ist das Archiv nicht lesbar; verwahren Sie ihn getrennt davon.")
    return ["--archive", str(archive.resolve()), "--archive-key", str(key.resolve())]


def keep_receipt(signed: dict[str, Any], path: Path) -> None:
    """Write a receipt where it can be checked by `genius audit receipt`."""
    write_private(path, orjson.dumps(signed, option=orjson.OPT_INDENT_2) + b"\n")
    body = signed["receipt"]
    for store, kinds in body["deleted"].items():
        counts = ", ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items()) if number) or "nichts"
        Console().print(f"Vernichtet in {store}: {escape(counts)}", highlight=False, soft_wrap=True)
    print(f"Quittung: {path} (prüfen: genius audit receipt {path} --operator operator-public.pem)")


def _show(found: dict[str, Any], plan: dict[str, Disposal], to: str | None) -> None:
    table = Table("Wo", "Was", "Anzahl", title=f"Was {escape(found['authority']['name'])} hat")
    for store, kinds in (("Gateway", found["gateway"]), ("Suche", found["retrieval"])):
        for kind, number in sorted(kinds.items()):
            table.add_row(store, escape(kind), str(number))
    console = table_console()
    console.print(table)
    for what, disposal in plan.items():
        target = f" an {escape(to)}" if disposal is Disposal.HAND_OVER and to else ""
        console.print(f"{what}: {_DISPOSALS[disposal.value]}{target}", highlight=False)
    if number := found["retrieval"].get("superseded"):
        console.print(f"{number} abgelöste Fassungen werden nicht übergeben oder archiviert.", highlight=False)
    if found["step"]:
        console.print(f"Das Ausscheiden hat begonnen ({found['step']}); führen Sie denselben Antrag zu Ende aus.")
    if found["holds"]:
        console.print(f"[red]{found['holds']} Sperren stehen dagegen.[/red] Sie sind zuerst aufzuheben.")


@app.command("open-archive")
def open_it(
    file: Annotated[Path, typer.Argument(help="Archiv einer ausgeschiedenen Behörde", exists=True, dir_okay=False)],
    key: Annotated[Path, typer.Option(help="Datei mit dem Schlüssel des Archivs", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option(help="neuer oder leerer Ordner")],
) -> None:
    """Prüft ein Archiv gegen sein Verzeichnis und öffnet es. Braucht keine Plattform."""
    print(f"{open_archive(file, key, to)} Dateien nach {to} geschrieben.")
