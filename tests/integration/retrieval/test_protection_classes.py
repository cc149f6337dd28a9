# SPDX-License-Identifier: EUPL-1.2
"""TEN-15 in retrieval alone: nothing above the token's classification leaves by any route, and no class falls."""

import itertools
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from genius_common.principal import Principal, ProtectionClass
from genius_retrieval.documents.endpoints import documents, files
from tests.support import pdf
from tests.support.retrieval import Office, RetrievalService, upload, wait_for

CLASSES = list(ProtectionClass)
HIGHEST = CLASSES[-1]
READING = [route.path for router in (documents, files) for route in router.routes if "GET" in route.methods]  # type: ignore[attr-defined]


@dataclass
class Shelf:
    """A person with a knowledge base, a document in it and a file of each class."""

    service: RetrievalService
    who: Principal
    bases: dict[ProtectionClass, UUID]
    ids: dict[str, ProtectionClass]

    def client(self, clearance: ProtectionClass) -> httpx.Client:
        return self.service.client(replace(self.who, classification=clearance))


def word(kind: str, item: ProtectionClass) -> str:
    return f"Kanarienwort{kind}{item.label}"


@pytest.fixture(scope="module")
def shelf(service: RetrievalService) -> Shelf:
    authority, bases = uuid4(), {item: uuid4() for item in CLASSES}
    offices = {item: Office(service, authority, base, item.value) for item, base in bases.items()}
    who = offices[HIGHEST].who(
        classification=HIGHEST,
        knowledge_bases=frozenset(bases.values()),
        writable_knowledge_bases=frozenset(bases.values()),
    )
    ids: dict[str, ProtectionClass] = {}
    with service.client(who) as client:
        for item, base in bases.items():
            body = {"authority": str(authority), "protection_class": item.value}
            assert client.put(f"/knowledge-bases/{base}", json=body).status_code == 204
            content = pdf.build(pdf.text_page(f"Urlaub {word('Dokument', item)} im Sommer."))
            document = upload(client, f"/knowledge-bases/{base}/documents", "a.pdf", content)
            content = pdf.build(pdf.text_page(f"Urlaub {word('Datei', item)} im Winter."))
            file = upload(client, "/files", "b.pdf", content, protection_class=item.value)
            for kind, state in (("document", document), ("file", file)):
                path = f"/{kind}s/{state['id']}"
                assert wait_for(client, path) | {"protection_class": item.value} == client.get(path).json()
                ids[f"{kind} {state['id']}"] = item
    return Shelf(service, who, bases, ids)


def _search(client: httpx.Client, **places: list[str]) -> httpx.Response:
    return client.post("/search", json={"query": "Urlaub im Sommer oder Winter", "limit": 50, **places})


@pytest.mark.parametrize("clearance", CLASSES)
def test_nothing_above_the_token_leaves_by_any_route(shelf: Shelf, clearance: ProtectionClass) -> None:
    """TEN-15: every reading route of documents and files, lists, counts and search, each class against each."""
    assert len(READING) == 2 * 6 + 1
    above = {word(kind, item) for kind in ("Dokument", "Datei") for item in CLASSES if item.rank > clearance.rank}
    with shelf.client(clearance) as client:
        for (name, item), route in itertools.product(shelf.ids.items(), READING):
            kind, identifier = name.split()
            if not route.startswith(f"/{kind}s/"):
                continue
            answer = client.get(route.format(document=identifier, number=1))
            assert answer.status_code == (200 if clearance.covers(item) else 404), (route, item)
        for item, base in shelf.bases.items():
            for path in (f"/knowledge-bases/{base}", f"/knowledge-bases/{base}/documents"):
                assert client.get(path).status_code == (200 if clearance.covers(item) else 404)
            named = _search(client, knowledge_bases=[str(base)])
            assert bool(named.json()["hits"]) is clearance.covers(item)
        listed = client.get("/files", params={"limit": 200}).json()["items"]
        everything = _search(client)
        assert {item["protection_class"] for item in listed} == set(ProtectionClass.up_to(clearance))
        assert {hit["protection_class"] for hit in everything.json()["hits"]} == set(ProtectionClass.up_to(clearance))
        for answer in (everything, _search(client, knowledge_bases=[str(base) for base in shelf.bases.values()])):
            assert not [canary for canary in above if canary in answer.text]
        own = [
            name.split()[1] for name, item in shelf.ids.items() if name.startswith("file") and clearance.covers(item)
        ]
        found = _search(client, files=own).json()["hits"]
        assert {hit["protection_class"] for hit in found} == set(ProtectionClass.up_to(clearance))
        hidden = [name.split()[1] for name, item in shelf.ids.items() if not clearance.covers(item)]
        for identifier in hidden:
            for place in ("files", "documents"):
                assert _search(client, **{place: [identifier]}).status_code == 404


