# SPDX-License-Identifier: EUPL-1.2
"""Documents and files over HTTP, from upload to deletion, against the real service."""

import httpx
import pytest

from tests.support import pdf
from tests.support.http import TRUSTS_NOBODY
from tests.support.office import docx, odt, paragraph
from tests.support.retrieval import Office, upload, wait_for

TEXT = "Merkblatt\n\n§ 12 Höchstbeträge\nDer Höchstbetrag richtet sich nach der Mietenstufe.\n".encode()


def ready(client: httpx.Client, office: Office, name: str, content: bytes) -> dict[str, object]:
    state = wait_for(client, f"/documents/{upload(client, office.documents, name, content)['id']}")
    assert state["state"] == "ready", state
    return state


def test_from_upload_to_deletion(office: Office) -> None:
    with office.client() as client:
        accepted = upload(client, office.documents, "Merkblatt.txt", TEXT)
        assert (accepted["state"], accepted["size"], accepted["progress"]) == ("queued", len(TEXT), 0)
        path = f"/documents/{accepted['id']}"
        state = wait_for(client, path)
        assert (state["state"], state["media_type"], state["name"]) == ("ready", "text/plain", "Merkblatt.txt")
        assert client.get(f"/knowledge-bases/{office.knowledge_base}").json() == {
            "id": str(office.knowledge_base),
            "documents": 1,
            "ready": 1,
            "failed": 0,
            "pages": 0,
        }
        assert client.get(path + "/content").content == TEXT
        text = client.get(path + "/text").json()
        start = text["text"].index("Der Höchstbetrag")
        part = client.get(path + "/text", params={"char_from": start, "char_to": start + 16}).json()
        assert (part["text"], part["length"]) == ("Der Höchstbetrag", text["length"])
        assert part["sections"][0]["path"] == ["§ 12 Höchstbeträge"]
        assert client.delete(path).status_code == 204
        for gone in (path, path + "/text", path + "/content"):
            assert client.get(gone).json()["code"] == "not_found"
        assert client.get(office.documents).json()["items"] == []


def test_it_says_how_a_document_was_read(office: Office) -> None:
    """Steps with their time and counts, also of the step that failed; without a word of name or content."""
    with office.client() as client:
        page = b"<html><body><h1>Mieten</h1><table><tr><td>a</td></tr></table><p>Ein Satz.</p></body></html>"
        log = ready(client, office, "Merkblatt.html", page)
        found = log["processing"]
        assert isinstance(found, dict)
        assert [step["step"] for step in found["steps"]] == ["read", "keep", "chunk", "index"]
        assert all(step["ms"] >= 0 and not step["failed"] for step in found["steps"])
        text = client.get(f"/documents/{log['id']}/text").json()
        assert (found["headings"], found["characters"]) == (1, text["length"])
        assert found["tables"] >= 1
        assert found["chunks"] >= 1
        broken = upload(client, office.documents, "kaputt.pdf", b"%PDF-1.7 kein Inhalt")
        failed = wait_for(client, f"/documents/{broken['id']}")
        assert failed["state"] == "failed"
        assert [(step["step"], step["failed"]) for step in failed["processing"]["steps"]] == [("read", True)]
        assert failed["processing"]["chunks"] is None
        listed = {item["id"]: item["processing"] for item in client.get(office.documents).json()["items"]}
        assert listed[log["id"]] == found
    reader = office.who(writable_knowledge_bases=frozenset())
    with office.service.client(reader) as client:
        assert client.get(f"/documents/{log['id']}").json()["processing"] is None
        assert {item["processing"] for item in client.get(office.documents).json()["items"]} == {None}


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", pdf.build(pdf.text_page("Größe des Haushalts")), "application/pdf"),
        (
            "b.docx",
            docx(paragraph("Größe des Haushalts")),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("c.odt", odt("<text:p>Größe des Haushalts</text:p>"), "application/vnd.oasis.opendocument.text"),
        ("d.html", "<html><body><p>Größe des Haushalts</p></body></html>".encode(), "text/html"),
        ("e.md", "# Größe des Haushalts".encode(), "text/markdown"),
        ("f.txt", "Größe des Haushalts".encode("cp1252"), "text/plain"),
        ("kein-pdf.pdf", "Größe des Haushalts".encode("utf-16"), "text/plain"),
        ("kein-text.txt", pdf.build(pdf.text_page("Größe des Haushalts")), "application/pdf"),
    ],
)
def test_kinds_are_known_by_content(office: Office, name: str, content: bytes, media_type: str) -> None:
    """ING-05: the type comes from the content, a wrong extension changes nothing; it is served as attachment only."""
    with office.client() as client:
        state = ready(client, office, name, content)
        assert state["media_type"] == media_type
        assert "Größe des Haushalts" in client.get(f"/documents/{state['id']}/text").json()["text"]
        opened = client.get(f"/documents/{state['id']}/content")
        assert opened.headers["content-disposition"].startswith("attachment;")
        assert opened.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in opened.headers["content-security-policy"]


