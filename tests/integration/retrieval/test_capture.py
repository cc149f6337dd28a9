# SPDX-License-Identifier: EUPL-1.2
"""An application as the completeness check reads it: uploaded files, by HTTP, with the token of a run."""

from dataclasses import dataclass
from uuid import UUID

import aiohttp

from genius_modules.clients.retrieval import RetrievalClient
from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.capture.reading import Loaded, observe_files
from genius_modules.completeness.capture.uploads import Uploads
from tests.support.dossiers import RECEIVED, contents, types
from tests.support.mails import mail
from tests.support.office import archive
from tests.support.retrieval import Office, upload


@dataclass
class Run:
    """What reading needs of a run (`RunContext`)."""

    retrieval: RetrievalClient
    bearer: str
    file_wait_s: float = 60.0

    async def token(self) -> str:
        return self.bearer


async def test_an_application_is_read_from_uploads(office: Office) -> None:
    """ING-05: of an archive, a mail, a form, and a file that nobody can open, everything that can be read is."""
    files = contents("01-vollstaendig-mietzuschuss")
    sent = {
        "antrag.pdf": files["antrag.pdf"],
        "post.eml": mail("Anbei der Auszug.", files={"Bank.pdf": files["Bank.pdf"]}),
        "rest.zip": archive({"Lohn.pdf": files["Lohn.pdf"]}),
        "Mietvertrag.pdf": b"%PDF-1.4 kaputt",
    }
    with office.client() as client:
        ids = [UUID(upload(client, "/files", name, content)["id"]) for name, content in sent.items()]
        bearer = client.headers["authorization"].removeprefix("Bearer ")
    async with aiohttp.ClientSession() as session:
        run = Run(RetrievalClient(session, office.service.url), bearer)
        uploads = Uploads(run)  # type: ignore[arg-type]
        states = [await uploads.state(file) for file in ids]
        loaded = [Loaded(one, await uploads.layout(one.id) if one.state == "ready" else None) for one in states]
        found = observe_files(loaded, types(), load_form("wohngeld"), RECEIVED)
    assert found.application_file == "antrag.pdf"
    assert found.facts["wohnkosten_cent"].value == 64200
    assert found.facts["wohnkosten_cent"].places[0].page == 3
    assert [person.name for person in found.persons] == ["Fridolin Nebelhorn"]
    kinds = {document.file: document.document_type for document in found.documents}
    assert kinds == {
        "antrag.pdf": "antrag",
        "post.eml": "begleitschreiben",
        "post.eml#Bank.pdf": "kontoauszug",
        "rest.zip#Lohn.pdf": "lohnabrechnung",
        "Mietvertrag.pdf": None,
    }
    damaged = found.documents[-1]
    assert (damaged.unreadable_reason, damaged.expected_type) == ("nicht-pruefbar", "mietvertrag")