@pytest.mark.parametrize(("first", "second"), itertools.product(CLASSES, CLASSES))
def test_the_class_of_known_content_never_falls(
    service: RetrievalService, first: ProtectionClass, second: ProtectionClass
) -> None:
    """TEN-15: uploaded again as a file it keeps the higher class and says so; a lower knowledge base refuses it."""
    office = Office(service, protection_class=second.value)
    content = f"Bescheid {uuid4()}".encode()
    with office.client(subject=UUID(int=1), classification=HIGHEST) as client:
        body = {"authority": str(office.authority), "protection_class": second.value}
        assert client.put(f"/knowledge-bases/{office.knowledge_base}", json=body).status_code == 204
        upload(client, "/files", "a.txt", content, protection_class=first.value)
        again = upload(client, "/files", "b.txt", content, protection_class=second.value)
        into = client.post(office.documents, params={"name": "c.txt"}, content=content)
    raised = first.rank > second.rank
    assert again["protection_class"] == ProtectionClass.highest([first, second])
    assert [warning["code"] for warning in again["warnings"]] == ["protection_class_raised"] * raised
    above_base = raised and first is not ProtectionClass.INTERN  # the default is nobody's word
    assert into.status_code == (422 if above_base else 202)
    if above_base:
        assert into.json()["code"] == "class_above_base"
        assert all(f"„{item.label}“" in into.json()["detail"] for item in (first, second))


def test_the_warning_outlives_the_parsing(service: RetrievalService, office: Office) -> None:
    """TEN-15: what was raised is still said when the file is ready, and another person learns nothing of it."""
    content = f"Bescheid {uuid4()}".encode()
    with office.client(subject=UUID(int=1)) as client, office.client(subject=UUID(int=2)) as other:
        upload(client, "/files", "a.txt", content, protection_class="sozialdaten")
        again = upload(client, "/files", "a.txt", content)
        ready = wait_for(client, f"/files/{again['id']}")
        assert (ready["protection_class"], [w["code"] for w in ready["warnings"]]) == (
            "sozialdaten", ["protection_class_raised"]
        )  # fmt: skip
        assert upload(other, "/files", "a.txt", content)["protection_class"] == "intern"


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"protection_class": "sozialdaten"}, 422),
        ({"protection_class": "intern"}, 202),
        ({"protection_class": "offen"}, 202),
        ({"protection_class": "vs-nfd"}, 400),
        ({"protection_class": ""}, 400),
    ],
)
def test_a_document_carries_the_class_of_its_knowledge_base(
    office: Office, params: dict[str, str], status: int
) -> None:
    """TEN-15: a higher one is refused and not kept, a lower one does not lower it, an unknown one is none."""
    with office.client() as client:
        answer = client.post(office.documents, params={"name": "a.txt", **params}, content=b"Text")
        assert answer.status_code == status, answer.text
        if status == 202:
            assert answer.json()["protection_class"] == "intern"
        assert len(client.get(office.documents).json()["items"]) == (status == 202)


def test_a_knowledge_base_keeps_its_class(office: Office) -> None:
    """TEN-15: making it known again with another class is refused; its documents carry the first one."""
    path = f"/knowledge-bases/{office.knowledge_base}"
    for item in CLASSES[:4]:
        body: dict[str, Any] = {"authority": str(office.authority), "protection_class": item.value}
        with office.client() as client:
            assert client.put(path, json=body).status_code == (204 if item == "intern" else 404)


def objects_of(service: RetrievalService) -> set[Path]:
    return {path for path in (service.data_dir / "data").rglob("*") if "objects" in str(path)}


@pytest.fixture(scope="module")
def at_rest(service: RetrievalService) -> RetrievalService:
    """Earlier tests leave documents that are still being read and write objects meanwhile."""
    before, now = None, objects_of(service)
    while before != now:
        time.sleep(2)
        before, now = now, objects_of(service)
    return service


@pytest.mark.parametrize(
    "name",
    [
        "VS-NfD Lagebild.txt",
        "lage_VS-NfD.txt",
        "VS_NUR_FUER_DEN_DIENSTGEBRAUCH.txt",
        "x VS – Nur für den Dienstgebrauch.txt",
    ],
)
def test_a_mark_in_the_name_is_refused_before_anything_is_kept(
    at_rest: RetrievalService, office: Office, name: str
) -> None:
    """ING-11: the content of such a file is not even stored."""
    objects = objects_of(at_rest)
    with office.client() as client:
        state = upload(client, "/files", name, b"harmloser Inhalt")
        assert (state["state"], state["reason"]["code"]) == ("failed", "vs_marking")
        assert client.get(f"/files/{state['id']}/content").status_code == 404
    assert objects_of(at_rest) == objects
