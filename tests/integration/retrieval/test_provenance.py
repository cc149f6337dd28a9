# SPDX-License-Identifier: EUPL-1.2
"""Where each passage comes from is known from its writing on, and stays so."""

import hashlib

from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload
from genius_retrieval.index.port import Access
from genius_retrieval.parsing import PARSER_VERSION

from .test_rebuild import TEXT, Shelf, rebuilder

_ORIGIN = ("version", "uploaded_by", "authority", "created_at", "knowledge_base", "original")


async def test_each_point_leads_to_who_when_what_and_how(parts: Components) -> None:
    """ING-13: source hash, uploader, authority, time and parser of every chunk; a rebuilt index changes none of it."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    document = made[0]
    before = await shelf.row(document)
    assert before.version == hashlib.sha256(f"0.txt: {TEXT}".encode()).hexdigest()
    assert (before.uploaded_by, before.authority) == (shelf.who.subject, shelf.authority)
    assert before.created_at is not None
    assert before.parser_version == PARSER_VERSION
    for _ in range(2):
        points = await shelf.points(made[-1])
        async with parts.database.transaction(shelf.owner.scope) as connection:
            home = await parts.rebuild._catalogue.find(connection, shelf.authority, None)
        assert home
        access = Access(frozenset({shelf.base}), classification=shelf.who.classification)
        chunks = await parts.index.fetch(home, list(points), access)
        assert len(chunks) == before.points > 1
        assert {(chunk.meta.document, chunk.meta.version) for chunk in chunks.values()} == {(document, before.version)}
        rebuild = rebuilder(parts)
        await rebuild.begin(shelf.owner)
        assert await rebuild.run(shelf.owner)
    after = await shelf.row(document)
    assert [getattr(after, name) for name in _ORIGIN] == [getattr(before, name) for name in _ORIGIN]


async def test_no_later_version_takes_its_place(parts: Components) -> None:
    """ING-13: a new version of the name is another document; the row of the older one keeps its origin."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    before = await shelf.row(made[0])
    newer = (await parts.documents.add_document(shelf.who, shelf.base, Upload.of("0.txt", b"Etwas anderes."))).id
    await shelf.ready(newer)
    after = await shelf.row(made[0])
    assert newer != made[0]
    assert after.superseded_by == newer
    assert [getattr(after, name) for name in _ORIGIN] == [getattr(before, name) for name in _ORIGIN]
