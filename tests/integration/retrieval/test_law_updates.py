# SPDX-License-Identifier: EUPL-1.2
"""New versions of a law, with the real database and index in this process."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from genius_common.contracts.laws import LawText
from genius_common.contracts.retrieval import Hit, SearchRequest
from genius_common.database import RowScope
from genius_common.errors import InvalidInput
from genius_common.principal import Principal, ProtectionClass
from genius_retrieval.components import Components
from genius_retrieval.documents.content import Wanted
from genius_retrieval.ingest.owners import CollectionOwner
from genius_retrieval.ingest.rebuild import Rebuild
from genius_retrieval.laws.versions import handed_in
from tests.support.laws import Section, amended, longer, shipped
from tests.support.retrieval import Office, RetrievalService, principal

WORD = "Quellwasserschutzzone"


@pytest.fixture(scope="module")
def wogg() -> LawText:
    return shipped("WoGG")


class Base:
    """A tenant-wide knowledge base, its operator, and somebody who reads it."""

    def __init__(self, parts: Components) -> None:
        self.parts, self.id = parts, uuid4()
        own = frozenset({self.id})
        self.operator = principal(None, knowledge_bases=own, writable_knowledge_bases=own)
        self.reader: Principal = principal(uuid4(), knowledge_bases=own)
        self.seen: dict[UUID, Hit] = {}

    async def set_up(self) -> Base:
        await self.parts.knowledge_bases.put(self.operator, self.id, None, ProtectionClass.OFFEN)
        return self

    async def update(self, law: LawText) -> dict[str, Any]:
        row = await self.parts.laws.start(self.operator, self.id)
        steps = [step async for step in self.parts.laws.run(self.operator, row, handed_in(law))]
        assert steps[-1]["finished"]
        return steps[0]

    async def hits(self, query: str, limit: int = 20) -> list[Hit]:
        return (await self.parts.search.search(self.reader, SearchRequest(query=query, limit=limit))).hits

    async def points(self) -> dict[UUID, int]:
        async with self.parts.database.transaction(RowScope(tenant_wide=True)) as connection:
            homes = await self.parts.rebuild._catalogue.homes(connection, None, self.id)
        return await self.parts.index.documents(homes.active.id)

    async def whole(self, hits: list[Hit]) -> None:
        """Each hit is of one version that holds, and what it cites stands there."""
        assert len({hit.document for hit in hits}) == 1
        for hit in hits:
            text = await self.parts.content.text(
                self.reader, hit.document, "document", Wanted(hit.char_from, hit.char_to)
            )
            assert text.text == hit.text


@pytest.fixture
async def base(parts: Components) -> Base:
    return await Base(parts).set_up()


def places(hits: list[Hit]) -> set[tuple[UUID, str | None]]:
    return {(hit.document, hit.source_id) for hit in hits}


def numbers(step: dict[str, Any]) -> tuple[int, ...]:
    return tuple(step[name] for name in ("changed", "new", "gone", "same"))


async def test_an_update_writes_what_changed_and_nothing_else(base: Base, wogg: LawText) -> None:
    """ING-10: two §§ changed, one new, one gone: their points are written, all other points stay where they are."""
    assert numbers(await base.update(wogg)) == (0, 53, 0, 0)
    before = await base.points()
    old = await base.hits("Wie lange wird Wohngeld in der Regel bewilligt?")

    def change(sections: list[Section]) -> None:
        longer(2, f"Die {WORD} gilt.")(sections)
        longer(30, f"Auch hier gilt die {WORD}.")(sections)
        del sections[40]
        sections.append({**sections[0], "id": f"{wogg.bjnr}/0999", "number": "§ 999", "text": f"Neu: {WORD}."})

    later = amended(wogg, change)
    told = await base.update(later)
    assert numbers(told) == (2, 1, 1, 50)
    assert 3 <= told["points"] <= 6
    after = await base.points()
    assert len(after) == 1
    assert abs(sum(after.values()) - sum(before.values())) <= 2
    assert numbers(await base.update(later)) == (0, 0, 0, 53), "a second time nothing happens"
    new = await base.hits("Wie lange wird Wohngeld in der Regel bewilligt?")
    assert {hit.as_of for hit in new} == {later.as_of}
    was = {hit.text: hit.char_from for hit in old}
    moved = [hit for hit in new if hit.text in was]
    assert len(moved) > 10
    assert any(hit.char_from != was[hit.text] for hit in moved)
    await base.whole(new)
    assert len([hit for hit in await base.hits(WORD) if WORD in hit.text]) == 3
    await base.whole(await base.hits(WORD))


async def test_old_citations_open_the_old_text_and_say_so(base: Base, wogg: LawText) -> None:
    """DSG-08: the version that was cited stays as it was, marked as superseded by the one that holds."""
    await base.update(wogg)
    cited = (await base.hits("Wie lange wird Wohngeld in der Regel bewilligt?"))[0]
    position = next(n for n, item in enumerate(wogg.sections) if item.id == cited.source_id)
    await base.update(amended(wogg, longer(position, f"{WORD}.")))
    text = await base.parts.content.text(
        base.reader, cited.document, "document", Wanted(cited.char_from, cited.char_to)
    )
    assert text.text == cited.text
    state = await base.parts.documents.state(base.reader, cited.document, "document")
    current = (await base.hits(WORD))[0]
    assert state.superseded_by is not None
    assert (state.superseded_by.document, state.as_of) == (current.document, wogg.as_of)
    assert current.document != cited.document
    assert (await base.parts.knowledge_bases.counts(base.operator, base.id)).documents == 1


async def test_a_version_that_returns_holds_again(base: Base, wogg: LawText) -> None:
    """DSG-08: an amendment that is taken back; each time the law changes, the older one is superseded."""
    law = wogg.model_copy(update={"sections": wogg.sections[:5]})
    later = amended(law, longer(1, f"{WORD}."))
    seen = []
    for version in (law, later, law, later, law):
        assert (await base.update(version))["points"] > 0
        hits = await base.hits(WORD)
        assert any(WORD in hit.text for hit in hits) == (version is later)
        seen.append(next(iter(await base.points())))
    assert len(set(seen)) == 5
    states = [await base.parts.documents.state(base.reader, one, "document") for one in seen]
    assert [state.superseded_by is None for state in states] == [False] * 4 + [True]
    assert {state.superseded_by.document for state in states if state.superseded_by} == {seen[-1]}


async def test_a_version_returns_after_the_later_one_was_deleted(base: Base, wogg: LawText) -> None:
    """DSG-08: what an earlier version was called is taken; it comes in all the same."""
    law = wogg.model_copy(update={"sections": wogg.sections[:4]})
    await base.update(law)
    await base.update(amended(law, longer(1, f"{WORD}.")))
    await base.parts.documents.delete(base.operator, next(iter(await base.points())), "document")
    assert await base.points() == {}
    for expected in (4, 0):
        assert (await base.update(law))["new"] == expected
    hits = await base.hits("Wohngeld")
    assert hits
    await base.whole(hits)
    await base.update(amended(law, longer(2, f"{WORD}.")))
    assert len(await base.points()) == 1


async def test_what_is_shipped_takes_the_place_of_no_later_version(base: Base, wogg: LawText) -> None:
    """A restart or update of the platform must not take back what an operator brought in."""
    await base.update(amended(wogg, longer(1, f"{WORD}.")))
    importer: Any = base.parts.laws
    importer._laws = lambda: [handed_in(wogg)]
    row = await importer.start(base.operator, base.id)
    steps = [step async for step in importer.run(base.operator, row)]
    assert steps[0]["points"] == 0
    assert any(WORD in hit.text for hit in await base.hits(WORD))
    importer._laws = lambda: [handed_in(amended(wogg, longer(1, "Später."), days=60))]
    steps = [step async for step in importer.run(base.operator, row)]
    assert numbers(steps[0])[0] == 1
    assert not any(WORD in hit.text for hit in await base.hits(WORD))


async def test_while_two_versions_share_points_one_of_them_holds(
    base: Base, wogg: LawText, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ING-10: seen from a search before and after the row, and when the rest was not tidied (as after a kill)."""
    law = wogg.model_copy(update={"sections": wogg.sections[:8]})
    await base.update(law)
    importer: Any = base.parts.laws
    query = "Wohngeld Mietzuschuss Lastenzuschuss"
    old = await base.hits(query)
    store, delete = importer._store, importer._index.delete_document
    looked = []

    async def watched(*args: Any) -> Any:
        looked.append(await base.hits(query))
        return await store(*args)

    async def left(*_: Any) -> None:
        return

    monkeypatch.setattr(importer, "_store", watched)
    monkeypatch.setattr(importer._index, "delete_document", left)
    later = amended(law, longer(0, f"{WORD}."))
    await base.update(later)
    assert [places(hits) for hits in looked] == [places(old)], "wholly the old one until its successor is ready"
    new = await base.hits(query)
    await base.whole(new)
    assert {hit.document for hit in new}.isdisjoint({hit.document for hit in old})
    assert len(new) == len({hit.source_id for hit in new}) == len(old)
    assert len(await base.points()) == 2
    monkeypatch.setattr(importer._index, "delete_document", delete)
    await base.update(amended(later, longer(3, "Noch einmal.")))
    assert len(await base.points()) == 1
    await base.whole(await base.hits(query))


