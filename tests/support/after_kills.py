# SPDX-License-Identifier: EUPL-1.2
"""What has to hold after the retrieval service was killed (ING-10): a glance at each start, in the end everything."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from genius_common.database import RowScope
from genius_retrieval.app import build
from genius_retrieval.components import Components
from genius_retrieval.ingest.owners import CollectionOwner
from genius_retrieval.ingest.reconcile import Reconciled, Reconciler
from tests.support.clerks import Desk, Sent
from tests.support.postgres import TestPostgres
from tests.support.retrieval import RetrievalService
from tests.support.sent_files import WORD

SETTLED_S = 120.0
Row = dict[str, Any]


@dataclass
class Inspection:
    """`left`: objects that kills left without a row, as far as they were counted."""

    desk: Desk
    service: RetrievalService
    postgres: TestPostgres
    temporary: Path
    left: int = 0
    ended: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._engine = sa.create_engine(self.postgres.superuser_url(self.service.owner_url))

    def close(self) -> None:
        self._engine.dispose()

    def at_start(self) -> None:
        """What was told is there, once; a search finds nothing that is gone, and no passage twice."""
        with self.desk.who() as client:
            self.desk.ledger.look(self._rows(client))
            self.desk.glance(client)

    def settled(self) -> None:
        """Until nothing is on its way any more."""
        end = time.monotonic() + SETTLED_S
        while waiting := self.waiting():
            assert time.monotonic() < end, f"still at work after {SETTLED_S} s: {waiting}"
            time.sleep(0.05)

    def waiting(self) -> list[tuple[str, int]]:
        """Jobs that are not done and collections in the making, by state."""
        jobs = self._sql("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        assert all(status != "failed" for status, _ in jobs), f"a job gave up: {jobs}"
        return jobs + self._sql("SELECT state, count(*) FROM collections WHERE state <> 'active' GROUP BY 1")

    async def whole(self) -> None:
        """Everything, document by document, then store by store. The service runs before and is stopped after it."""
        desk = self.desk
        if desk.ledger.laws and not desk.ledger.laws[-1].told:
            desk.law_again()
        self.settled()
        with desk.who() as client:
            rows = self._rows(client)
            desk.ledger.look(rows)
            current = self._states(rows)
            self._searchable(client, current)
            over = [identifier for identifier, row in rows.items() if row["superseded_by"]]
            if over:
                assert not _hits(client, WORD, over), "a superseded document is found"
            self._law(client)
        left = sorted(path.name for path in self.temporary.iterdir())
        assert not left, f"temporary files are left: {left}"
        self.service.kill()
        async with AsyncExitStack() as stack:
            await self._stores(await build(self.service.settings(), stack, works=True))
        self._files()

    def _states(self, rows: dict[str, Row]) -> list[Sent]:
        """Each upload ready or failed as it must be, and of each name the latest one holds; answers what is current."""
        sent = [one for one in self.desk.ledger.sent if not one.deleted]
        for one in sent:
            row = rows[one.id or ""]
            ended = row["state"], (row["reason"] or {}).get("code")
            wanted = [("failed", "broken")] if one.file.fails else [("ready", None)]
            assert ended in wanted, f"{one.name} ended as {ended}"
            self.ended[row["state"]] += 1
        good = [one for one in sent if not one.file.fails]
        current = [one for one in good if not rows[one.id or ""]["superseded_by"]]
        names = [one.name for one in current]
        assert len(names) == len(set(names)), f"two versions of one name hold: {sorted(names)}"
        for one in current:
            later = [other.name for other in good[good.index(one) + 1 :] if other.name == one.name]
            assert not later, f"{one.name}: an older version holds"
        named = {one.replaces for one in self.desk.ledger.sent if one.replaces}
        for one in good:
            follow = [other for other in self.desk.ledger.sent if other.name == one.name]
            if one not in current and one is follow[-1]:
                assert one.id in named, f"{one.name}: the latest version does not hold"
        for one in good:
            if one.replaces in rows:
                assert rows[one.replaces]["superseded_by"], f"{one.name}: what it replaces still holds"
        return current

    def _searchable(self, client: Any, current: list[Sent]) -> None:
        """Each line of each current document is found, in as many hits as there are points, and no place twice."""
        points = dict(self._sql("SELECT id::text, points FROM documents"))
        for one in current:
            assert one.id
            hits = _hits(client, f"{WORD} {one.file.mark}", [one.id])
            places = [hit["char_from"] for hit in hits]
            assert len(set(places)) == len(places) == points[one.id] > 0, f"{one.name}: {len(hits)} of {points[one.id]}"
            text = " ".join(hit["text"] for hit in hits)
            assert one.file.suffix == "png" or one.file.mark in text
            missing = {line for line in one.file.lines if line not in text}
            assert not missing, f"{one.name}: not found: {sorted(missing)}"

    def _law(self, client: Any) -> None:
        """One version of the law holds, the one that came last, and it alone is found."""
        laws = self.desk.ledger.laws
        if not laws:
            return
        rows = client.get(self.desk.laws.documents).json()["items"]
        assert [(row["state"], row["as_of"]) for row in rows] == [("ready", laws[-1].law.as_of.isoformat())], rows
        for law in laws:
            hits = _hits(client, law.mark, [rows[0]["id"]])
            found = sum(law.mark in hit["text"] for hit in hits)
            wanted = sum(law.mark in section.text for section in law.law.sections) if law is laws[-1] else 0
            assert found == wanted, f"{law.mark} is found in {found} §§ instead of {wanted}"

    async def _stores(self, parts: Components) -> None:
        """BAK-02: rows, points and objects agree; what a cut law left has no row, is found by nobody, and goes."""
        stored, catalogue = parts.rebuild._points, parts.rebuild._catalogue
        compare = Reconciler(
            parts.database, catalogue, parts.index, stored._objects, stored, parts.queue, 0.0, timedelta(days=-1)
        )
        found = await compare.run()
        assert (found.restored, found.reread, found.lost) == (0, 0, 0), found
        assert found.removed <= sum(law.cut for law in self.desk.ledger.laws), found
        self.left += found.objects
        assert await compare.run() == Reconciled()
        owner = CollectionOwner(self.desk.office.authority)
        async with parts.database.transaction(RowScope(authority=owner.authority)) as connection:
            held = await catalogue.ids_by_state(connection, owner.authority, None)
        rows = self._sql("SELECT sum(points) FROM documents WHERE state = 'ready' AND superseded_by IS NULL")
        assert await parts.index.count(held["active"]) == (rows[0][0] or 0), "points that belong to no document"

    def _files(self) -> None:
        """No file in the object store that no row names, no folder of the index that is not in use."""
        data = self.service.data_dir / "data"
        named = self._sql("SELECT unnest(array_remove(ARRAY[original, canonical], NULL))::text FROM documents")
        files = {path.name for path in (data / "objects").rglob("*") if path.is_file()}
        wanted = {UUID(name).hex for (name,) in named}
        assert files == wanted, f"objects: strange {sorted(files - wanted)}, missing {sorted(wanted - files)}"
        collections = {name for (name,) in self._sql("SELECT id::text FROM collections")}
        folders = sorted(path.name for path in (data / "index").iterdir())
        assert len(folders) <= len(collections), folders
        assert {name[:36] for name in folders} <= collections, folders

    def _rows(self, client: Any) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        after: dict[str, str] = {}
        while True:
            params = {"limit": 200, "superseded": True, **after}
            page = client.get(self.desk.office.documents, params=params).raise_for_status().json()
            rows |= {row["id"]: row for row in page["items"]}
            if not page["next"]:
                break
            after = {"after": page["next"]}
        # The API names a successor only as long as that is there.
        over = dict(self._sql("SELECT id::text, superseded_by::text FROM documents"))
        return {identifier: row | {"superseded_by": over[identifier]} for identifier, row in rows.items()}

    def _sql(self, query: str) -> list[Any]:
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]


def _hits(client: Any, query: str, documents: list[str]) -> list[Row]:
    answer = client.post("/search", json={"query": query, "documents": documents, "limit": 50})
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["hits"]
    return found
