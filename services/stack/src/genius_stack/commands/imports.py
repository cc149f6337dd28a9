# SPDX-License-Identifier: EUPL-1.2
"""`genius import`: a folder or a ZIP into a knowledge base, as its keeper would upload it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

import typer
from rich.console import Console

from genius_stack.api import PlatformApi, http_session
from genius_stack.commands.token import fetch
from genius_stack.datadir import DataDir
from genius_stack.errors import ImportIncomplete, Refused
from genius_stack.imports.plan import Plan
from genius_stack.imports.run import FolderImport
from genius_stack.imports.shown import ImportConsole
from genius_stack.imports.source import Source, read_folder
from genius_stack.imports.uploads import Uploads
from genius_stack.imports.zipped import read_zip
from genius_stack.running import running_stack

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Target:
    """Where to and as who."""

    knowledge_base: str
    url: str
    token_file: Path | None
    login: str | None
    data_dir: Path

    async def sign_in(self) -> str:
        """A token of the local provider lives for minutes; one in a file may have been written anew."""
        if self.token_file is not None:
            return self.token_file.read_text(encoding="utf-8").strip()
        return await fetch(self.data_dir, login=self.login)


@dataclass(frozen=True, slots=True)
class _Wishes:
    dry_run: bool
    delete_missing: bool
    yes: bool
    retry_failed: bool
    parallel: int


# Who does it, and where: of every command that works through the public API.
KnowledgeBaseName = Annotated[str, typer.Option("--knowledge-base", help="Kennung oder Name der Wissensbasis")]
Login = Annotated[str | None, typer.Option(help="als welche Beispielperson (nur auf diesem Rechner)")]
Url = Annotated[str | None, typer.Option(help="Adresse der Plattform, statt --data-dir")]
TokenFile = Annotated[Path | None, typer.Option(help="Datei mit einem Zugangsschlüssel", exists=True, dir_okay=False)]
RunningIn = Annotated[Path, typer.Option(help="Ordner der laufenden Plattform")]


def import_files(
    path: Annotated[Path, typer.Argument(help="Ordner oder ZIP-Archiv", exists=True)],
    knowledge_base: KnowledgeBaseName,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="nur zeigen, was geschähe")] = False,
    delete_missing: Annotated[
        bool, typer.Option("--delete-missing", help="Dokumente löschen, zu denen es hier keine Datei gibt")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="vor dem Löschen nicht fragen")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="was früher nicht lesbar war, noch einmal hochladen")
    ] = False,
    parallel: Annotated[int, typer.Option(min=1, max=16, help="wie viele Dateien zugleich unterwegs sind")] = 4,
    login: Login = None,
    url: Url = None,
    token_file: TokenFile = None,
    data_dir: RunningIn = Path(".genius"),
) -> None:
    """Bringt Dateien in eine Wissensbasis und hält sie dort aktuell.

    Was unverändert dort ist, wird nicht noch einmal hochgeladen; eine geänderte Datei ersetzt ihren älteren Stand.
    Nach einem Abbruch macht derselbe Befehl weiter.
    """
    target = target_of(knowledge_base, login, url, token_file, data_dir)
    source = read_folder(path) if path.is_dir() else read_zip(path)
    wishes = _Wishes(dry_run, delete_missing, yes, retry_failed, parallel)
    shown = ImportConsole(Console())
    try:
        asyncio.run(_import(target, source, wishes, shown))
    except KeyboardInterrupt:
        print("Unterbrochen. Derselbe Befehl macht weiter, wo dieser aufgehört hat.")
        raise typer.Exit(_INTERRUPTED) from None


def target_of(
    knowledge_base: str, login: str | None, url: str | None, token_file: Path | None, data_dir: Path
) -> Target:
    if (login is None) == (token_file is None):
        raise typer.BadParameter("entweder --token-file (Zugangsschlüssel) oder --login (Beispielperson)")
    if url is not None and token_file is None:
        raise typer.BadParameter("zu --url gehört --token-file")
    address = url or running_stack(DataDir(data_dir)).url
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise Refused(
            f"Zu {address} ginge der Zugangsschlüssel unverschlüsselt. Bitte geben Sie eine https-Adresse an."
        )
    return Target(knowledge_base, address, token_file, login, data_dir)


async def _import(target: Target, source: Source, wishes: _Wishes, shown: ImportConsole) -> None:
    async with http_session() as session:
        api = PlatformApi(session, target.url, await target.sign_in())
        uploads = Uploads(api, await find_knowledge_base(api, target.knowledge_base), target.sign_in)
        work = FolderImport(source, uploads, wishes.parallel, shown.step)
        made: Plan | None = None
        try:
            made = await work.prepare(retry_failed=wishes.retry_failed)
            if not wishes.dry_run:
                await work.carry_out(made)
                if wishes.delete_missing and made.missing:
                    shown.end()
                    await _delete(work, made, source, wishes, shown)
        finally:
            shown.end()
            if made is not None and wishes.dry_run:
                shown.planned(made, source, wishes.delete_missing)
                shown.failed(work.summary.failed)
            else:
                shown.summary(work.summary, made, source, wishes.delete_missing)
    if work.summary.failed:
        raise ImportIncomplete(f"{len(work.summary.failed)} Dateien sind nicht in der Wissensbasis.")


async def _delete(work: FolderImport, made: Plan, source: Source, wishes: _Wishes, shown: ImportConsole) -> None:
    """Raises: Refused where a fault on this side would look like files that are gone."""
    if work.summary.failed or not source.entries:
        raise Refused("Es wird nichts gelöscht, solange Dateien scheitern oder der Ordner leer ist.")
    shown.missing(made)
    if wishes.yes or typer.confirm("Diese Dokumente endgültig löschen?"):
        await work.remove(made.missing)


async def find_knowledge_base(api: PlatformApi, wanted: str) -> UUID:
    """By id, or by its name among those that the caller may read. Raises: Refused."""
    try:
        return UUID(wanted)
    except ValueError:
        items = (await api.get("/api/v1/knowledge-bases?limit=200"))["items"]
    found = [UUID(item["id"]) for item in items if item["name"] == wanted]
    if len(found) != 1:
        names = ", ".join(sorted(item["name"] for item in items))
        reason = "gibt es mehrfach; nennen Sie die Kennung" if found else f"gibt es hier nicht. Lesbar: {names}"
        raise Refused(f"Eine Wissensbasis „{wanted}“ {reason}.")
    return found[0]
