# SPDX-License-Identifier: EUPL-1.2
"""`genius abrufpruefung sample|list|show|decide|close`: check retrievals of tax data by lot (§ 7 StDAV).

Speaks the public API, so that every reading is recorded there. On one machine it signs in as the sample person with the
role; in a data centre give the address and a file with an access token.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from genius_stack.api import PlatformApi, http_session
from genius_stack.commands.token import fetch
from genius_stack.datadir import DataDir
from genius_stack.errors import Refused
from genius_stack.running import running_stack
from genius_stack.samples.people import INSPECTOR

app = typer.Typer(help="Prüfen, ob Abrufe von Steuerdaten zulässig waren (§ 7 StDAV).", no_args_is_help=True)
_CHECKS = "/api/v1/retrieval-checks"
_DAYS = 30


class Decision(StrEnum):
    """What the form offers."""

    ZULAESSIG = "zulaessig"
    NICHT_ZULAESSIG = "nicht_zulaessig"
    ZU_KLAEREN = "zu_klaeren"
    OFFEN = "offen"


Where = Annotated[Path, typer.Option(help="Ordner der laufenden Plattform")]
Url = Annotated[str | None, typer.Option(help="Adresse der Plattform, statt --data-dir")]
TokenFile = Annotated[
    Path | None, typer.Option(help="Datei mit einem Zugriffstoken zu --url", exists=True, dir_okay=False)
]
Check = Annotated[UUID, typer.Argument(help="Kennung der Prüfung")]
AsJson = Annotated[bool, typer.Option("--json", help="Ergebnis als JSON")]
_HERE = Path(".genius")


@app.command()
def sample(
    size: Annotated[int, typer.Option(min=1, max=500, help="wie viele Abrufe gezogen werden")] = 20,
    period_from: Annotated[
        dt.datetime | None, typer.Option("--from", help="ab wann; sonst die letzten 30 Tage")
    ] = None,
    until: Annotated[dt.datetime | None, typer.Option(help="bis wann; sonst bis jetzt")] = None,
    seed: Annotated[str | None, typer.Option(help="Los, mit dem sich die Ziehung wiederholen lässt")] = None,
    data_dir: Where = _HERE,
    url: Url = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Zieht eine Stichprobe und legt eine Prüfung dazu an."""
    end = _aware(until) or dt.datetime.now(dt.UTC)
    begin = _aware(period_from) or end - dt.timedelta(days=_DAYS)
    wanted: dict[str, Any] = {"period_from": begin.isoformat(), "period_until": end.isoformat(), "size": size}
    if seed is not None:
        wanted["seed"] = seed
    _show(_call(data_dir, url, token_file, lambda api: api.post(_CHECKS, wanted)), as_json)


@app.command("list")
def list_checks(
    data_dir: Where = _HERE, url: Url = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Zeigt die Prüfungen, die neueste zuerst."""
    checks = _call(data_dir, url, token_file, lambda api: api.get(_CHECKS))["items"]
    if as_json:
        print(orjson.dumps(checks).decode())
        return
    table = Table("Prüfung", "gezogen am", "Zeitraum", "Abrufe", "Stand")
    for check in checks:
        period = f"{check['period_from'][:10]} bis {check['period_until'][:10]}"
        state = f"abgeschlossen am {check['closed_at'][:10]}" if check["closed_at"] else "offen"
        table.add_row(check["id"], check["at"][:16], period, f"{check['size']} von {check['population']}", state)
    Console().print(table)


@app.command()
def show(
    check: Check, data_dir: Where = _HERE, url: Url = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Zeigt die gezogenen Abrufe einer Prüfung mit ihren Entscheidungen."""
    _show(_call(data_dir, url, token_file, lambda api: api.get(f"{_CHECKS}/{check}")), as_json)


@app.command()
def decide(
    check: Check,
    retrieval: Annotated[UUID, typer.Argument(help="Kennung des Abrufs")],
    decision: Annotated[Decision, typer.Argument(help="zulaessig, nicht_zulaessig, zu_klaeren oder offen")],
    reason: Annotated[
        str | None, typer.Option(help="Begründung; nötig, wenn der Abruf nicht zulässig war oder zu klären ist")
    ] = None,
    data_dir: Where = _HERE,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Entscheidet über einen Abruf."""
    body = {"decision": decision.value, "reason": reason}
    _call(data_dir, url, token_file, lambda api: api.put(f"{_CHECKS}/{check}/items/{retrieval}", body))


@app.command()
def close(
    check: Check,
    undecided: Annotated[bool, typer.Option("--open", help="auch wenn Abrufe offen oder zu klären sind")] = False,
    data_dir: Where = _HERE,
    url: Url = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Schließt eine Prüfung ab; das Ergebnis steht danach im Protokoll (Audit)."""
    _show(
        _call(data_dir, url, token_file, lambda api: api.post(f"{_CHECKS}/{check}/close", {"open": undecided})), as_json
    )


def _aware(given: dt.datetime | None) -> dt.datetime | None:
    """Times on the command line are those of this machine."""
    return given.astimezone() if given is not None else None


def _call(
    data_dir: Path, url: str | None, token_file: Path | None, work: Callable[[PlatformApi], Awaitable[Any]]
) -> Any:
    if (url is None) != (token_file is None):
        raise typer.BadParameter("--url und --token-file gehören zusammen")

    given = token_file.read_text(encoding="utf-8").strip() if token_file is not None else None

    async def run() -> Any:
        base = url or running_stack(DataDir(data_dir)).url
        token = given or await _local_token(data_dir)
        async with http_session() as session:
            return await work(PlatformApi(session, base, token))

    return asyncio.run(run())


async def _local_token(data_dir: Path) -> str:
    logins = running_stack(DataDir(data_dir)).logins
    if all(login.username != INSPECTOR.username for login in logins):
        raise Refused("Ein Abrufprotokoll gibt es nur unter dem Steuergeheimnis (genius up --profile steuergeheimnis).")
    return await fetch(data_dir, login=INSPECTOR.username)


def _show(check: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(orjson.dumps(check).decode())
        return
    console = Console()
    console.print(
        f"Prüfung {check['id']}: {check['size']} von {check['population']} Abrufen, Los {check['seed']}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    table = Table("Nr.", "Abruf", "Zeit", "Benutzer", "Aktenzeichen", "Art", "Ergebnis", "Entscheidung")
    for item in check["items"]:
        entry = item["entry"] or dict.fromkeys(("at", "login", "reference", "kind", "outcome"))
        table.add_row(
            str(item["position"]), item["retrieval"], (entry["at"] or "gelöscht")[:16],
            *(escape(entry[name] or "–") for name in ("login", "reference", "kind", "outcome")), item["decision"],
        )  # fmt: skip
    console.print(table)
    if check["digest"]:
        console.print(f"Abgeschlossen. Prüfsumme des Ergebnisses: {check['digest']}", highlight=False, soft_wrap=True)