def test_duplicates_are_answered_with_the_first(office: Office) -> None:
    with office.client() as client:
        first = ready(client, office, "a.txt", TEXT)
        again = upload(client, office.documents, "b.txt", TEXT)
        assert again["id"] == first["id"]
        assert [warning["code"] for warning in again["warnings"]] == ["duplicate"]
        assert len(client.get(office.documents).json()["items"]) == 1


def test_a_new_version_supersedes_the_old_one(office: Office) -> None:
    """DSG-08 in part: the old version leaves list and search, what cited it can still open it."""
    with office.client() as client:
        old = ready(client, office, "Regelung.txt", b"Die Frist betraegt einen Monat.")
        new = ready(client, office, "regelung.TXT", b"Die Frist betraegt zwei Monate.")
        items = client.get(office.documents).json()["items"]
        assert [item["id"] for item in items] == [new["id"]]
        assert "einen Monat" in client.get(f"/documents/{old['id']}/text").json()["text"]


def test_pages_of_the_list(office: Office) -> None:
    with office.client() as client:
        ids = [upload(client, office.documents, f"{n}.txt", f"Text {n}".encode())["id"] for n in range(5)]
        found: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = client.get(office.documents, params={"limit": "2", **after}).json()
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert found == ids
        wrong = client.get(office.documents, params={"after": "quatsch"})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/after")


def test_files_belong_to_their_person(office: Office) -> None:
    """TEN-03 in part: a colleague of the same authority does not see my file, my run only the files it was given."""
    me = office.who()
    with office.service.client(me) as client:
        mine = upload(client, "/files", "notiz.md", b"# Notiz\n\nText")
        other = upload(client, "/files", "zwei.md", b"# Zwei\n\nText")
        assert wait_for(client, f"/files/{mine['id']}")["state"] == "ready"
        assert client.get(f"/documents/{mine['id']}").status_code == 404
    with office.client() as colleague:
        assert colleague.get(f"/files/{mine['id']}").status_code == 404
        assert colleague.delete(f"/files/{mine['id']}").status_code == 404
    with office.service.client(office.who(subject=me.subject, run=me.subject, files=frozenset({_uuid(mine)}))) as run:
        assert run.get(f"/files/{mine['id']}/text").status_code == 200
        assert run.get(f"/files/{other['id']}/text").status_code == 404
    with office.service.client(me) as client:
        assert client.delete(f"/files/{mine['id']}").status_code == 204


def _uuid(state: dict[str, object]) -> object:
    from uuid import UUID

    return UUID(str(state["id"]))


