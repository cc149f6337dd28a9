# SPDX-License-Identifier: EUPL-1.2
"""A search narrowed by kind of document and by day of upload, over the real service with the real parsers."""

import asyncio
import datetime as dt
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from genius_common.contracts.retrieval import SearchRequest, SearchResult
from genius_common.contracts.search_filter import KIND_NAMES, SearchFilter
from genius_common.database import Database
from genius_common.errors import InvalidInput
from genius_common.principal import Principal, ProtectionClass
from genius_retrieval import search_filter
from genius_retrieval.access import write_scope
from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload
from genius_retrieval.search.service import SearchService
from genius_retrieval.search_filter import MEDIA_TYPES
from genius_retrieval.tables import documents
from tests.support.mails import mail
from tests.support.office import docx, odt, paragraph, run
from tests.support.outlook import msg
from tests.support.pdf import build, text_page
from tests.support.retrieval import Office, RetrievalService, principal, upload, wait_for
from tests.support.sheets import ods, ods_row, ods_table, row, sheet, xlsx
from tests.support.slides import pptx, shape, slide

SAID = "Die Hundesteuer beträgt 96 Euro im Jahr."
QUERY = "Wie hoch ist die Hundesteuer?"
FILES = {
    "a.pdf": ("pdf", build(text_page(SAID))),
    "b.docx": ("text", docx(paragraph(run(SAID)))),
    "c.odt": ("text", odt(f"<text:p>{SAID} Das gilt seit 2020.</text:p>")),
    "d.txt": ("text", SAID.encode()),
    "e.md": ("text", f"# Steuer\n\n{SAID}".encode()),
    "f.html": ("web", f"<!doctype html><title>Steuer</title><p>{SAID}</p>".encode()),
    "g.xlsx": ("sheet", xlsx({"Steuern": sheet(row(1, "Steuer", "Satz"), row(2, SAID, "96 Euro"))})),
    "h.ods": ("sheet", ods(ods_table("Steuern", ods_row("Steuer", "Satz"), ods_row(SAID, "96 Euro")))),
    "i.csv": ("sheet", f"Steuer;Satz\r\n{SAID};96 Euro\r\nZweitwohnung;10 Prozent\r\n".encode()),
    "j.pptx": ("slides", pptx(slide(shape("Steuern", kind="title"), shape(SAID)))),
    "k.eml": ("mail", mail(SAID)),
    "l.msg": ("mail", msg(SAID)),
}
# A day at either end of the German summer time, and one in winter.
UPLOADED = {
    "a.pdf": dt.datetime(2026, 3, 28, 22, 59, tzinfo=dt.UTC),  # 28 March, 23:59
    "b.docx": dt.datetime(2026, 3, 28, 23, 0, tzinfo=dt.UTC),  # 29 March, 0:00
    "c.odt": dt.datetime(2026, 3, 29, 21, 59, tzinfo=dt.UTC),  # 29 March, 23:59 (23 hours later)
    "d.txt": dt.datetime(2026, 3, 29, 22, 0, tzinfo=dt.UTC),  # 30 March, 0:00
}


@dataclass(frozen=True)
class Filled:
    """An authority whose knowledge base has `FILES`; `ids` by name."""

    office: Office
    ids: dict[str, str]

    def found(self, **narrowed: object) -> set[str]:
        """Names of the documents with hits; what the answer says of the filter is checked on the way."""
        with self.office.client() as client:
            answer = client.post("/search", json={"query": QUERY, "limit": 50, **narrowed})
        assert answer.status_code == 200, answer.text
        hits, searched = answer.json()["hits"], answer.json()["searched"]
        names = {name for name, document in self.ids.items() if document in {hit["document"] for hit in hits}}
        assert searched["filter"] == {name: narrowed.get(name) for name in SearchFilter.model_fields}
        assert searched["documents"] == len(names)
        return names


@pytest.fixture(scope="module")
def taxes(service: RetrievalService) -> Filled:
    office = Office(service).set_up()
    with office.client() as client:
        ids = {name: upload(client, office.documents, name, content)["id"] for name, (_, content) in FILES.items()}
        for document in ids.values():
            assert wait_for(client, f"/documents/{document}")["state"] == "ready"
    return Filled(office, ids)


@pytest.mark.parametrize("kind", [kind for kind in KIND_NAMES if kind not in {"image", "law"}])
def test_a_kind_leaves_exactly_its_documents(taxes: Filled, kind: str) -> None:
    assert taxes.found(kinds=[kind]) == {name for name, (of, _) in FILES.items() if of == kind}


def test_every_kind_has_its_media_types_and_none_is_in_two() -> None:
    media = [name for names in MEDIA_TYPES.values() for name in names]
    assert list(MEDIA_TYPES) == list(KIND_NAMES)
    assert len(media) == len(set(media))


async def test_days_are_those_of_germany_and_both_included(taxes: Filled, database: Database) -> None:
    async with database.transaction(write_scope(taxes.office.who(), taxes.office.authority)) as connection:
        for name, at in UPLOADED.items():
            change = sa.update(documents).where(documents.c.id == UUID(taxes.ids[name])).values(created_at=at)
            assert (await connection.execute(change)).rowcount == 1
    day = {"uploaded_from": "2026-03-29", "uploaded_until": "2026-03-29"}
    assert taxes.found(**day) == {"b.docx", "c.odt"}
    assert taxes.found(uploaded_until="2026-03-28") == {"a.pdf"}
    assert taxes.found(uploaded_from="2026-03-29", uploaded_until="2026-03-30") == {
        "b.docx", "c.odt", "d.txt",
    }  # fmt: skip
    assert taxes.found(**day, kinds=["pdf", "slides"]) == set()
    assert taxes.found(uploaded_until="9999-12-31") == set(FILES)


