# SPDX-License-Identifier: EUPL-1.2
"""The person's own copy (Art. 15(3), 20 GDPR): for machines by the record of tables, for people as texts and originals.

LIESMICH.txt · daten/<authority>/<table>.ndjson · gespraeche/<authority>/….txt · dateien/<authority>/<id>/<name> ·
wissensbasen/<authority>/<id>/<document>/<name>
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from genius_common.crypto import Undecryptable
from genius_common.database import Database, RowScope
from genius_common.errors import NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_common.processing import Table
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.persons.archive import Archive
from genius_gateway.persons.data import EXPORTED, NOBODY, UNREADABLE, Reader, tables_in
from genius_gateway.persons.leaving import EVERYTHING, WITHHELD, Leaving
from genius_gateway.persons.record import RECORD
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.tokens.minter import TokenMinter

_SHORT = text("SELECT short FROM authorities WHERE id = :id")
_BASES = text("SELECT id FROM knowledge_bases WHERE owner_person = :person ORDER BY id")
_SHARED = text("SELECT * FROM knowledge_bases WHERE authority = :authority AND owner_kind <> 'person' ORDER BY id")
_UNSAFE = re.compile(r"[^\w .()+-]+")
_NAME_CHARS = 100
_CHUNK = 64 * 1024
_SILENCE_S = 60.0
_TABLES = {table.name: table for table in RECORD}
_SCOPES = ("files.read", "documents.read")
_NOT_READABLE = "[Diese Nachricht lässt sich nicht mehr entschlüsseln.]"
_LOCKED = "document_quarantined"
_NO_ORIGINAL = "Das Original dieser Datei ist nicht mehr lesbar. Bitte verständigen Sie den Betrieb."
_README = """Ihre Daten bei Genius
=====================

Stand: {at}
Pseudonym: {person}

Diese Datei enthält alles, was die Plattform über Sie speichert (Artikel 15 Absatz 3 DSGVO).

daten/          jede Zeile Ihrer Daten, eine JSON-Zeile je Eintrag, getrennt nach Behörde und Art
gespraeche/     Ihre Gespräche als Text
dateien/        Dateien, die Sie hochgeladen haben, im Original, mit ihrem Zustand (JSON)
wissensbasen/   Dokumente Ihrer eigenen Wissensbasen im Original

Jeder Eintrag nennt seine Schutzklasse. Inhalte über der Klasse, bis zu der heruntergeladen werden darf, fehlen; an
ihrer Stelle steht „nicht_enthalten“ mit dem Grund. Lesen können Sie sie weiterhin in Genius.

