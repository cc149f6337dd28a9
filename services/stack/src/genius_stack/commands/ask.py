# SPDX-License-Identifier: EUPL-1.2
"""`genius ask`: one question on the terminal, with citations."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from genius_stack.api import PlatformApi, http_session
from genius_stack.commands.token import fetch
from genius_stack.datadir import DataDir
from genius_stack.errors import Refused, StackError
from genius_stack.running import running_stack
from genius_stack.stackfile import StackFile

_ABSATZ = re.compile(r"^\s*\(\d+[a-z]?\)\s*")
_COMPARED_CHARS = 60


def ask(
    question: Annotated[str, typer.Argument(help="die Frage in Anführungszeichen")],
    knowledge_base: Annotated[str | None, typer.Option(help="Name einer Wissensbasis; sonst alle lesbaren")] = None,
    login: Annotated[str | None, typer.Option(help="als wer gefragt wird; sonst die erste Sachbearbeitung")] = None,
    case: Annotated[str | None, typer.Option(help="Kennung des Vorgangs; nötig unter dem Steuergeheimnis")] = None,
    data_dir: Annotated[Path, typer.Option(help="Ordner der laufenden Plattform")] = Path(".genius"),
) -> None:
    """Stellt eine Frage an die Dokumente und zeigt Antwort und Fundstellen."""
    stack = running_stack(DataDir(data_dir))
    result = asyncio.run(_ask(data_dir, stack, question, knowledge_base, login or _first_clerk(stack), case))
    show(Console(), result)


async def _ask(
    data_dir: Path, stack: StackFile, question: str, knowledge_base: str | None, login: str, case: str | None
) -> dict[str, Any]:
    token = await fetch(data_dir, login=login)
    async with http_session() as session:
        api = PlatformApi(session, stack.url, token)
        wanted: dict[str, Any] = {"question": question}
        if knowledge_base is not None:
            wanted["knowledge_bases"] = [await _find(api, knowledge_base)]
        run = await api.post("/api/v1/modules/ask-documents/runs", {"input": wanted} | ({"case": case} if case else {}))
    if run["state"] != "succeeded":
        raise StackError(f"Die Frage ließ sich nicht beantworten: {(run.get('error') or {}).get('detail', '')}")
    found: dict[str, Any] = run["result"]
    return found


async def _find(api: PlatformApi, name: str) -> str:
    items = (await api.get("/api/v1/knowledge-bases?limit=200"))["items"]
    found = next((str(item["id"]) for item in items if item["name"] == name), None)
    if found is None:
        raise Refused(f"Eine Wissensbasis „{name}“ gibt es hier nicht. Lesbar: {', '.join(i['name'] for i in items)}")
    return found


def _first_clerk(stack: StackFile) -> str:
    name = next((login.username for login in stack.logins if "sachbearbeitung" in login.roles), None)
    if name is None:
        raise Refused("Es gibt keine Beispielperson. Nennen Sie eine mit --login.")
    return name


def show(console: Console, result: dict[str, Any]) -> None:
    """Answer and places found; a passage that the answer quotes already is not repeated."""
    answer = str(result["answer"])
    _print(console, Text(answer))
    for citation in result["citations"]:
        path = " › ".join(citation.get("section_path") or []) or citation["title"]
        console.print()
        _print(console, Text.assemble((f"[{citation['number']}]", "bold"), f" {path}"))
        if _start(citation["quote"]) not in " ".join(answer.split()):
            _print(console, Text(citation["quote"]), indent=4)


def _start(quote: str) -> str:
    """The first words of a passage, without the number of its Absatz."""
    return " ".join(_ABSATZ.sub("", quote).split())[:_COMPARED_CHARS]


def _print(console: Console, text: Text, indent: int = 0) -> None:
    """Wrapped on a terminal; elsewhere one line a paragraph, so that scripts can search it."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)))
    else:
        console.print(Text(" " * indent) + text, soft_wrap=True)