async def test_a_rebuild_gives_the_points_their_ids_again(base: Base, wogg: LawText) -> None:
    """BAK-06, REL-11: after an update too; the next update finds the points of the rebuilt collection."""
    law = wogg.model_copy(update={"sections": wogg.sections[:12]})
    await base.update(law)
    later = amended(law, longer(0, f"{WORD}."))
    await base.update(later)
    before = await base.hits("Wohngeld")
    owner, real = CollectionOwner(None, base.id), base.parts.rebuild
    rebuild = Rebuild(real._database, real._catalogue, real._index, real._points, 0.0)
    await rebuild.begin(owner)
    assert await rebuild.run(owner)
    assert await base.hits("Wohngeld") == before
    assert (await base.update(amended(later, longer(3, "Noch einmal."))))["points"] <= 2


async def test_an_update_while_a_collection_is_built_is_in_both(base: Base, wogg: LawText) -> None:
    """REL-11: what was copied already is shared there too."""
    law = wogg.model_copy(update={"sections": wogg.sections[:12]})
    await base.update(law)
    owner, real = CollectionOwner(None, base.id), base.parts.rebuild
    rebuild = Rebuild(real._database, real._catalogue, real._index, real._points, 0.0)
    building = await rebuild.begin(owner)
    await base.update(amended(law, longer(0, f"{WORD}.")))
    before = await base.hits("Wohngeld")
    assert await rebuild.run(owner)
    assert await base.hits("Wohngeld") == before
    assert len(await base.parts.index.documents(building)) == 1


