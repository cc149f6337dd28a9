# SPDX-License-Identifier: EUPL-1.2
"""What every adapter of `CollectionIndex` must show; a module with a fixture `index` inherits `IndexContract`."""

import base64
import dataclasses
import random
import re
from uuid import UUID, uuid4

import pytest

from genius_common.crypto import Undecryptable
from genius_common.principal import ProtectionClass
from genius_retrieval.chunks import Chunk, chunk_id
from genius_retrieval.index.payload import payload_place
from genius_retrieval.index.port import Access, Branch, DenseBranch, DocumentMeta, Hits
from tests.eval.laws import new_collection

MARKER = "Quellwasserschutzzone"
ASK = [Branch("body", {"quellwasserschutzzon": 1.0})]


def chunks(document: UUID, texts: list[str], version: str = "v1") -> list[Chunk]:
    return [
        Chunk(chunk_id(document, version, n), document, n, text, 0, len(text), heading=f"Abschnitt {n}")
        for n, text in enumerate(texts)
    ]


def meta(document: UUID, base: UUID | None = None, owner: UUID | None = None, level: str = "intern") -> DocumentMeta:
    return DocumentMeta(document, "v1", "document" if base else "file", base, owner, level, "Titel")


def points(hits) -> list[UUID]:
    return [hit.point for branch in hits.branches for hit in branch]


