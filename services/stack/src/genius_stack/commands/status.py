# SPDX-License-Identifier: EUPL-1.2
"""`genius status`: state of each service."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import aiohttp
import orjson
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from genius_stack.api import http_session
from genius_stack.datadir import DataDir
from genius_stack.running import running_stack
from genius_stack.samples.people import ROLE_NAMES
from genius_stack.stackfile import ServiceEntry, StackFile

State = Literal["ok", "degraded", "down"]
WORDS: dict[str, str] = {"ok": "läuft", "degraded": "läuft eingeschränkt", "down": "läuft nicht"}
_CHECKS = {
    "model": "Sprachmodell",
    "postgresql": "Datenbank",
    "database": "Datenbank",
    "identity": "Anmeldedienst",
    "index": "Suchindex",
    "qdrant": "Qdrant-Server",
    "ingestion": "Einlesen von Dokumenten",
    "parsers": "Abschottung der Parser",
}
_CONDITIONS = {"degraded": "eingeschränkt", "down": "nicht erreichbar"}


class ServiceStatus(BaseModel):
    """`checks` are the service's own words about what it depends on; `memory_mb` is proportional (PSS).

    `engine` names what the search index runs on, empty for services without one.
    """

    name: str
    state: State
    pid: int | None
    memory_mb: int | None
    checks: dict[str, str]
    engine: str = ""


def status(
    data_dir: Annotated[Path, typer.Option(help="Ordner der laufenden Plattform")] = Path(".genius"),
    as_json: Annotated[bool, typer.Option("--json", help="als JSON")] = False,
) -> None:
    """Zeigt, was läuft. Endet mit 9, wenn ein Dienst fehlt."""
    data = DataDir(data_dir)
    stack = running_stack(data)
    found = asyncio.run(services(stack))
    if as_json:
        print(orjson.dumps({"url": stack.url, "services": [s.model_dump() for s in found]}).decode())
    else:
        _show(data, stack, found)
    if any(service.state == "down" for service in found):
        raise typer.Exit(9)


async def services(stack: StackFile) -> list[ServiceStatus]:
    """Ask every service, all at once."""
    async with http_session() as session:
        return list(await asyncio.gather(*(_ask(session, name, entry) for name, entry in stack.services.items())))


async def _ask(session: aiohttp.ClientSession, name: str, entry: ServiceEntry) -> ServiceStatus:
    alive = _alive(entry.pid)
    state: State = "ok" if alive else "down"
    checks: dict[str, str] = {}
    engine = ""
    if alive and entry.url.startswith("http"):
        path = "/api/v1/health/ready" if name == "gateway" else "/health/ready"
        try:
            async with session.get(entry.url + path, timeout=aiohttp.ClientTimeout(total=5)) as response:
                answer = orjson.loads(await response.read())
                checks = {key: str(value) for key, value in answer.get("checks", {}).items()}
                engine = str(answer.get("engine", ""))
                state = _state(response.status, str(answer.get("status")))
        except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError):
            state = "down"
    return ServiceStatus(
        name=name, state=state, pid=entry.pid, memory_mb=memory_mb(entry.pid), checks=checks, engine=engine
    )


def _alive(pid: int | None) -> bool:
    return pid is not None and Path(f"/proc/{pid}").exists()


def _state(http_status: int, said: str) -> State:
    if http_status != 200 or said == "down":
        return "down"
    return "degraded" if said == "degraded" else "ok"


def memory_mb(pid: int | None) -> int | None:
    """Proportional memory of a process and its children in MB; None where /proc does not tell."""
    if pid is None:
        return None
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        pages = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in (pid, *children)]
    except OSError:
        return None
    lines = (line for page in pages for line in page.splitlines() if line.startswith("Pss:"))
    return sum(int(line.split()[1]) for line in lines) // 1024


def hints(service: ServiceStatus) -> str:
    """What a service misses, in words; empty where all is well."""
    found = []
    for name, condition in service.checks.items():
        if (name, condition) == ("model", "degraded"):
            found.append("kein Sprachmodell verbunden")
        elif condition != "ok":
            found.append(f"{_CHECKS.get(name, name)} {_CONDITIONS.get(condition, condition)}")
    return ", ".join(found)


def _show(data: DataDir, stack: StackFile, found: list[ServiceStatus]) -> None:
    console = Console()
    table = Table(title=f"Genius: {stack.url}", title_justify="left", show_footer=True)
    total = f"{sum(service.memory_mb or 0 for service in found)} MB"
    for column, footer in (
        ("Dienst", "zusammen"),
        ("Zustand", ""),
        ("Prozess", ""),
        ("Speicher", total),
        ("Hinweis", ""),
    ):
        table.add_column(column, footer, justify="right" if column in {"Prozess", "Speicher"} else "left")
    for service in found:
        memory = f"{service.memory_mb} MB" if service.memory_mb is not None else ""
        table.add_row(service.name, WORDS[service.state], str(service.pid or ""), memory, escape(hints(service)))
    console.print(table)
    if not stack.logins:
        return
    logins = Table(title="Beispielzugänge", title_justify="left")
    for column in ("Anmeldename", "Rollen", "Behörde"):
        logins.add_column(column, overflow="fold")
    for login in stack.logins:
        roles = ", ".join(ROLE_NAMES.get(role, role) for role in login.roles)
        logins.add_row(login.username, roles, login.authority or "–")
    console.print(logins)
    console.print(Text(f"Die Passwörter stehen auf der Anmeldeseite und in {data.stack_file}."), soft_wrap=True)
