# SPDX-License-Identifier: EUPL-1.2
"""Nothing leaks between authorities: over HTTP, and in the database below it."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from genius_common.database import Database, RowScope
from genius_common.principal import ProtectionClass
from tests.support.retrieval import Office, RetrievalService, upload, wait_for

CANARY = "Der Kanarienvogel Zwölfzeiler nistet im Aktenschrank."


@pytest.fixture
def stored(office: Office) -> dict[str, str]:
    """Ids of a ready document and a file of `office`."""
    with office.client() as client:
        document = upload(client, office.documents, "vogel.txt", CANARY.encode())
        file = upload(client, "/files", "vogel.txt", CANARY.encode())
        assert wait_for(client, f"/documents/{document['id']}")["state"] == "ready"
        assert wait_for(client, f"/files/{file['id']}")["state"] == "ready"
    return {"document": document["id"], "file": file["id"], "kb": str(office.knowledge_base)}


MALFORMED = ["x", "0", "..", "%2e%2e", "1' or '1'='1", "{uuid}", "urn:uuid:00000000-0000-0000-0000-000000000000", "%00"]
ROUTES = [
    ("GET", "/documents/{document}"),
    ("DELETE", "/documents/{document}"),
    ("GET", "/documents/{document}/content"),
    ("GET", "/documents/{document}/text"),
    ("GET", "/documents/{document}/text?part_at=0"),
    ("GET", "/documents/{document}/layout"),
    ("GET", "/documents/{document}/pages/1"),
    ("GET", "/documents/{document}/pages/1/text"),
    ("GET", "/files/{file}"),
    ("DELETE", "/files/{file}"),
    ("GET", "/files/{file}/content"),
    ("GET", "/files/{file}/text"),
    ("GET", "/files/{file}/text?part_at=0"),
    ("GET", "/files/{file}/layout"),
    ("GET", "/files/{file}/pages/1"),
    ("GET", "/knowledge-bases/{kb}"),
    ("DELETE", "/knowledge-bases/{kb}"),
    ("GET", "/knowledge-bases/{kb}/documents"),
    ("POST", "/knowledge-bases/{kb}/documents?name=x"),
]


def test_foreign_unknown_and_malformed_ids_answer_alike(service: RetrievalService, stored: dict[str, str]) -> None:
    """TEN-02: equal status, body and headers, but for the request's own id and date."""
    stranger = Office(service).set_up()
    with stranger.client() as client:
        for method, route in ROUTES:
            answers = set()
            unknown = {name: str(uuid4()) for name in stored}
            for ids in (stored, unknown, *(dict.fromkeys(stored, bad) for bad in MALFORMED[:4])):
                answer = client.request(method, route.format(**ids), content=b"x" if method == "POST" else None)
                body = {k: v for k, v in answer.json().items() if k != "request_id"}
                headers = {k: v for k, v in answer.headers.items() if k not in {"date", "x-request-id"}}
                headers.pop("content-length")
                answers.add((answer.status_code, repr(sorted(body.items())), repr(sorted(headers.items()))))
            assert len(answers) == 1, (method, route, answers)
            assert next(iter(answers))[0] == 404


@pytest.mark.parametrize("bad", MALFORMED)
def test_malformed_ids_are_never_an_error_of_ours(office: Office, bad: str) -> None:
    with office.client() as client:
        assert client.get(f"/documents/{bad}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "99", "9999999999", "²"])
def test_unknown_pages_are_not_found(office: Office, stored: dict[str, str], number: str) -> None:
    with office.client() as client:
        assert client.get(f"/documents/{stored['document']}/pages/{number}").status_code == 404


def test_search_never_finds_a_foreign_document(service: RetrievalService, stored: dict[str, str]) -> None:
    """TEN-03, TEN-04: by text, by named ids, and with a token that claims the foreign knowledge base."""
    stranger = Office(service).set_up()
    foreign = UUID(stored["kb"])
    with stranger.client() as client:
        assert client.post("/search", json={"query": CANARY}).json()["hits"] == []
        for field, value in (("knowledge_bases", "kb"), ("documents", "document"), ("files", "file")):
            answer = client.post("/search", json={"query": CANARY, field: [stored[value]]})
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, f"/{field}")
            unknown = client.post("/search", json={"query": CANARY, field: [str(uuid4())]})
            assert {**unknown.json(), "request_id": ""} == {**answer.json(), "request_id": ""}
    both = frozenset({foreign, stranger.knowledge_base})
    with stranger.client(knowledge_bases=both, writable_knowledge_bases=both) as client:
        # Layer 1 is open here (a wrong claim): rows and collection of the other authority still hold alone.
        assert client.post("/search", json={"query": CANARY}).json()["hits"] == []
        assert client.get(f"/documents/{stored['document']}").status_code == 404
        for authority in (str(stranger.authority), None):
            assert client.put(f"/knowledge-bases/{foreign}", json={"authority": authority}).status_code == 404
        assert client.delete(f"/knowledge-bases/{foreign}").status_code == 404