def test_a_knowledge_base_goes_with_everything(office: Office) -> None:
    with office.client() as client:
        state = ready(client, office, "a.txt", TEXT)
        assert client.delete(f"/knowledge-bases/{office.knowledge_base}").status_code == 204
        assert client.get(f"/documents/{state['id']}").status_code == 404
        assert client.get(office.documents).status_code == 404
        assert client.delete(f"/knowledge-bases/{office.knowledge_base}").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        ({"documents.read"}, "POST", "{documents}"),
        ({"documents.write"}, "GET", "{documents}"),
        ({"documents.read", "documents.write"}, "PUT", "{base}"),
        ({"documents.read"}, "DELETE", "{base}"),
        ({"documents.read"}, "GET", "/files/{id}"),
        ({"files.read"}, "POST", "/files"),
        ({"files.read"}, "GET", "/documents/{id}"),
        (set(), "POST", "/search"),
        ({"documents.write"}, "POST", "{base}/imports"),
    ],
)
def test_scopes_are_needed(office: Office, scopes: set[str], method: str, path: str) -> None:
    base = f"/knowledge-bases/{office.knowledge_base}"
    filled = path.format(documents=office.documents, base=base, id=office.knowledge_base)
    with office.client(scopes=frozenset(scopes)) as client:
        answer = client.request(method, filled, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_wrong_fields_are_named(office: Office) -> None:
    with office.client() as client:
        base = f"/knowledge-bases/{office.knowledge_base}"
        answer = client.put(base, json={"authority": "x", "protection_class": "geheim", "name": "y"})
        assert answer.status_code == 400
        assert {error["pointer"] for error in answer.json()["errors"]} == {"/authority", "/protection_class", "/name"}
        assert client.get(office.documents, params={"limit": "0"}).json()["errors"][0]["pointer"] == "/limit"


def test_without_a_token_nothing_answers(office: Office) -> None:
    for path in (office.documents, "/files/x", "/documents/x", f"/knowledge-bases/{office.knowledge_base}"):
        assert httpx.get(office.service.url + path, verify=TRUSTS_NOBODY).status_code == 401


def test_health_and_metrics(office: Office) -> None:
    health = httpx.get(office.service.url + "/health/ready", verify=TRUSTS_NOBODY).json()
    assert health["status"] in {"ok", "degraded"}
    assert health["checks"]["database"] == "ok"
    assert httpx.get(office.service.url + "/metrics", verify=TRUSTS_NOBODY).status_code == 200


def test_uploaded_text_is_found_with_its_place(office: Office) -> None:
    with office.client() as client:
        state = ready(client, office, "Merkblatt.txt", TEXT)
        found = client.post("/search", json={"query": "Wonach richtet sich der Höchstbetrag?"}).json()
        hit = found["hits"][0]
        assert (hit["document"], hit["knowledge_base"]) == (state["id"], str(office.knowledge_base))
        assert hit["section_path"] == ["§ 12 Höchstbeträge"]
        text = client.get(f"/documents/{state['id']}/text").json()["text"]
        assert text[hit["char_from"] : hit["char_to"]] == hit["text"]
        assert found["searched"] == {"knowledge_bases": 1, "documents": 1, "left_out": 0, "filter": None}
        client.delete(f"/documents/{state['id']}")
        assert client.post("/search", json={"query": "Höchstbetrag Mietenstufe"}).json()["hits"] == []


def test_a_file_is_searched_only_when_it_is_named(office: Office) -> None:
    me = office.who()
    with office.service.client(me) as client:
        state = upload(client, "/files", "notiz.txt", b"Der Schornsteinfeger kommt am Dienstag.")
        assert wait_for(client, f"/files/{state['id']}")["state"] == "ready"
        assert client.post("/search", json={"query": "Schornsteinfeger"}).json()["hits"] == []
        hits = client.post("/search", json={"query": "Schornsteinfeger", "files": [state["id"]]}).json()["hits"]
        assert [hit["file"] for hit in hits] == [state["id"]]


OLD, NEW = "Die Widerspruchsfrist beträgt einen Monat.".encode(), "Die Widerspruchsfrist beträgt zwei Monate.".encode()


def found(client: httpx.Client) -> list[str]:
    return [hit["document"] for hit in client.post("/search", json={"query": "Widerspruchsfrist"}).json()["hits"]]


def test_a_document_replaces_one_of_another_name(office: Office) -> None:
    """DSG-08: the moment it is ready the old one is in no hit and no list; what cites it says what holds now."""
    with office.client() as client:
        old = ready(client, office, "Regelung.txt", OLD)
        assert old["superseded_by"] is None
        made = upload(client, office.documents, "Neufassung.txt", NEW, replaces=str(old["id"]))
        while (state := client.get(f"/documents/{made['id']}").json())["state"] != "ready":
            assert state["state"] != "failed"
        assert found(client) == [made["id"]]
        assert [item["id"] for item in client.get(office.documents).json()["items"]] == [made["id"]]
        third = ready(client, office, "neufassung.TXT", NEW + b" Ausnahmen gibt es nicht.")
        shown = client.get(f"/documents/{old['id']}").json()["superseded_by"]
        assert (shown["document"], shown["name"]) == (third["id"], "neufassung.TXT"), "the newest, not the next"
        assert client.get(f"/documents/{old['id']}/text").json()["text"].startswith("Die Widerspruchsfrist")


def test_what_is_superseded_stays_so_when_its_successor_is_deleted(office: Office) -> None:
    """DSG-08: by what holds then; by nothing that is there any more, it says so and does not come back."""
    with office.client() as client:
        old = ready(client, office, "Regelung.txt", OLD)
        second = ready(client, office, "Regelung.txt", NEW)
        third = ready(client, office, "Regelung.txt", NEW + b" Ausnahmen gibt es nicht.")
        for gone, holds in ((second["id"], third["id"]), (third["id"], None)):
            client.delete(f"/documents/{gone}").raise_for_status()
            state = client.get(f"/documents/{old['id']}").json()
            assert (state["superseded"], (state["superseded_by"] or {}).get("document")) == (True, holds)
        assert found(client) == []
        assert client.get(office.documents).json()["items"] == []
        listed = client.get(office.documents, params={"superseded": "true"}).json()["items"]
        assert [(item["id"], item["superseded"]) for item in listed] == [(old["id"], True)]
        again = ready(client, office, "Regelung.txt", OLD)
        assert again["id"] != old["id"]
        assert again["superseded"] is False
        assert found(client) == [again["id"]]


def test_content_that_is_there_already_replaces_too(office: Office) -> None:
    """DSG-08"""
    with office.client() as client:
        old, new = ready(client, office, "Regelung.txt", OLD), ready(client, office, "Neufassung.txt", NEW)
        again = upload(client, office.documents, "Neufassung.txt", NEW, replaces=str(old["id"]))
        assert again["id"] == new["id"]
        assert found(client) == [new["id"]]


def test_a_slow_upload_does_not_hold_beside_its_faster_successor(office: Office) -> None:
    """DSG-08: of two uploads of one name the later one holds, whichever is ready first."""
    with office.client() as client:
        slow = upload(client, office.documents, "Regelung.txt", OLD + b" Absatz.\n" * 20_000)
        fast = ready(client, office, "Regelung.txt", NEW)
        wait_for(client, f"/documents/{slow['id']}")
        assert found(client) == [fast["id"]]
        assert client.get(f"/documents/{slow['id']}").json()["superseded_by"]["document"] == fast["id"]


def test_two_documents_never_replace_each_other(office: Office) -> None:
    """DSG-08: what is to replace another one, and is replaced by it while it is still being read, gives way."""
    with office.client() as client:
        short = ready(client, office, "Regelung.txt", OLD)
        slow = upload(client, office.documents, "Neufassung.txt", NEW + b" Absatz.\n" * 20_000, replaces=short["id"])
        again = upload(client, office.documents, "Regelung.txt", OLD, replaces=slow["id"])
        assert again["id"] == short["id"]
        assert again["state"] == "ready"
        wait_for(client, f"/documents/{slow['id']}")
        assert found(client) == [short["id"]]
        assert client.get(f"/documents/{short['id']}").json()["superseded_by"] is None
        assert client.get(f"/documents/{slow['id']}").json()["superseded_by"]["document"] == short["id"]


def test_only_a_current_document_of_the_same_knowledge_base_is_replaced(office: Office) -> None:
    """DSG-08, TEN-02: a foreign one is like an unknown one, and nothing is uploaded."""
    other = Office(office.service).set_up()
    with office.client() as client, other.client() as stranger:
        foreign = ready(stranger, other, "Fremd.txt", OLD)
        old = ready(client, office, "Regelung.txt", OLD)
        ready(client, office, "Regelung.txt", NEW)
        bodies = []
        for document in (foreign["id"], "00000000-0000-4000-8000-000000000000", old["id"]):
            answer = client.post(
                office.documents, params={"name": "x.txt", "replaces": document}, content=b"Neu",
                headers={"content-type": "application/octet-stream"},
            )  # fmt: skip
            assert answer.json()["errors"][0]["pointer"] == "/replaces"
            bodies.append({**answer.json(), "request_id": ""})
        assert [body["code"] for body in bodies] == ["not_found", "not_found", "already_replaced"]
        assert bodies[0] == bodies[1]
        assert len(client.get(office.documents).json()["items"]) == 1
        assert found(stranger) == [foreign["id"]]


def test_a_superseded_version_leaves_the_search(office: Office) -> None:
    with office.client() as client:
        ready(client, office, "Regelung.txt", "Die Widerspruchsfrist beträgt einen Monat.".encode())
        new = ready(client, office, "Regelung.txt", "Die Widerspruchsfrist beträgt zwei Monate.".encode())
        hits = client.post("/search", json={"query": "Widerspruchsfrist"}).json()["hits"]
        assert [hit["document"] for hit in hits] == [new["id"]]
