# SPDX-License-Identifier: EUPL-1.2
"""Keys of an authority rotated and destroyed while the service runs: all stays readable, or is gone for good."""

import threading
import uuid
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa

from genius_common.principal import Principal
from tests.support.laws import amended, longer, shipped
from tests.support.retrieval import Office, RetrievalService, principal, upload, wait_for

WORD = "Zwölfzeilenvogel"
TEXT = f"Der {WORD} nistet im Aktenschrank des Amtes für Statistik.".encode()


def operator(service: RetrievalService, authority: UUID | None) -> httpx.Client:
    scopes = frozenset({"authority.destroy", "keys.maintain"})
    return service.client(replace(principal(authority, subject=UUID(int=0)), scopes=scopes))


def search(client: httpx.Client, who: Office, files: list[str] | None = None) -> list[dict[str, Any]]:
    body = {"query": WORD, "knowledge_bases": [str(who.knowledge_base)], "files": files or []}
    answer = client.post("/search", json=body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["hits"]
    return found


class Stored:
    """A document of the authority and a file of one person, both searchable."""

    def __init__(self, office: Office) -> None:
        self.office, self.person = office, uuid.uuid4()
        with self.client() as client:
            self.document = upload(client, office.documents, "vogel.txt", TEXT)["id"]
            self.file = upload(client, "/files", "eigen.txt", TEXT + b" Eigenes.")["id"]
            assert wait_for(client, f"/documents/{self.document}")["state"] == "ready"
            assert wait_for(client, f"/files/{self.file}")["state"] == "ready"

    def who(self) -> Principal:
        return self.office.who(subject=self.person)

    def client(self) -> httpx.Client:
        return self.office.service.client(self.who())

    def readable(self) -> tuple[bytes, bytes, set[str]]:
        """Both originals, and what a search finds."""
        with self.client() as client:
            hits = search(client, self.office, [self.file])
            originals = [client.get(path).content for path in (f"/documents/{self.document}/content",
                                                               f"/files/{self.file}/content")]  # fmt: skip
        return originals[0], originals[1], {hit["document"] for hit in hits}


def key_rows(service: RetrievalService, authority: UUID | None) -> list[Any]:
    engine = sa.create_engine(service.owner_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        setting = sa.text("SELECT set_config('genius.authority', :a, true), set_config('genius.scope', 'whole', true)")
        connection.execute(setting, {"a": str(authority)})
        rows = connection.execute(sa.text("SELECT id, state, person, wrapped FROM keys WHERE purpose = 'content'"))
        found = [row for row in rows.all() if row.wrapped is not None]
    engine.dispose()
    return found


def test_rotating_keeps_everything_readable(service: RetrievalService, office: Office) -> None:
    """LOG-03, DSG-03: after a rotation all that is kept is sealed anew, readers and searchers notice nothing."""
    stored = Stored(office)
    before = stored.readable()
    assert before[2] == {stored.document, stored.file}
    faults: list[str] = []
    stop = threading.Event()

    def reading() -> None:
        while not stop.is_set():
            if (now := stored.readable()) != before:
                faults.append(str(now))

    reader = threading.Thread(target=reading)
    reader.start()
    try:
        with operator(service, office.authority) as client:
            assert client.post("/authorities/self/keys").status_code == 200
            assert client.post("/authorities/self/keys", params={"person": str(stored.person)}).status_code == 200
            assert stored.readable() == before, "the older keys still open"
            done = client.post("/authorities/self/reseal", timeout=60).json()
            assert (done["rows"], done["objects"], done["points"]) == (2, 4, 2), done
            again = client.post("/authorities/self/reseal").json()
            assert not any(again.values()), again
    finally:
        stop.set()
        reader.join()
    assert faults == []
    retired = [row.id for row in key_rows(service, office.authority) if row.state == "retired"]
    assert len(retired) == 2
    # Without the retired keys nothing is missing: all was sealed anew.
    engine = sa.create_engine(service.owner_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        setting = sa.text("SELECT set_config('genius.authority', :a, true), set_config('genius.scope', 'whole', true)")
        connection.execute(setting, {"a": str(office.authority)})
        gone = sa.text("UPDATE keys SET state = 'destroyed', wrapped = '' WHERE id = ANY(:ids)")
        connection.execute(gone, {"ids": retired})
    engine.dispose()
    assert stored.readable() == before
    with stored.client() as client:
        newer = upload(client, office.documents, "vogel.txt", TEXT + b" Neue Fassung.")["id"]
        assert wait_for(client, f"/documents/{newer}")["state"] == "ready"
        listed = client.get(office.documents).json()["items"]
    assert [item["id"] for item in listed] == [newer], "the next version still finds the older one by its name"


def test_destroying_leaves_nothing(service: RetrievalService, office: Office) -> None:
    """DSG-02, DSG-03, AUD-07: rows, points, objects and keys of the authority, and nothing of another one."""
    stored, other = Stored(office), Stored(Office(service).set_up())
    kept = other.readable()
    objects = {path for path in (service.data_dir / "data" / "objects").rglob("*") if path.is_file()}
    with operator(service, office.authority) as client:
        before = client.get("/authorities/self").json()
        done = client.delete("/authorities/self", params={"closed": "true"}, timeout=60).json()
        again = client.delete("/authorities/self", params={"closed": "true"}, timeout=60).json()
        after = client.get("/authorities/self").json()
    assert (before["documents"], before["files"], before["objects"], before["points"]) == (1, 1, 4, 2)
    assert done["deleted"] == {kind: number for kind, number in before.items() if kind != "keys"}
    assert len(done["keys"]) == before["keys"] >= 2
    assert not any(after.values())
    assert not any(again["deleted"].values())
    assert again["keys"] == []
    left = {path for path in (service.data_dir / "data" / "objects").rglob("*") if path.is_file()}
    assert len(objects - left) == 4
    assert all(bytes(row.wrapped) == b"" for row in key_rows(service, office.authority))
    assert other.readable() == kept
    with stored.client() as client:
        assert client.get(f"/files/{stored.file}/content").status_code == 404
        body = {"authority": str(office.authority), "protection_class": "intern"}
        assert client.put(f"/knowledge-bases/{uuid.uuid4()}", json=body).status_code >= 400, "closed for good"
        assert client.post("/files", params={"name": "x.txt"}, content=TEXT).status_code >= 400


def test_only_the_commands_of_operators_may(service: RetrievalService, office: Office) -> None:
    """TEN-01: no scope of a user or application opens these routes."""
    with office.client() as client:
        for method, path in (
            ("GET", "/authorities/self"), ("DELETE", "/authorities/self?closed=true"),
            ("POST", "/authorities/self/keys"), ("POST", "/authorities/self/reseal"),
        ):  # fmt: skip
            assert client.request(method, path).status_code == 403
    with operator(service, None) as client:
        assert client.get("/authorities/self").status_code == 403


def test_an_imported_law_stays_a_law(service: RetrievalService, office: Office) -> None:
    """DSG-03, DSG-08: under the next key an upload of its name supersedes nothing, and its update still does."""
    whole = shipped("WoGG")
    law = whole.model_copy(update={"sections": whole.sections[:3]})
    later = amended(law, longer(0, f"{WORD}."))
    imports = f"/knowledge-bases/{office.knowledge_base}/imports"
    with office.client() as client, operator(service, office.authority) as keeper:
        client.post(imports, json={"source": "gesetz", "law": law.model_dump(mode="json")}).raise_for_status()
        keeper.post("/authorities/self/keys").raise_for_status()
        keeper.post("/authorities/self/reseal").raise_for_status()
        made = upload(client, office.documents, "WoGG", TEXT)
        wait_for(client, f"/documents/{made['id']}")
        listed = client.get(office.documents).json()["items"]
        assert [item["name"] for item in listed] == ["WoGG"] * 2
        done = client.post(imports, json={"source": "gesetz", "law": later.model_dump(mode="json")})
        assert '"points":1' in done.text
        current = client.get(office.documents).json()["items"]
        assert {item["as_of"] for item in current} == {None, later.as_of.isoformat()}
        assert len(current) == 2