async def test_points_of_an_older_platform_are_replaced_at_the_first_update(base: Base, wogg: LawText) -> None:
    """BAK-06: ids that were made of document and place find nothing to share; the law is written anew, once."""
    law = wogg.model_copy(update={"sections": wogg.sections[:6]})
    await base.update(law)
    document = next(iter(await base.points()))
    async with base.parts.database.transaction(RowScope(tenant_wide=True)) as connection:
        homes = await base.parts.rebuild._catalogue.homes(connection, None, base.id)
    await base.parts.index.delete_document(homes.active.id, document)
    told = await base.update(amended(law, longer(0, f"{WORD}.")))
    assert numbers(told) == (1, 0, 0, 5)
    assert told["points"] >= 6
    await base.whole(await base.hits("Wohngeld"))


def test_a_law_that_is_not_shipped_is_refused_by_field(wogg: LawText) -> None:
    other = LawText.model_validate(
        {
            "bjnr": "BJNR999999999",
            "as_of": "2026-01-01",
            "sections": [{**wogg.sections[0].model_dump(), "id": "BJNR999999999/0001"}],
        }
    )
    with pytest.raises(InvalidInput) as caught:
        handed_in(other)
    assert caught.value.errors[0].pointer == "/law/bjnr"


def test_the_route_says_what_is_wrong_with_a_file(office: Office, service: RetrievalService, wogg: LawText) -> None:
    path = f"/knowledge-bases/{office.knowledge_base}/imports"
    law = wogg.model_copy(update={"sections": wogg.sections[:3]}).model_dump(mode="json")
    with office.client() as client:
        for wrong, pointer in (
            ({"source": "gesetz"}, ""),
            ({"source": "gesetze", "law": law}, ""),
            ({"source": "gesetz", "law": {**law, "sections": []}}, "/law/sections"),
            ({"source": "gesetz", "law": {**law, "sections": [law["sections"][0]] * 2}}, "/law"),
            ({"source": "gesetz", "law": {**law, "bjnr": "BJNR010190960"}}, "/law"),
            ({"source": "gesetz", "law": {**law, "as_of": "gestern"}}, "/law/as_of"),
        ):
            answer = client.post(path, json=wrong)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer), answer.text
        answer = client.post(path, json={"source": "gesetz", "law": law})
        assert answer.status_code == 200
        assert '"new":3' in answer.text