def test_a_class_above_the_principals_is_not_there(service: RetrievalService) -> None:
    secret = Office(service, protection_class="steuergeheimnis")
    with secret.client(classification=ProtectionClass.STEUERGEHEIMNIS) as client:
        client.put(
            f"/knowledge-bases/{secret.knowledge_base}",
            json={"authority": str(secret.authority), "protection_class": "steuergeheimnis"},
        )
        state = upload(client, secret.documents, "a.txt", CANARY.encode())
        assert wait_for(client, f"/documents/{state['id']}")["protection_class"] == "steuergeheimnis"
        assert len(client.post("/search", json={"query": "Kanarienvogel"}).json()["hits"]) == 1
    with secret.client(classification=ProtectionClass.SOZIALDATEN) as client:
        assert client.post("/search", json={"query": "Kanarienvogel"}).json()["hits"] == []
        assert client.get(f"/documents/{state['id']}").status_code == 404
        assert client.get(secret.documents).status_code == 404


async def test_without_a_scope_there_are_no_rows(database: Database, office: Office, stored: dict[str, str]) -> None:
    """TEN-09 in part: no setting, no rows; another authority, no rows; a colleague, no files."""
    ids = [UUID(stored["document"]), UUID(stored["file"])]
    query = sa.text("SELECT count(*) FROM documents WHERE id = ANY(:ids)")
    seen = {}
    scopes = {
        "none": RowScope(),
        "other": RowScope(authority=uuid4(), person=uuid4()),
        "tenant": RowScope(tenant_wide=True),
        "colleague": RowScope(authority=office.authority, person=uuid4()),
    }
    for name, scope in scopes.items():
        async with database.transaction(scope) as connection:
            seen[name] = (await connection.execute(query, {"ids": ids})).scalar_one()
    assert seen == {"none": 0, "other": 0, "tenant": 0, "colleague": 1}


@pytest.mark.parametrize("statement", [
    "INSERT INTO knowledge_bases (id, authority, protection_class) VALUES (gen_random_uuid(), NULL, 'offen')",
    "INSERT INTO knowledge_bases (id, authority, protection_class)"
    " VALUES (gen_random_uuid(), gen_random_uuid(), 'offen')",
    "UPDATE knowledge_bases SET authority = NULL",
    "UPDATE knowledge_bases SET authority = gen_random_uuid()",
    "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
    "UPDATE alembic_version SET version_num = 'x'",
])  # fmt: skip
async def test_the_database_refuses_writes_outside_of_the_scope(
    database: Database, office: Office, statement: str
) -> None:
    """TEN-08: whatever the code above does wrong."""
    with pytest.raises(DBAPIError):
        async with database.transaction(RowScope(authority=office.authority, person=uuid4())) as connection:
            await connection.execute(sa.text(statement))


async def test_nothing_of_the_content_is_readable_at_rest(
    database: Database, office: Office, stored: dict[str, str]
) -> None:
    """Names, titles, text and originals are ciphertext in the database, in the objects and in the index."""
    needles = (b"Kanarienvogel", b"vogel.txt", "Zwölfzeiler".encode(), "kanarienvogel".encode("utf-16-le"))
    async with database.transaction(RowScope(authority=office.authority)) as connection:
        collection = (await connection.execute(sa.text("SELECT id FROM collections WHERE authority IS NOT NULL"))).one()
        data = office.service.data_dir / "data"
        files = [path for path in (data / "index" / str(collection.id)).rglob("*") if path.is_file()]
        objects = [path for path in (data / "objects").rglob("*") if path.is_file()]
        assert files
        assert objects
        for path in (*files, *objects):
            content = path.read_bytes()
            assert not any(needle in content for needle in needles), path
        rows = (await connection.execute(sa.text("SELECT documents::text FROM documents"))).scalars().all()
        jobs = (await connection.execute(sa.text("SELECT procrastinate_jobs::text FROM procrastinate_jobs"))).scalars()
        assert len(rows) >= 1
        assert not any("vogel" in text.lower() or "766f67656c" in text for text in (*rows, *jobs))
    assert "vogel" not in office.service.log().lower()
