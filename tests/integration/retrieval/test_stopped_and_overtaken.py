# SPDX-License-Identifier: EUPL-1.2
"""What came in after a failure holds, and what is stopped while it is being read is gone."""

import time
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from tests.support.retrieval import Office, upload, wait_for

ME = uuid4()
TEXT = "Die Grünfläche am Mühlbach wird im Mai gemäht.\n".encode()


def fail(office: Office, document: str, reason: str) -> None:
    """As the queue leaves it after the last attempt."""
    engine = sa.create_engine(office.service.owner_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        scope = sa.text(
            "SELECT set_config('genius.authority', :authority, true), set_config('genius.person', :me, true)"
        )
        connection.execute(scope, {"authority": str(office.authority), "me": str(ME)})
        found = connection.execute(
            sa.text("UPDATE documents SET state = 'failed', reason = :reason WHERE id = :id"),
            {"reason": reason, "id": UUID(document)},
        )
        assert found.rowcount == 1


def hits(client: httpx.Client) -> list[str]:
    return [hit["document"] for hit in client.post("/search", json={"query": "Grünfläche"}).json()["hits"]]


@pytest.mark.parametrize("later", ["same content", "same name", "replaced"])
def test_what_came_in_meanwhile_holds(office: Office, later: str) -> None:
    """DSG-08: a failed version that is read after its successor would hold beside it."""
    with office.client() as client:
        params = {"name": "plan.txt"}
        if later == "replaced":
            aim = upload(client, office.documents, "alt.txt", b"Alt.")
            wait_for(client, f"/documents/{aim['id']}")
            params["replaces"] = aim["id"]
        posted = client.post(office.documents, params=params, content=TEXT)
        path = f"/documents/{posted.json()['id']}"
        assert wait_for(client, path)["state"] == "ready"
        fail(office, posted.json()["id"], "internal_error")
        name, content = {
            "same content": ("anders.txt", TEXT),
            "same name": ("plan.txt", TEXT + b"Neu."),
            "replaced": ("plan.txt", TEXT + b"Auch neu."),
        }[later]
        wait_for(client, f"/documents/{upload(client, office.documents, name, content)['id']}")
        answer = client.post(f"{path}/retry")
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_retry")
        assert client.get(path).json()["state"] == "failed"


def test_deleting_what_is_being_read_leaves_nothing(office: Office) -> None:
    """ING-10: cancelled at whatever step it is, neither row nor object nor point stays."""
    objects = office.service.data_dir / "data" / "objects"
    with office.client() as client:
        wait_for(client, f"/documents/{upload(client, office.documents, 'erst.txt', b'Erstes.')['id']}")
        before = held(objects)
        for number in range(12):
            made = upload(client, office.documents, f"{number}.txt", TEXT * (number * 40 + 1) + str(number).encode())
            if number % 3:
                client.get(f"/documents/{made['id']}")  # a little later each time
            assert client.delete(f"/documents/{made['id']}").status_code == 204
        last = upload(client, office.documents, "zuletzt.txt", b"Zuletzt.")
        wait_for(client, f"/documents/{last['id']}")
        assert hits(client) == []
        client.delete(f"/documents/{last['id']}")
        settled(objects, before)


def held(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def settled(folder: Path, before: set[str]) -> None:
    """Purge jobs run behind the answers; those of other tests may take more."""
    end = time.monotonic() + 20
    while left := held(folder) - before:
        assert time.monotonic() < end, left
        time.sleep(0.05)
