# SPDX-License-Identifier: EUPL-1.2
"""`genius laws`: a new version of one of the shipped laws."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from genius_stack.api import PlatformApi, http_session
from genius_stack.commands.imports import (
    KnowledgeBaseName,
    Login,
    RunningIn,
    Target,
    TokenFile,
    Url,
    find_knowledge_base,
    target_of,
)
from genius_stack.errors import LawNotUpdated
from genius_stack.imports.law_file import read_law
from genius_stack.samples.laws import NAME

app = typer.Typer(help="Gesetze: eine neue Fassung einspielen.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `update` a command of its own while it is the only one."""


@app.command()
def update(
    file: Annotated[Path, typer.Argument(help="eine Zeile JSON je § (JSON Lines)", exists=True, dir_okay=False)],
    knowledge_base: KnowledgeBaseName = NAME,
    as_of: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Stand der Fassung, statt des jüngsten eines §")
    ] = None,
    login: Login = None,
    url: Url = None,
    token_file: TokenFile = None,
    data_dir: RunningIn = Path(".genius"),
) -> None:
    """Spielt eine neue Fassung eines mitgelieferten Gesetzes ein: nur geänderte und neue §§ werden neu erfasst.

    Die bisherige Fassung bleibt für alte Fundstellen lesbar und ist als überholt gekennzeichnet. Noch einmal ausgeführt
    ändert der Befehl nichts; nach einem Abbruch macht er weiter.
    """
    target = target_of(knowledge_base, login, url, token_file, data_dir)
    law = read_law(file, as_of.date() if as_of else None)
    told = asyncio.run(_update(target, law))
    Console().print(summary(told), highlight=False, soft_wrap=True)


async def _update(target: Target, law: dict[str, Any]) -> dict[str, Any]:
    async with http_session() as session:
        api = PlatformApi(session, target.url, await target.sign_in())
        identifier = await find_knowledge_base(api, target.knowledge_base)
        told: dict[str, Any] = {}
        finished = False
        async for step in api.lines(f"/api/v1/knowledge-bases/{identifier}/imports", {"source": "gesetz", "law": law}):
            if "code" in step:
                raise LawNotUpdated(f"Das Gesetz ließ sich nicht einspielen: {step.get('detail', step['code'])}")
            finished |= bool(step.get("finished"))
            told |= step if "citation" in step else {}
    if not (finished and told):
        raise LawNotUpdated("Das Einspielen ist abgebrochen. Derselbe Befehl macht weiter.")
    return told


def summary(told: dict[str, Any]) -> str:
    """One line: which law, and what changed in it."""
    if not (told["changed"] or told["new"] or told["gone"]):
        return f"{told['citation']}: {_sections(told['same'])} unverändert"
    counted = f"{_sections(told['changed'])} geändert, {told['new']} neu, {told['gone']} entfallen"
    pieces = "1 Textstück" if told["points"] == 1 else f"{told['points']} Textstücke"
    return f"{told['citation']}: {counted}, {told['same']} unverändert ({pieces} neu erfasst)"


def _sections(number: int) -> str:
    return f"{number} §" if number == 1 else f"{number} §§"
