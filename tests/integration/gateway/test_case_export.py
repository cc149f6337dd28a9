# SPDX-License-Identifier: EUPL-1.2
"""What leaves of a case: nothing that nobody signed off; then its letter, and all of it for an E-Akte."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import zipfile
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import docx
import httpx
import pytest

from genius_gateway.case_versions.model import GAP
from genius_gateway.case_versions.papers import NAMESPACE
from tests.support.checked import finished_check, result
from tests.support.gateway import Gateway
from tests.support.personal_data import as_superuser
from tests.support.shared import loose_file

OWNER, COLLEAGUE = "a.weber", "b.yilmaz"
X = "{" + NAMESPACE + "}"
FORMS = ("text", "docx", "e-akte")


@pytest.fixture(autouse=True, scope="module")
async def known(gateway: Gateway) -> None:
    for login in (OWNER, COLLEAGUE):
        async with await gateway.client(login) as client:
            assert (await client.get("/api/v1/me")).status_code == 200


async def case(gateway: Gateway, client: httpx.AsyncClient, word: str, **body: Any) -> tuple[str, str, dict[str, Any]]:
    """(path, file, first version) of a case with one file."""
    made = await client.post("/api/v1/cases", json={"reference": f"W {word}", "title": "Antrag & <Anlagen>", **body})
    identifier = made.raise_for_status().json()["id"]
    path, file = f"/api/v1/cases/{identifier}", await loose_file(client, word)
    await client.post(f"{path}/files", json={"file": file})
    run = await finished_check(gateway, OWNER, identifier, {file: f"{word}.txt"}, found=result(word=word))
    version = await client.post(f"{path}/versions", json={"run": run})
    assert version.status_code == 201, version.text
    return path, file, version.json()


async def sign(client: httpx.AsyncClient, path: str, version: dict[str, Any]) -> dict[str, Any]:
    deadline = (dt.datetime.now(dt.UTC) + dt.timedelta(days=28)).date().isoformat()
    body = {"version": version["version"], "sha256": version["sha256"], "deadline": deadline}
    signed = await client.post(f"{path}/sign-off", json=body)
    assert signed.status_code == 201, signed.text
    found: dict[str, Any] = signed.json()
    return found


def opened(answered: httpx.Response) -> tuple[zipfile.ZipFile, ET.Element]:
    assert answered.status_code == 200, answered.text
    archive = zipfile.ZipFile(io.BytesIO(answered.content))
    return archive, ET.fromstring(archive.read("metadaten.xml"))


async def test_nothing_leaves_before_a_person_has_signed(gateway: Gateway) -> None:
    """KI-04, APP-02: neither the letter nor the case; not the version after the signed one either."""
    async with await gateway.client(OWNER) as client:
        path, _, one = await case(gateway, client, f"Wort{uuid4().hex[:8]}")
        for form in FORMS:
            refused = await client.get(f"{path}/export", params={"format": form})
            assert (refused.status_code, refused.json()["code"]) == (409, "version_not_signed")
            assert "attachment" not in refused.headers.get("content-disposition", "")
        await sign(client, path, one)
        body = {"version": 1, "facts": [{"fact": "wohnkosten_cent", "value": 1, "reason": "Verlesen."}]}
        assert (await client.post(f"{path}/corrections", json=body)).status_code == 201
        for form in FORMS:
            assert (await client.get(f"{path}/export", params={"format": form})).status_code == 200, "the signed one"
            refused = await client.get(f"{path}/export", params={"format": form, "version": 2})
            assert (refused.status_code, refused.json()["code"]) == (409, "version_not_signed")
        assert (await client.get(f"{path}/export?version=9")).status_code == 404


async def test_the_letter_as_text_and_docx(gateway: Gateway) -> None:
    """OUT-07, A11Y-10, KI-04: with the deadline, headings, language, title, and who signed; each time recorded."""
    word = f"Wort{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as client:
        path, _, one = await case(gateway, client, word)
        signed = await sign(client, path, one)
        day = f"{dt.date.fromisoformat(signed['signed']['deadline']):%d.%m.%Y}"
        text = await client.get(f"{path}/export", params={"format": "text"})
        assert f"bis zum {day}" in text.text
        assert GAP not in text.text
        assert "Ohne Sprachmodell nach festen Regeln erstellt" in text.text
        assert "Geprüft und freigegeben: Anna Weber" in text.text
        assert text.headers["cache-control"] == "no-store"
        answered = await client.get(f"{path}/export", params={"format": "docx"})
        document = docx.Document(io.BytesIO(answered.content))
        assert document.core_properties.title == f"Fehlende Angaben und Nachweise, Aktenzeichen W {word}"
        assert document.core_properties.language == "de"
        headings = [one.text for one in document.paragraphs if one.style and one.style.name.startswith("Heading")]
        assert headings == [f"1. Mietbescheinigung {word}"]
        words = "\n".join(one.text for one in document.paragraphs)
        assert f"bis zum {day}" in words
        assert "Geprüft und freigegeben: Anna Weber" in words
        assert (await client.get(f"{path}/export", params={"format": "exe"})).status_code == 400
    query = "SELECT facts FROM audit_records WHERE action = 'case.export' AND object = CAST(:id AS uuid) ORDER BY seq"
    trail = await asyncio.to_thread(as_superuser, gateway, query, id=path.rsplit("/", 1)[1])
    assert [row[0]["form"] for row in trail] == ["text", "docx"]
    assert {row[0]["sha256"] for row in trail} == {one["sha256"]}


async def test_all_of_it_for_an_e_akte(gateway: Gateway) -> None:
    """KI-04, KI-05, OUT-07: files, letter, version, and metadata that name each with its hash, and who signed."""
    word = f"Wort{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as client:
        path, file, one = await case(gateway, client, word)
        signed = await sign(client, path, one)
        archive, root = opened(await client.get(f"{path}/export"))
        assert archive.namelist() == [
            "fassung.json", "schreiben.txt", "schreiben.docx", f"dateien/01 {word}.txt", "metadaten.xml",
        ]  # fmt: skip
        documents = root.findall(f"{X}Dokumente/{X}Dokument")
        assert len(documents) == 4
        for entry in documents:
            content = archive.read(entry.findtext(f"{X}Datei") or "")
            assert entry.findtext(f"{X}SHA256") == hashlib.sha256(content).hexdigest()
            assert entry.get("geprueft") == "true"
        assert root.findtext(f"{X}Vorgang/{X}Aktenzeichen") == f"W {word}"
        assert root.findtext(f"{X}Vorgang/{X}Betreff") == "Antrag & <Anlagen>"
        assert root.findtext(f"{X}Fassung/{X}SHA256") == one["sha256"]
        assert root.findtext(f"{X}Fassung/{X}RegelwerkSHA256") == "ab" * 32
        assert root.findtext(f"{X}Fassung/{X}Freigabe/{X}Von") == "Anna Weber"
        assert root.findtext(f"{X}Fassung/{X}Freigabe/{X}Frist") == signed["signed"]["deadline"]
        assert "Geprüft und freigegeben" in (root.findtext(f"{X}KIHinweis/{X}Text") or "")
        assert f"In der Datei steht {word}" in archive.read(f"dateien/01 {word}.txt").decode()
        late = await loose_file(client, f"{word}-spaeter")
        await client.post(f"{path}/files", json={"file": late})
        await client.delete(f"{path}/files/{file}")
        archive, root = opened(await client.get(f"{path}/export"))
        seen = {
            entry.findtext(f"{X}Name"): (entry.get("geprueft"), entry.findtext(f"{X}Fehlt"))
            for entry in root.findall(f"{X}Dokumente/{X}Dokument")
        }
        assert seen[f"{word}-spaeter.txt"] == ("false", None), "came after the check"
        assert seen[f"{word}.txt"] == ("true", "Liegt nicht mehr im Vorgang."), "named, not lost in silence"


async def test_a_colleague_with_a_grant_takes_it_along(gateway: Gateway) -> None:
    """TEN-01, TEN-04: who may read the case gets its files too, nobody else anything."""
    word = f"Wort{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as client, await gateway.client(COLLEAGUE) as colleague:
        path, _, one = await case(gateway, client, word)
        await sign(client, path, one)
        assert (await colleague.get(f"{path}/export")).status_code == 404
        await client.put(f"{path}/grants", json={"items": [{"username": COLLEAGUE}]})
        archive, _ = opened(await colleague.get(f"{path}/export"))
        assert f"In der Datei steht {word}" in archive.read(f"dateien/01 {word}.txt").decode()


async def test_what_must_stay_inside_stays(gateway: Gateway) -> None:
    """TEN-15: above the class up to which originals may be downloaded nothing leaves, signed or not."""
    async with await gateway.client(OWNER) as client:
        path, _, one = await case(gateway, client, "Akte", protection_class="sozialdaten")
        await sign(client, path, one)
        for form in FORMS:
            refused = await client.get(f"{path}/export", params={"format": form})
            assert (refused.status_code, refused.json()["code"]) == (403, "class_may_not_leave"), form