class IndexContract:
    async def fill(self, index, collection, base, *, level="intern"):
        document = uuid4()
        await index.upsert(
            collection, chunks(document, [f"Die {MARKER} gilt.", "Anderes."]), meta(document, base, level=level)
        )
        return document

    async def test_an_unknown_collection_is_empty(self, index):
        collection = new_collection()
        access = Access(frozenset({uuid4()}))
        assert points(await index.search(collection, ASK, access)) == []
        assert await index.fetch(collection, [uuid4()], access) == {}
        assert await index.count(collection.id) == 0
        assert await index.documents(collection.id) == {}
        await index.delete_document(collection.id, uuid4())
        await index.drop(collection.id)

    async def test_what_was_written_is_found_and_comes_back_whole(self, index):
        collection, base = new_collection(), uuid4()
        document = await self.fill(index, collection, base)
        access = Access(frozenset({base}))
        found = points(await index.search(collection, ASK, access))
        assert len(found) == 1
        chunk = (await index.fetch(collection, found, access))[found[0]]
        assert (chunk.text, chunk.meta.document, chunk.heading) == (f"Die {MARKER} gilt.", document, "Abschnitt 0")

    async def test_candidates_are_what_was_chosen_of_the_lists(self, index):
        """TEN-04: of them those that may be seen, whatever is chosen."""
        collection, base, other = new_collection(), uuid4(), uuid4()
        await self.fill(index, collection, base)
        await self.fill(index, collection, other)
        own, every = Access(frozenset({base})), Access(frozenset({base, other}))
        all_points = points(await index.search(collection, ASK, every))
        hits, chunks = await index.candidates(collection, ASK, own, lambda _: all_points)
        assert hits == await index.search(collection, ASK, own)
        assert list(chunks) == points(hits)
        assert (await index.candidates(collection, ASK, every, lambda found: points(found)[:1]))[1].keys() == {
            all_points[0]
        }
        assert await index.candidates(collection, ASK, Access(), lambda _: all_points) == (Hits(((),)), {})
        assert (await index.candidates(new_collection(), ASK, own, points))[1] == {}

    async def test_documents_that_are_taken_out_take_no_place(self, index):
        """INJ-06: neither in the lists, however many points they have, nor by their points; rarity is without them."""
        collection, base, planted = new_collection(), uuid4(), uuid4()
        await index.upsert(collection, chunks(planted, [f"{MARKER} {n}." for n in range(200)]), meta(planted, base))
        other = await self.fill(index, collection, base)
        wide, narrow = Access(frozenset({base})), Access(frozenset({base}), without=frozenset({planted}))
        assert len(points(await index.search(collection, ASK, wide))) == 100
        hits, kept = await index.candidates(collection, ASK, narrow, points)
        assert {chunk.meta.document for chunk in kept.values()} == {other}
        assert len(points(hits)) == 1
        everything = points(await index.search(collection, ASK, wide))
        assert (
            await index.fetch(collection, everything, Access(frozenset({base}), without=frozenset({planted, other})))
            == {}
        )

    async def test_what_was_read_before_is_read_as_it_is_now(self, index):
        """BAK-02: after each kind of write."""
        collection, base, document = new_collection(), uuid4(), uuid4()
        access = Access(frozenset({base}))
        first = chunks(document, [f"Die {MARKER} gilt."])

        async def read():
            found = await index.fetch(collection, [first[0].id], access)
            return [chunk.text for chunk in found.values()]

        await index.upsert(collection, first, meta(document, base))
        assert await read() == [f"Die {MARKER} gilt."]
        await index.upsert(collection, [dataclasses.replace(first[0], text="Neu.", char_to=4)], meta(document, base))
        assert await read() == ["Neu."]
        await index.delete_document(collection.id, document)
        assert await read() == []
        await index.upsert(collection, first, meta(document, base))
        assert await read() == [f"Die {MARKER} gilt."]
        await index.drop(collection.id)
        assert await read() == []

    async def test_writing_again_changes_nothing(self, index):
        """The same chunks again are the same points."""
        collection, base, document = new_collection(), uuid4(), uuid4()
        for _ in range(2):
            await index.upsert(collection, chunks(document, ["Eins.", "Zwei."]), meta(document, base))
        assert await index.count(collection.id) == 2

    async def test_it_says_which_documents_it_holds(self, index):
        """BAK-02: with the number of their points.

        More than the dozen documents that an engine answers by itself, and more points than an answer may hold.
        """
        collection, base = new_collection(), uuid4()
        written = {uuid4(): number % 3 + 1 for number in range(15)} | {uuid4(): 1_001}
        for document, number in written.items():
            await index.upsert(collection, chunks(document, ["Satz."] * number), meta(document, base))
        gone = next(iter(written))
        await index.delete_document(collection.id, gone)
        del written[gone]
        assert await index.documents(collection.id) == written

    async def test_a_foreign_search_key_finds_nothing(self, index):
        collection, base = new_collection(), uuid4()
        await self.fill(index, collection, base)
        foreign = dataclasses.replace(collection, search_key=b"f" * 32)
        assert points(await index.search(foreign, ASK, Access(frozenset({base})))) == []

    async def test_a_foreign_content_key_opens_nothing(self, index):
        collection, base = new_collection(), uuid4()
        await self.fill(index, collection, base)
        access = Access(frozenset({base}))
        found = points(await index.search(collection, ASK, access))
        foreign = dataclasses.replace(collection, content_key=new_collection().content_key)
        with pytest.raises(Undecryptable):
            await index.fetch(foreign, found, access)

    async def test_nothing_leaves_without_access(self, index):
        """TEN-04: neither the search nor the ids of points give a foreign chunk away."""
        collection, base, other = new_collection(), uuid4(), uuid4()
        document = await self.fill(index, collection, base)
        known = points(await index.search(collection, ASK, Access(frozenset({base}))))
        for access in (
            Access(),
            Access(frozenset({other})),
            Access(frozenset({base}), documents=frozenset()),
            Access(frozenset({base}), documents=frozenset({uuid4()})),
            Access(files=frozenset({document}), owner=uuid4()),
            Access(files=frozenset({document})),
            Access(frozenset({base}), classification=ProtectionClass.OFFEN),
        ):
            assert points(await index.search(collection, ASK, access)) == []
            assert await index.fetch(collection, known, access) == {}

    async def test_files_are_seen_by_their_owner_only(self, index):
        collection, document, owner = new_collection(), uuid4(), uuid4()
        await index.upsert(collection, chunks(document, [f"{MARKER}."]), meta(document, owner=owner))
        mine = Access(files=frozenset({document}), owner=owner)
        found = points(await index.search(collection, ASK, mine))
        assert list(await index.fetch(collection, found, mine)) == found
        assert await index.fetch(collection, found, Access(files=frozenset({document}), owner=uuid4())) == {}

    async def test_rarity_counts_only_what_may_be_seen(self, index):
        """TEN-04: scores must not tell how often a foreign knowledge base uses a word."""
        collection, small, large = new_collection(), uuid4(), uuid4()
        await self.fill(index, collection, small)
        access = Access(frozenset({small}))
        before = (await index.search(collection, ASK, access)).branches[0][0].score
        for _ in range(5):
            await self.fill(index, collection, large)
        after = (await index.search(collection, ASK, access)).branches[0][0].score
        assert after == pytest.approx(before, rel=1e-4)

    async def test_rarity_leaves_out_what_is_classified_higher(self, index):
        """TEN-04: nor how often documents of a higher class in the same knowledge base use it."""
        collection, base = new_collection(), uuid4()
        await self.fill(index, collection, base)
        access = Access(frozenset({base}))
        before = (await index.search(collection, ASK, access)).branches[0][0].score
        for _ in range(5):
            await self.fill(index, collection, base, level="steuergeheimnis")
        after = (await index.search(collection, ASK, access)).branches[0][0].score
        assert after == pytest.approx(before, rel=1e-4)

    async def test_what_is_hidden_later_stays_hidden(self, index):
        """TEN-04: a search after each write, whatever an earlier one found out about the knowledge bases."""
        collection, base, other = new_collection(), uuid4(), uuid4()
        owner, wide = uuid4(), Access(frozenset({base, other}))
        open_ones = {await self.fill(index, collection, where) for where in (base, other)}
        narrow = Access(wide.knowledge_bases, documents=frozenset(open_ones))

        async def seen(access):
            found = points(await index.search(collection, ASK, access))
            return {chunk.meta.document for chunk in (await index.fetch(collection, found, access)).values()}, found

        for access in (wide, narrow):
            assert (await seen(access))[0] == open_ones
        await self.fill(index, collection, base, level="vertraulich")
        await index.upsert(collection, chunks(file := uuid4(), [f"{MARKER}."]), meta(file, owner=owner))
        for access in (wide, narrow):
            documents, found = await seen(access)
            assert documents == open_ones
            assert len(found) == 2
        both = Access(frozenset({base}), files=frozenset({file}), owner=owner)
        assert len((await seen(both))[1]) == 2

    @pytest.mark.parametrize("others", [1, 5_000])
    async def test_of_a_knowledge_base_the_documents_named_are_seen_and_no_others(self, index, others):
        """TEN-04: few or thousands, also when something is hidden among them later; rarity counts these alone."""
        collection, base = new_collection(), uuid4()
        named = {await self.fill(index, collection, base) for _ in range(2)}
        alone = await index.search(collection, ASK, Access(frozenset({base})))
        await self.fill(index, collection, base)
        access = Access(frozenset({base}), documents=frozenset({*named, *(uuid4() for _ in range(others))}))

        async def seen():
            found = await index.search(collection, ASK, access)
            chunks = await index.fetch(collection, points(found), access)
            assert found.branches[0][0].score == pytest.approx(alone.branches[0][0].score, rel=1e-4)
            return [chunk.meta.document for chunk in chunks.values()]

        assert sorted(await seen()) == sorted(named)
        secret = next(iter(access.documents - named))
        await index.upsert(collection, chunks(secret, [f"{MARKER}."]), meta(secret, base, level="vertraulich"))
        assert sorted(await seen()) == sorted(named)

    async def test_deletion_leaves_nothing(self, index):
        collection, base, other = new_collection(), uuid4(), uuid4()
        first = await self.fill(index, collection, base)
        await self.fill(index, collection, base)
        await self.fill(index, collection, other)
        await index.delete_document(collection.id, first)
        assert await index.count(collection.id, first) == 0
        assert await index.count(collection.id) == 4
        await index.delete_knowledge_base(collection.id, base)
        assert await index.count(collection.id) == 2
        await index.drop(collection.id)
        assert await index.count(collection.id) == 0

    async def test_two_versions_share_points_until_one_is_deleted(self, index):
        """ING-10: a new version takes over what it leaves as it was; each is whole at every moment, terms stay."""
        collection, base, old, new = new_collection(4), uuid4(), uuid4(), uuid4()
        before = chunks(old, [f"{MARKER} bleibt."] * 120 + ["Geht."])
        await index.upsert(collection, before, meta(old, base), [[1, 0, 0, 0]] * 121)
        after = [
            dataclasses.replace(chunk, document=new, char_from=7, char_to=7 + len(chunk.text)) for chunk in before[:120]
        ]
        fresh = chunks(new, ["Neu."])
        later = dataclasses.replace(meta(new, base), version="v2")
        kept = await index.adopt(collection, [*after, *fresh], later, old)
        assert kept == {chunk.id for chunk in after}
        await index.upsert(collection, fresh, later, [[0, 1, 0, 0]])
        assert await index.adopt(collection, [*after, *fresh], later, old) == kept, "safe to repeat"
        assert await index.documents(collection.id) == {old: 121, new: 121}
        assert await index.count(collection.id) == 122
        access = Access(frozenset({base}))
        found = points(await index.search(collection, ASK, access))
        assert len(set(found)) == len(found) == 100, "each point once"
        chunk = (await index.fetch(collection, found[:1], access))[found[0]]
        assert (chunk.meta.document, chunk.char_from) == (old, 0)
        assert (chunk.later.meta.document, chunk.later.meta.version, chunk.later.char_from) == (new, "v2", 7)
        for one in (old, new):
            only = Access(frozenset({base}), documents=frozenset({one}))
            assert set(points(await index.search(collection, ASK, only))) <= kept
            assert list(await index.fetch(collection, found[:1], only)) == found[:1]
        foreign = Access(frozenset({base}), documents=frozenset({uuid4()}))
        assert await index.fetch(collection, found[:1], foreign) == {}
        await index.delete_document(collection.id, old)
        assert await index.documents(collection.id) == {new: 121}
        assert await index.count(collection.id) == 121
        chunk = (await index.fetch(collection, found[:1], access))[found[0]]
        assert (chunk.meta.document, chunk.meta.version, chunk.char_from, chunk.later) == (new, "v2", 7, None)
        near = (await index.search(collection, [DenseBranch((1.0, 0.0, 0.0, 0.0), 200)], access)).branches[0]
        assert sum(hit.score > 0.99 for hit in near) == 120, "the vectors stayed"

    async def test_a_version_that_is_taken_back_leaves_the_older_as_it_was(self, index):
        """ING-10"""
        collection, base, old, new = new_collection(), uuid4(), uuid4(), uuid4()
        before = chunks(old, [f"{MARKER} bleibt.", "Geht."])
        await index.upsert(collection, before, meta(old, base))
        access = Access(frozenset({base}))
        was = await index.fetch(collection, [chunk.id for chunk in before], access)
        after = [dataclasses.replace(before[0], document=new, char_from=5, char_to=20)]
        await index.adopt(collection, after, meta(new, base), old)
        await index.upsert(collection, chunks(new, ["Neu."]), meta(new, base))
        await index.delete_document(collection.id, new)
        assert await index.documents(collection.id) == {old: 2}
        assert await index.fetch(collection, [chunk.id for chunk in before], access) == was

    async def test_nothing_is_adopted_of_another_document(self, index):
        """TEN-04: ids alone give no document a share in a point."""
        collection, base = new_collection(), uuid4()
        other = chunks(uuid4(), [f"{MARKER}."])
        await index.upsert(collection, other, meta(other[0].document, base))
        assert await index.adopt(collection, other, meta(uuid4(), base), uuid4()) == set()
        assert await index.adopt(new_collection(), other, meta(uuid4(), base), other[0].document) == set()
        assert await index.documents(collection.id) == {other[0].document: 1}

    async def test_resealing_reaches_both_versions_of_a_shared_point(self, index):
        """DSG-03"""
        collection, base, old, new = new_collection(), uuid4(), uuid4(), uuid4()
        before = chunks(old, [f"{MARKER}."])
        await index.upsert(collection, before, meta(old, base))
        await index.adopt(collection, before, meta(new, base), old)
        fresh = dataclasses.replace(collection, content_key=new_collection().content_key)

        def anew(point: UUID, sealed: str) -> str:
            place = payload_place(point, collection.id)
            opened = collection.content_key.open(base64.b64decode(sealed), place)
            return base64.b64encode(fresh.content_key.seal(opened, place)).decode()

        assert await index.reseal(collection.id, anew) == 1
        found = await index.fetch(fresh, [before[0].id], Access(frozenset({base})))
        assert [(chunk.meta.document, chunk.later.meta.document) for chunk in found.values()] == [(old, new)]

    async def test_it_is_ready_and_names_its_engine(self, index):
        assert await index.ready()
        assert re.fullmatch(r"Qdrant (Edge|Server) \d+\.\d+\.\d+\S*", index.engine.replace("-Server", " Server"))

    async def test_resealing_replaces_what_it_is_told_to_and_nothing_else(self, index):
        """DSG-03: after a rotation payloads get the new key; points and terms stay."""
        collection, base = new_collection(), uuid4()
        await self.fill(index, collection, base)
        access, seen = Access(frozenset({base})), {}

        def look(point: UUID, sealed: str) -> None:
            seen[point] = sealed

        assert await index.reseal(collection.id, look) == 0
        assert len(seen) == 2
        fresh = dataclasses.replace(collection, content_key=new_collection().content_key)
        first = next(iter(points(await index.search(collection, ASK, access))))

        def anew(point: UUID, sealed: str) -> str | None:
            if point != first:
                return None
            place = payload_place(point, collection.id)
            return base64.b64encode(
                fresh.content_key.seal(collection.content_key.open(base64.b64decode(sealed), place), place)
            ).decode()

        assert await index.reseal(collection.id, anew) == 1
        found = await index.fetch(fresh, points(await index.search(fresh, ASK, access)), access)
        assert [chunk.text for chunk in found.values()] == [f"Die {MARKER} gilt."]
        assert await index.reseal(uuid4(), anew) == 0

    async def test_many_chunks_and_many_pages(self, index):
        """More than one batch: all arrive, all are resealed, a list is cut at its limit only."""
        collection, base, document = new_collection(), uuid4(), uuid4()
        texts = [f"{MARKER} Nummer {n}." for n in range(230)]
        await index.upsert(collection, chunks(document, texts), meta(document, base))
        assert await index.count(collection.id, document) == 230
        visited = []
        await index.reseal(collection.id, lambda point, _: visited.append(point))
        assert len(set(visited)) == len(visited) == 230
        assert len(points(await index.search(collection, ASK, Access(frozenset({base}))))) == ASK[0].limit

    async def test_optimising_keeps_all(self, index):
        collection, base = new_collection(), uuid4()
        await self.fill(index, collection, base)
        await index.optimise(collection.id)
        assert len(points(await index.search(collection, ASK, Access(frozenset({base}))))) == 1

    async def test_the_nearest_vectors_are_found_within_the_access_alone(self, index):
        """TEN-04, DSG-11: filtered like lists of words; a point without a vector is in no dense list."""
        collection, base, other, document, foreign = new_collection(4), uuid4(), uuid4(), uuid4(), uuid4()
        made = chunks(document, ["Eins.", "Zwei.", "Drei."])
        await index.upsert(collection, made, meta(document, base), [[1, 0, 0, 0], [0.6, 0.8, 0, 0], [0, 0, 1, 0]])
        await index.upsert(collection, chunks(foreign, ["Fremd."]), meta(foreign, other), [[1, 0, 0, 0]])
        words = await self.fill(index, collection, base)
        asked, access = [DenseBranch((1.0, 0.0, 0.0, 0.0), 2), *ASK], Access(frozenset({base}))
        near, by_words = (await index.search(collection, asked, access)).branches
        assert [hit.point for hit in near] == [made[0].id, made[1].id]
        assert [hit.score for hit in near] == pytest.approx([1.0, 0.6], abs=2e-3)
        assert len(by_words) == 1
        everything = (await index.search(collection, [DenseBranch((1.0, 0.0, 0.0, 0.0), 99)], access)).branches[0]
        assert {hit.point for hit in everything} == {chunk.id for chunk in made}
        await index.optimise(collection.id)
        near = (await index.search(collection, asked, access)).branches[0]
        assert [hit.point for hit in near] == [made[0].id, made[1].id]
        assert points(await index.search(collection, asked[:1], Access(frozenset({uuid4()})))) == []
        assert await index.count(collection.id, words) == 2

    async def test_a_long_document_keeps_vectors_and_texts_together(self, index):
        """More than one batch: each point has its own vector."""
        collection, base, document = new_collection(16), uuid4(), uuid4()
        made = chunks(document, [f"Nummer {n}." for n in range(230)])
        chance = random.Random(11)
        vectors = [[chance.gauss(0, 1) for _ in range(16)] for _ in range(230)]
        await index.upsert(collection, made, meta(document, base), vectors)
        for n in (0, 57, 143, 229):
            found = await index.search(collection, [DenseBranch(vectors[n], 1)], Access(frozenset({base})))
            assert points(found) == [made[n].id]
