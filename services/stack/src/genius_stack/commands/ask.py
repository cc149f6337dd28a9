# SPDX-License-Identifier: EUPL-1.2
"""`genius ask`: one question on the terminal, with citations."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from genius_stack.api import PlatformApi, http_session, local_token
from genius_stack.datadir import DataDir
from genius_stack.errors import Refused, StackError
from genius_stack.secrets import load_secrets
from genius_stack.stackfile import StackFile, read_stack_file


def ask(
    question: Annotated[str, typer.Argument(help="die Frage in Anführungszeichen")],
    knowledge_base: Annotated[str | None, typer.Option(help="Name einer Wissensbasis; sonst alle lesbaren")] = None,
    login: Annotated[str | None, typer.Option(help="als wer gefragt wird; sonst die erste Sachbearbeitung")] = None,
    data_dir: Annotated[Path, typer.Option(help="Ordner der laufenden Plattform")] = Path(".genius"),
) -> None:
    """Stellt eine Frage an die Dokumente und zeigt Antwort und Fundstellen."""
    data = DataDir(data_dir)
    stack = read_stack_file(data.stack_file)
    result = asyncio.run(_ask(data, stack, question, knowledge_base, login or _first_clerk(stack)))
    _show(Console(), result)


async def _ask(
    data: DataDir, stack: StackFile, question: str, knowledge_base: str | None, login: str
) -> dict[str, Any]:
    async with http_session() as session:
        token = await local_token(session, stack.issuer, load_secrets(data.secrets).local_token, login=login)
        api = PlatformApi(session, stack.url, token)
        wanted: dict[str, Any] = {"question": question}
        if knowledge_base is not None:
            wanted["knowledge_bases"] = [await _find(api, knowledge_base)]
        run = await api.post("/api/v1/modules/ask-documents/runs", {"input": wanted})
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


def _show(console: Console, result: dict[str, Any]) -> None:
    console.print(escape(result["answer"]))
    for citation in result["citations"]:
        path = " › ".join(citation.get("section_path") or []) or citation["title"]
        console.print(f"\n[bold]\\[{citation['number']}][/bold] {escape(path)}", highlight=False)
        console.print(f"    {escape(citation['quote'])}", highlight=False)
