# SPDX-License-Identifier: EUPL-1.2
"""ZIP archives of files: each is a document of its own, and one that can't be read stops no other."""

import pytest

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.guards import family
from tests.support import pdf
from tests.support.mails import mail
from tests.support.office import archive, docx, paragraph
from tests.unit.retrieval.parsing_helpers import outcome, parse

STATEMENT = pdf.build(pdf.text_page("Kontoauszug"))


def parts(document: CanonicalDocument) -> dict[str, str]:
    return {part.name: part.document.text if part.document else part.reason for part in document.parts}


def test_the_files_of_an_archive_are_documents_without_their_folders() -> None:
    files = {
        "Unterlagen/Bank.pdf": STATEMENT,
        "Unterlagen/Miete.docx": docx(paragraph("Mietvertrag")),
        "__MACOSX/Unterlagen/._Bank.pdf": b"x",
        "kaputt.pdf": b"%PDF-1.4 nichts",
        "leer.txt": b"",
    }
    assert parts(parse(archive(files), "antrag.zip")) == {
        "Bank.pdf": "Kontoauszug",
        "Miete.docx": "Mietvertrag",
        "kaputt.pdf": "broken",
        "leer.txt": "empty",
    }


def test_archives_and_mails_hold_each_other() -> None:
    inner = archive({"Bank.pdf": STATEMENT})
    assert parts(parse(mail("Anbei.", files={"alles.zip": inner}), "m.eml")) == {"alles.zip#Bank.pdf": "Kontoauszug"}
    sent = mail("Anbei.", files={"Bank.pdf": STATEMENT})
    assert parts(parse(archive({"m.eml": sent}), "a.zip")) == {"m.eml#Bank.pdf": "Kontoauszug"}


def test_archives_in_archives_end() -> None:
    """ING-06."""
    made = archive({"Bank.pdf": STATEMENT})
    for level in range(4):
        made = archive({f"a{level}.zip": made})
    assert list(parts(parse(made, "a.zip")).values()) == ["too_deep"]


@pytest.mark.parametrize(("files", "code"), [({"ordner/": ""}, "no_content"), ({"../a.txt": "x"}, "unsafe_archive")])
def test_an_archive_that_is_refused(files: dict[str, str], code: str) -> None:
    assert outcome(archive(files), "a.zip") == code


def test_office_files_are_no_archives() -> None:
    assert family(docx(paragraph("x"))) == "zip"
    assert family(archive({"a.txt": "x"})) == "archive"