def test_a_filter_opens_nothing(taxes: Filled) -> None:
    """TEN-04: it takes away from what is named; what may not be read stays unknown."""
    both = {"documents": [taxes.ids["a.pdf"], taxes.ids["k.eml"]]}
    assert taxes.found(**both, kinds=["mail", "sheet"]) == {"k.eml"}
    stranger = Office(taxes.office.service).set_up()
    with stranger.client() as client:
        answer = client.post("/search", json={"query": QUERY, "kinds": ["pdf"]}).json()
        assert (answer["hits"], answer["searched"]["documents"]) == ([], 0)
        assert client.post("/search", json={"query": QUERY, "kinds": ["pdf"], **both}).status_code == 404


def test_own_files_are_narrowed_too(taxes: Filled) -> None:
    with taxes.office.client(subject=UUID(int=77)) as client:
        text = upload(client, "/files", "eigene.txt", f"{SAID} Text.".encode())["id"]
        page = upload(client, "/files", "eigene.html", f"<!doctype html><p>{SAID} Seite.</p>".encode())["id"]
        for file in (text, page):
            assert wait_for(client, f"/files/{file}")["state"] == "ready"
        asked = {"query": QUERY, "files": [text, page]}
        assert {hit["file"] for hit in client.post("/search", json=asked).json()["hits"]} == {text, page}
        narrowed = client.post("/search", json={**asked, "kinds": ["web"]}).json()
        assert {hit["file"] for hit in narrowed["hits"]} == {page}
        assert narrowed["searched"]["documents"] == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"kinds": ["pdf", "ordner"]}, "/kinds/1"),
        ({"kinds": []}, "/kinds"),
        ({"uploaded_from": "26.11.2026"}, "/uploaded_from"),
        ({"uploaded_from": 1764115200}, "/uploaded_from"),
        ({"uploaded_until": "2026-02-30"}, "/uploaded_until"),
        ({"uploaded_from": "2026-03-02", "uploaded_until": "2026-03-01"}, "/uploaded_until"),
    ],
)
@pytest.mark.parametrize("path", ["/search", "/search/explain"])
def test_a_wrong_filter_is_refused_by_its_field(taxes: Filled, path: str, wrong: dict, pointer: str) -> None:
    with taxes.office.client() as client:
        answer = client.post(
            path, json={"query": QUERY, "knowledge_bases": [str(taxes.office.knowledge_base)], **wrong}
        )
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, [pointer])


def test_an_explanation_is_of_the_narrowed_search(taxes: Filled) -> None:
    body = {"query": QUERY, "knowledge_bases": [str(taxes.office.knowledge_base)], "kinds": ["slides"]}
    with taxes.office.client() as client:
        told = client.post("/search/explain", json=body).json()
    assert {one["hit"]["document"] for one in told["hits"]} == {taxes.ids["j.pptx"]}
    assert (told["searched"]["documents"], told["searched"]["filter"]["kinds"]) == (1, ["slides"])


@pytest.fixture
async def own(parts: Components) -> tuple[Principal, UUID]:
    """Somebody with a knowledge base of two short texts, in this process."""
    base = uuid4()
    bases = frozenset({base})
    who = principal(uuid4(), knowledge_bases=bases, writable_knowledge_bases=bases)
    await parts.knowledge_bases.put(who, base, who.authority, ProtectionClass.INTERN)
    for name in ("eins.txt", "zwei.txt"):
        await parts.documents.add_document(who, base, Upload.of(name, f"{SAID} {name}".encode()))
    await _ready(parts, who, base, 2)
    return who, base


async def _ready(parts: Components, who: Principal, base: UUID, number: int) -> None:
    end = time.monotonic() + 30
    while (await parts.knowledge_bases.counts(who, base)).ready < number:
        assert time.monotonic() < end
        await asyncio.sleep(0.03)


async def test_what_changes_during_the_search_is_left_out(
    parts: Components, own: tuple[Principal, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEN-04: at answer time the filter is looked at again, as the access is."""
    who, base = own
    request = SearchRequest(query=QUERY, uploaded_from=dt.date(2026, 1, 1))
    assert len((await parts.search.search(who, request)).hits) == 2
    search = SearchService.search

    async def overtaken(*args: Any) -> SearchResult:
        result = await search(*args)
        change = sa.update(documents).where(documents.c.knowledge_base == base)
        async with parts.database.transaction(write_scope(who, who.authority)) as connection:
            await connection.execute(change.values(created_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)))
        return result

    monkeypatch.setattr(SearchService, "search", overtaken)
    found = await parts.search.search(who, request)
    assert (found.hits, found.verdict.answerable) == ([], False)


async def test_more_documents_than_the_engine_can_be_told_are_refused(
    parts: Components, own: tuple[Principal, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless they are all that there are: then the engine needs no list of them."""
    who, base = own
    monkeypatch.setattr(search_filter, "MOST", 1)
    wide = SearchRequest(query=QUERY, kinds=["text", "pdf"])
    found = await parts.search.search(who, wide)
    assert (len(found.hits), found.searched.documents) == (2, 2)
    await parts.documents.add_document(who, base, Upload.of("drei.html", f"<!doctype html><p>{SAID} 3".encode()))
    await _ready(parts, who, base, 3)
    with pytest.raises(InvalidInput) as refused:
        await parts.search.search(who, wide)
    assert [error.pointer for error in refused.value.errors] == ["/kinds"]
    assert "Auf den Filter passen 2 Dokumente" in refused.value.errors[0].detail
