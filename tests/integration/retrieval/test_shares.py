# SPDX-License-Identifier: EUPL-1.2
"""What retrieval itself asks for before another authority reads a knowledge base, whatever the gateway's tokens say."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from genius_common.database import Database, RowScope
from tests.support.retrieval import Office, RetrievalService, upload, wait_for

SHARED, PRIVATE = "Der Zaunkönig Siebenschläfer wohnt im Keller.", "Die Amsel Achtfüßer wohnt im Keller."


@pytest.fixture
def filled(office: Office) -> tuple[str, Office]:
    """A document in the knowledge base to share, and another knowledge base of the same authority with one."""
    private = Office(office.service, authority=office.authority).set_up()
    with office.client() as client, private.client() as other:
        document = upload(client, office.documents, "zaun.txt", SHARED.encode())["id"]
        secret = upload(other, private.documents, "amsel.txt", PRIVATE.encode())["id"]
        assert wait_for(client, f"/documents/{document}")["state"] == "ready"
        assert wait_for(other, f"/documents/{secret}")["state"] == "ready"
    return document, private


def test_offered_accepted_ended(service: RetrievalService, office: Office, filled: tuple[str, Office]) -> None:
    """TEN-04, TEN-06: hits and document from acceptance to end; never of another knowledge base, also with its id."""
    document, private = filled
    other, third = Office(service).set_up(), Office(service).set_up()
    both = frozenset({office.knowledge_base, private.knowledge_base})
    share = f"/knowledge-bases/{office.knowledge_base}/shares/{other.authority}"
    accept = f"/knowledge-bases/{office.knowledge_base}/acceptance"
    with (
        office.client() as owner,
        other.client(knowledge_bases=both) as reader,
        third.client(knowledge_bases=both) as out,
    ):

        def seen() -> tuple[bool, bool, int]:
            texts = [reader.post("/search", json={"query": word}).text for word in ("Zaunkönig", "Amsel")]
            assert PRIVATE not in "".join(texts)
            assert out.post("/search", json={"query": "Zaunkönig"}).json()["hits"] == []
            assert out.get(f"/documents/{document}").status_code == 404
            return SHARED in texts[0], "Zaunkönig" in texts[1], reader.get(f"/documents/{document}").status_code

        assert reader.post(accept).status_code == 404, "nothing was offered yet"
        assert reader.put(share).status_code == 404, "only the owner offers"
        assert owner.put(share).status_code == 204
        assert seen() == (False, False, 404)
        assert owner.post(accept).status_code == 404, "only the other side accepts"
        assert out.post(accept).status_code == 404
        assert reader.post(accept).status_code == 204
        assert (seen()[0], seen()[2]) == (True, 200)
        assert reader.delete(f"/documents/{document}").status_code == 404
        assert out.delete(share).status_code == 204, "what is not theirs is not there for them"
        assert seen()[0], "and stays"
        assert reader.delete(share).status_code == 204
        assert seen() == (False, False, 404)


async def test_the_database_lets_no_side_act_for_the_other(office: Office, database: Database) -> None:
    """TEN-10: no accepted row by the owner, no acceptance by the owner, no other knowledge base by the reader."""
    other = uuid4()
    values = {"kb": office.knowledge_base, "own": office.authority, "other": other, "to": uuid4()}
    make = "INSERT INTO shares (knowledge_base, authority, grantee, accepted_at) VALUES (:kb, :own, :other, {})"

    async def done(authority: UUID | None, statement: str) -> int:
        async with database.transaction(RowScope(authority=authority)) as connection:
            return (await connection.execute(sa.text(statement), values)).rowcount

    for authority, accepted in ((office.authority, "now()"), (other, "NULL"), (other, "now()")):
        with pytest.raises(DBAPIError, match="row-level security"):
            await done(authority, make.format(accepted))
    assert await done(office.authority, make.format("NULL")) == 1
    assert await done(office.authority, "UPDATE shares SET accepted_at = now() WHERE knowledge_base = :kb") == 0
    for change in ("grantee = :to", "authority = :to", "knowledge_base = :to"):
        with pytest.raises(DBAPIError, match=r"accepted or ended|row-level security"):
            await done(other, f"UPDATE shares SET {change} WHERE knowledge_base = :kb")
    keys = "SELECT 1 FROM keys WHERE authority = :own"
    assert await done(other, keys) == 0, "an offer opens no key"
    assert await done(other, "UPDATE shares SET accepted_at = now() WHERE knowledge_base = :kb") == 1
    assert await done(other, keys) == 1
    assert await done(other, "DELETE FROM shares WHERE knowledge_base = :kb") == 1
    assert await done(other, keys) == 0
