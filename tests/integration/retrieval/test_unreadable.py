# SPDX-License-Identifier: EUPL-1.2
"""A document whose stored name or title does not open stays in the list, as what it is."""

import re

import httpx
import sqlalchemy as sa

from tests.support.http import TRUSTS_NOBODY
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, upload, wait_for

HTML = "<html><head><title>{0} Titel</title></head><body><p>Der Antrag {0} ist bis März zu stellen.</p></body></html>"


def damage(postgres: TestPostgres, office: Office, column: str, document: str) -> None:
    """Past row-level security: one bit of the last byte is another."""
    change = f"set_byte({column}, length({column}) - 1, get_byte({column}, length({column}) - 1) # 1)"
    engine = sa.create_engine(postgres.superuser_url(office.service.app_url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        done = connection.execute(sa.text(f"UPDATE documents SET {column} = {change} WHERE id = :id"), {"id": document})
    engine.dispose()
    assert done.rowcount == 1


def counted(office: Office) -> float:
    text = httpx.get(office.service.url + "/metrics", verify=TRUSTS_NOBODY).text
    found = re.search(r'^genius_unreadable_values_total\{table="documents"\} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_a_list_shows_which_document_has_no_readable_name(office: Office, postgres_server: TestPostgres) -> None:
    """LOG-01, DSG-08: nothing else is hidden; the log names the row, the metric counts; a successor is unnamed too."""
    with office.client() as client:
        names = ("Heil.html", "Ohne Name.html", "Ohne Titel.html")
        ids = [upload(client, office.documents, name, HTML.format(name).encode())["id"] for name in names]
        before = [wait_for(client, f"/documents/{document}") for document in ids]
        damage(postgres_server, office, "name", ids[1])
        damage(postgres_server, office, "title", ids[2])
        count = counted(office)
        items = client.get(office.documents).raise_for_status().json()["items"]
        assert items == [before[0], before[1] | {"name": "", "unreadable": True}, before[2] | _NO_TITLE]
        assert counted(office) == count + 2
        newer = upload(client, office.documents, "Neu.html", HTML.format("Neu").encode(), replaces=ids[0])["id"]
        wait_for(client, f"/documents/{newer}")
        damage(postgres_server, office, "name", newer)
        successor = client.get(f"/documents/{ids[0]}").raise_for_status().json()["superseded_by"]
        assert (successor["document"], successor["name"], successor["title"]) == (newer, None, "Neu Titel")
        assert client.delete(f"/documents/{ids[1]}").status_code == 204
    lines = [line for line in office.service.log().splitlines() if "stored value not readable" in line]
    assert any(ids[1] in line and '"level": "error"' in line.replace('":"', '": "') for line in lines)
    assert not any(word in line for line in lines for word in ("Ohne Name", "Titel", "März"))


_NO_TITLE = {"title": None, "unreadable": True}
