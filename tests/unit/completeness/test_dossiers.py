# SPDX-License-Identifier: EUPL-1.2
"""The development dossiers: forms that are filled in, printed, typed and scanned, and every kind of attachment."""

import pytest

from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.settings import ParserSettings, UploadLimits
from tests.support.dossiers import NAMES, contents, expected, observed, wrong_documents, wrong_facts
from tests.support.mails import mail
from tests.support.office import archive


@pytest.fixture
def parsers() -> ParserRunner:
    return ParserRunner(ParserSettings(), UploadLimits())


@pytest.mark.parametrize("name", NAMES)
async def test_the_facts_of_a_form_are_read(parsers: ParserRunner, name: str) -> None:
    wanted = expected(name)
    file = wanted["application_file"]
    found = await observed(parsers, {file: contents(name)[file]})
    assert found.application_file == file
    assert list(wrong_facts(found, wanted["application"])) == []
    stated = [fact for fact in found.facts.values() if fact.state == "stated" and fact.places]
    assert len(stated) > 10
    assert all(place.quote for fact in stated for place in fact.places)


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
async def test_everything_in_a_dossier_is_read(parsers: ParserRunner, name: str) -> None:
    wanted = expected(name)
    found = await observed(parsers, contents(name))
    assert list(wrong_documents(found, wanted["documents"])) == []
    assert list(wrong_facts(found, wanted["application"])) == []


async def test_the_same_document_twice_is_found_and_a_quote_stands_on_its_page(parsers: ParserRunner) -> None:
    files = contents("04-falsche-person")
    pair = {name: files[name] for name in ("Umsaetze.pdf", "Kontoauszug_Kopie.pdf")}
    first, second = (await observed(parsers, pair)).documents
    assert (first.duplicate_of, second.duplicate_of) == (None, "Umsaetze.pdf")
    assert any("Miete" in place.quote and place.page == 1 for place in first.places)


async def test_hidden_words_change_nothing_and_become_a_notice(parsers: ParserRunner) -> None:
    """INJ-04."""
    name = "Umsaetze.pdf"
    (document,) = (await observed(parsers, {name: contents("14-versteckte-anweisung")[name]})).documents
    assert document.document_type == "kontoauszug"
    assert "text-addresses-software" in document.notices


async def test_a_file_that_nobody_can_open_stops_no_other(parsers: ParserRunner) -> None:
    bank = contents("01-vollstaendig-mietzuschuss")["Bank.pdf"]
    files = {"Mietbescheinigung.pdf": b"%PDF-1.4 kaputt", "Lohn.pdf": b"", "Bank.jpg": bank}
    found = {document.file: document for document in (await observed(parsers, files)).documents}
    damaged = found["Mietbescheinigung.pdf"]
    assert (damaged.readable, damaged.unreadable_reason) == (False, "nicht-pruefbar")
    assert (damaged.expected_type, damaged.document_type) == ("mietbescheinigung", None)
    assert not found["Lohn.pdf"].readable
    assert found["Bank.jpg"].document_type == "kontoauszug"


async def test_promises_in_a_mail_are_no_documents_and_its_attachments_are(parsers: ParserRunner) -> None:
    name = "nachricht.eml"
    found = (await observed(parsers, {name: contents("02-mietbescheinigung-fehlt")[name]})).documents
    assert [(document.file, document.document_type) for document in found] == [
        ("nachricht.eml", "begleitschreiben"),
        ("nachricht.eml#Umsaetze.pdf", "kontoauszug"),
    ]


async def test_scans_in_a_mail_or_an_archive_are_recognised(parsers: ParserRunner) -> None:
    scan = contents("01-vollstaendig-mietzuschuss")["Buergerbuero.pdf"]
    photo = contents("05-unleserlicher-scan")["Arbeitslosengeld_Bescheid_Foto.jpg"]
    files = {"Scan.pdf": scan, "Arbeitslosengeld_Bescheid.jpg": photo}
    sent = {"m.eml": mail("Anbei.", files=files), "alles.zip": archive({"Scan.pdf": scan})}
    found = {document.file: document for document in (await observed(parsers, sent)).documents}
    for name in ("m.eml#Scan.pdf", "alles.zip#Scan.pdf"):
        assert found[name].document_type == "meldebescheinigung"
        assert found[name].values["people"] == ["Fridolin Nebelhorn"]
    illegible = found["m.eml#Arbeitslosengeld_Bescheid.jpg"]
    assert (illegible.unreadable_reason, illegible.expected_type) == ("unleserlich", "arbeitslosengeldbescheid")
