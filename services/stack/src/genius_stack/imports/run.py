# SPDX-License-Identifier: EUPL-1.2
"""Carries out an import. Nothing is noted here: what the knowledge base holds says where it goes on."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from genius_common.contracts.retrieval import DocumentState
from genius_stack.errors import PlatformRefused, StackError
from genius_stack.imports.plan import Local, Plan, plan
from genius_stack.imports.source import Entry, NotTaken, Source
from genius_stack.imports.uploads import Uploads

T = TypeVar("T")
R = TypeVar("R")
Step = Callable[[str, int, int, str], None]
"""Stage, how many are done, of how many, the last one's name."""
DUPLICATE = "duplicate"
_THE_FILE = {400, 409, 413, 415, 422}
"""Answers that are about this file; any other ends the import."""


@dataclass(slots=True)
class Summary:
    """What became of the files, by the names of their documents."""

    ready: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    duplicate: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


class FolderImport:
    """One run over `source`: `prepare` reads, compares and changes nothing, `carry_out` does the plan."""

    def __init__(self, source: Source, uploads: Uploads, parallel: int, step: Step) -> None:
        self.summary = Summary(failed=list(source.refused))
        self._source = source
        self._entries = {entry.name: entry for entry in source.entries}
        self._uploads = uploads
        self._parallel = parallel
        self._step = step
        self._documents: list[DocumentState] = []

    async def prepare(self, *, retry_failed: bool) -> Plan:
        """What is to be done, by the content of every file."""
        files = await self._each("Dateien prüfen", self._source.entries, self._local, lambda entry: entry.name)
        self._documents = await self._uploads.documents()
        made = plan([file for file in files if file], self._documents, retry_failed=retry_failed)
        self.summary.failed += [(file.name, _reason(document)) for file, document in made.failed]
        return made

    async def carry_out(self, made: Plan) -> None:
        """Send and wait; answers when every file is ready, there or failed. `summary` grows meanwhile."""
        for document in made.again:
            await self._uploads.remove(document)
        self.summary.unchanged += [file.name for file in made.unchanged]
        self.summary.duplicate += made.elsewhere
        for todo in made.rounds:
            await self._each("Hochladen", todo, self._send, lambda file: file.name)
        await self._await_others()

    async def remove(self, documents: Iterable[DocumentState]) -> None:
        for document in documents:
            await self._uploads.remove(document)
            self.summary.removed.append(document.name)

    async def _await_others(self) -> None:
        """Documents of an earlier run that were being read when this one began."""
        wanted = {*self.summary.unchanged, *(name for _, name in self.summary.duplicate)}
        unfinished = [d for d in self._documents if d.name in wanted and d.state not in {"ready", "failed"}]
        for document in await self._each("Einlesen", unfinished, self._uploads.ended, lambda document: document.name):
            if document.state == "failed":
                self.summary.unchanged = [name for name in self.summary.unchanged if name != document.name]
                self.summary.failed.append((document.name, _reason(document)))

    async def _local(self, entry: Entry) -> Local | None:
        try:
            content = await asyncio.to_thread(entry.read)
        except NotTaken as reason:
            self.summary.failed.append((entry.name, str(reason)))
            return None
        return Local(entry.name, await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest()))

    async def _send(self, file: Local) -> None:
        try:
            content = await asyncio.to_thread(self._entries[file.name].read)
            document = await self._uploads.send(file.name, content)
        except NotTaken as reason:
            self.summary.failed.append((file.name, str(reason)))
        except PlatformRefused as refused:
            if refused.status not in _THE_FILE:
                raise
            self.summary.failed.append((file.name, refused.detail))
        else:
            self._note(file.name, document)

    def _note(self, name: str, document: DocumentState) -> None:
        if document.state == "failed":
            self.summary.failed.append((name, _reason(document)))
        elif any(warning.code == DUPLICATE for warning in document.warnings) and document.name != name:
            self.summary.duplicate.append((name, document.name))
        else:
            self.summary.ready.append(name)

    async def _each(
        self, stage: str, items: Iterable[T], work: Callable[[T], Awaitable[R]], name: Callable[[T], str]
    ) -> list[R]:
        """The results, in the order in which they came, of `parallel` at a time; the first fault ends the others."""
        todo = list(items)
        waiting, results = iter(todo), list[R]()

        async def worker() -> None:
            for item in waiting:
                results.append(await work(item))
                self._step(stage, len(results), len(todo), name(item))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._parallel, len(todo))):
                    group.create_task(worker())
        except* (StackError, OSError) as faults:
            raise _first(faults) from None
        return results


def _first(faults: BaseExceptionGroup[Exception]) -> Exception:
    found = faults.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found


def _reason(document: DocumentState) -> str:
    return document.reason.detail if document.reason else "Die Plattform nennt keinen Grund."