Zweck, Rechtsgrundlage und Dauer der Speicherung stehen auf der Seite „Meine Daten“.
Was sich nicht mehr entschlüsseln lässt, steht in der Zeile unter „nicht_lesbar“ (mit dem Namen des Feldes).
Nicht enthalten: Zugangsnachweise, Schlüssel, Suchwörter (nur verschlüsselt vorhanden), Pseudonyme anderer Personen,
Dokumente gemeinsamer Wissensbasen (sie gehören der Behörde). Kennwörter führt der Verzeichnisdienst.
"""


class DataExport:
    """`stream(principal, at)`: the whole archive, in the order in which it is read."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        authorities: AuthorityRepository,
        files: RetrievalFiles,
        minter: TokenMinter,
        retrieval: ServiceClient,
        leaving: Leaving,
    ) -> None:
        self._leaving = leaving
        self._database = database
        self._reader = reader
        self._authorities = authorities
        self._files = files
        self._minter = minter
        self._retrieval = retrieval

    async def stream(self, person: UUID, at: str) -> AsyncIterator[bytes]:
        """What can't be decrypted is named in its place.

        Raises PlatformError in the middle where a store can't be read: better broken off than incomplete.
        """
        archive = Archive()
        async for name, content in self._members(person, at):
            async for data in archive.add(name, content):
                yield data
        for data in archive.close():
            yield data

    async def _members(self, person: UUID, at: str) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        yield "LIESMICH.txt", _whole(_README.format(at=at, person=person).encode())
        async for member in self._tables(person, None, "person", self._leaving):
            yield member
        for authority in await self._authorities.ids():
            async with self._database.transaction(RowScope()) as connection:
                short = str((await connection.execute(_SHORT, {"id": authority})).scalar_one())
            async for member in self.of_authority(person, authority, short, self._leaving):
                yield member

    async def of_authority(
        self, person: UUID, authority: UUID, short: str, leaving: Leaving = EVERYTHING
    ) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        """What the person has in one authority; `short` is the folder below those of each kind.

        An authority's sealed archive takes everything, whatever its class; the person's own copy what may leave.
        """
        async for member in self._tables(person, authority, short, leaving):
            yield member
        async for conversation in self._rows(_TABLES["conversations"], person, authority, leaving):
            title = safe(conversation.get("title") or "Gespräch")
            name = f"gespraeche/{short}/{conversation['created_at'][:10]} {title} {str(conversation['id'])[:8]}.txt"
            yield name, self._transcript(person, authority, conversation, leaving)
        principal = self._files.principal(authority, person, *_SCOPES)
        async for state in self._listed(principal, "/files"):
            async for member in self._original(principal, "/files", f"dateien/{short}", state, leaving):
                yield member
        async with self._database.transaction(RowScope(authority=authority, person=person)) as connection:
            bases = list((await connection.execute(_BASES, {"person": person})).scalars())
        reading = replace(principal, knowledge_bases=frozenset(bases))
        for base in bases:
            async for member in self._documents(reading, base, f"wissensbasen/{short}/{base}", leaving):
                yield member

    async def shared_knowledge(self, authority: UUID) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        """Names and documents of the knowledge bases of an authority and its units, for its archive."""
        async with self._database.transaction(RowScope(authority=authority, wide="whole")) as connection:
            rows = (await connection.execute(_SHARED, {"authority": authority})).mappings().all()
            opened = await self._reader.opened(connection, _TABLES["knowledge_bases"], [dict(row) for row in rows])
        for row in opened:
            folder = f"wissensbasen/{row['id']}"
            yield f"{folder}.json", _whole(orjson.dumps(row))
            reading = replace(
                self._files.principal(authority, NOBODY, *_SCOPES), knowledge_bases=frozenset({row["id"]})
            )
            async for member in self._documents(reading, row["id"], folder):
                yield member

    async def _documents(
        self, principal: Principal, base: UUID, folder: str, leaving: Leaving = EVERYTHING
    ) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        async for state in self._listed(principal, f"/knowledge-bases/{base}/documents", superseded="true"):
            async for member in self._original(principal, "/documents", folder, state, leaving):
                yield member

    async def _tables(
        self, person: UUID, authority: UUID | None, folder: str, leaving: Leaving
    ) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        for table in tables_in(EXPORTED, authority):
            rows = self._rows(table, person, authority, leaving)
            first = await anext(rows, None)
            if first is not None:
                yield f"daten/{folder}/{table.name}.ndjson", _lines(first, rows)

    async def _rows(
        self, table: Table, person: UUID, authority: UUID | None, leaving: Leaving, **only: Any
    ) -> AsyncIterator[dict[str, Any]]:
        rows = self._reader.rows(table, person, authority, naming=not leaving.whole, **only)
        async for row in leaving.cut(self._database, table, rows, person, authority):
            yield row

    async def _transcript(
        self, person: UUID, authority: UUID, conversation: dict[str, Any], leaving: Leaving
    ) -> AsyncIterator[bytes]:
        label = conversation["protection_class"].capitalize()
        yield f"{conversation.get('title') or 'Gespräch'}\nSchutzklasse: {label}\n\n".encode()
        chosen = {"conversation": conversation["id"]}
        async for message in self._rows(_TABLES["messages"], person, authority, leaving, **chosen):
            who = "Sie" if message["role"] == "user" else "Genius"
            said = _NOT_READABLE if UNREADABLE in message else (message.get("content") or {}).get("text")
            label = message["protection_class"].capitalize()
            said = message.get(WITHHELD) or said
            yield f"{who}, {message['created_at'][:16]}, Schutzklasse: {label}\n{said}\n\n".encode()

    async def _listed(self, principal: Principal, path: str, **only: str) -> AsyncIterator[dict[str, Any]]:
        after: str | None = None
        while True:
            params = {"limit": "200", **only} | ({"after": after} if after else {})
            page = await self._retrieval.json("GET", path, token=self._token(principal), params=params)
            for state in page["items"]:
                yield state
            after = page.get("next")
            if after is None:
                return

    async def _original(
        self, principal: Principal, path: str, folder: str, state: dict[str, Any], leaving: Leaving
    ) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        if leaving.whole and state["unreadable"]:
            raise Undecryptable
        place = f"{folder}/{state['id']}"
        if note := leaving.note(state["protection_class"]):
            yield f"{place}.json", _whole(orjson.dumps({**state, WITHHELD: note}))
            return
        yield f"{place}.json", _whole(orjson.dumps(state))
        content = self._content(principal, f"{path}/{state['id']}/content")
        try:
            first = await anext(content, b"")
        except PlatformError as error:
            if error.code == Undecryptable.code and not leaving.whole:
                yield f"{place}/NICHT-LESBAR.txt", _whole(_NO_ORIGINAL.encode())
            elif error.code == _LOCKED and not leaving.whole:
                yield f"{place}/GESPERRT.txt", _whole(error.detail.encode())
            elif state["state"] != "failed" or error.status != NotFound.status:
                raise  # a refused upload was not kept; its state says why
            return
        yield f"{place}/{safe(state['name'])}", _after(first, content)

    async def _content(self, principal: Principal, path: str) -> AsyncIterator[bytes]:
        token = self._token(principal)
        async with self._retrieval.stream("GET", path, token=token, read_timeout=_SILENCE_S) as response:
            async for chunk in response.content.iter_chunked(_CHUNK):
                yield chunk

    def _token(self, principal: Principal) -> str:
        """Asked for at each call: an export may take longer than a token lives."""
        return self._minter.for_inner(principal, "retrieval", _SCOPES, knowledge_bases=principal.knowledge_bases)


def safe(name: str) -> str:
    """A name of a file that no system takes for a path (no separator, no control character, no dot in front)."""
    return _UNSAFE.sub("_", name).lstrip(" .")[:_NAME_CHARS].rstrip(" .") or "ohne Namen"


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _lines(first: dict[str, Any], rows: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    yield orjson.dumps(first) + b"\n"
    async for row in rows:
        yield orjson.dumps(row) + b"\n"
