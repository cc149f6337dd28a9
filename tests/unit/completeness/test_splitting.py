# SPDX-License-Identifier: EUPL-1.2
"""A file with several documents is split at their titles, each is classified, and copies name the first one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.contracts.layout import DocumentLayout, LayoutLine
from genius_modules.completeness.capture.classify import Classifier
from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.capture.documents import Source, documents_of, mark_duplicates
from genius_modules.completeness.capture.lines import text_of
from genius_modules.completeness.observed import ObservedDocument
from tests.support.dossiers import types

FORM = load_form("wohngeld")
CLASSIFIER = Classifier(types(), FORM)
PAYSLIP = ["Entgeltabrechnung Januar 2026", "Name: Anna Meier", "Netto: 1.200,00 EUR", "Auszahlung auf Ihr Konto."]
RENT = ["Mietbescheinigung", "Name: Anna Meier", "Kaltmiete: 500,00 EUR", "Unterschrift der Vermieterin: B. Huber"]
PLAIN = ["Fortsetzung von Seite eins mit vielen weiteren Zeilen", "und noch mehr laufendem Text ohne jeden Titel."]


def source(*pages: Sequence[str], name: str = "scan.pdf", version: str = "", unreadable: str | None = None) -> Source:
    lines = [LayoutLine(text=text, page=number) for number, page in enumerate(pages, 1) for text in page]
    layout = DocumentLayout(media_type="application/pdf", lines=lines)
    return Source(text_of(name, layout), version=version, unreadable=unreadable)


def found(of: Source) -> list[ObservedDocument]:
    return documents_of(of, CLASSIFIER, FORM, (), is_form=False)


def shape(of: Source) -> list[tuple[str | None, tuple[int, ...]]]:
    return [(document.document_type, tuple(document.pages)) for document in found(of)]


def test_a_title_begins_a_document_and_pages_without_one_go_on() -> None:
    first, second = shape(source(PAYSLIP))[0][0], shape(source(RENT))[0][0]
    assert first
    assert second
    assert first != second
    assert shape(source(PAYSLIP, PLAIN, RENT, PLAIN, PLAIN)) == [(first, (1, 2)), (second, (3, 4, 5))]


@given(st.lists(st.sampled_from(["payslip", "rent", "plain"]), min_size=1, max_size=6))
def test_every_page_is_in_exactly_one_document(kinds: list[str]) -> None:
    """Nothing is lost: whatever stands on the pages, each is looked at once and in order."""
    pages = {"payslip": PAYSLIP, "rent": RENT, "plain": PLAIN}
    seen = [page for _, numbers in shape(source(*(pages[kind] for kind in kinds))) for page in numbers]
    assert seen == list(range(1, len(kinds) + 1))


def test_two_of_a_kind_of_one_person_stay_one_of_another_person_are_two() -> None:
    other = [line.replace("Anna Meier", "Bernd Kranz") for line in PAYSLIP]
    kind = shape(source(PAYSLIP))[0][0]
    assert shape(source(PAYSLIP, PAYSLIP)) == [(kind, (1, 2))]
    assert shape(source(PAYSLIP, other)) == [(kind, (1,)), (kind, (2,))]


def test_a_page_with_too_few_words_is_illegible_and_never_guessed_at() -> None:
    (document,) = found(source(["Lohn"]))
    assert (document.readable, document.unreadable_reason, document.document_type) == (False, "unleserlich", None)


def test_a_file_that_nobody_can_open_says_what_its_name_suggests() -> None:
    of = Source(text_of("mietbescheinigung.pdf", DocumentLayout(media_type="application/pdf", lines=[])), "encrypted")
    (document,) = found(of)
    assert (document.readable, document.unreadable_reason) == (False, "nicht-pruefbar")
    assert document.document_type is None, "the name proves nothing"
    assert document.expected_type == shape(source(RENT))[0][0]


@pytest.mark.parametrize(
    "line",
    [
        "Bitte legen Sie die Mietbescheinigung und die Entgeltabrechnung vor, sobald Sie beide haben.",
        "Vielen Dank für die Mietbescheinigung.",
        "Es fehlt noch eine Mietbescheinigung, die wir dringend brauchen,",
    ],
)
def test_words_in_a_sentence_are_no_title(line: str) -> None:
    assert found(source([line, *PLAIN]))[0].document_type is None


@pytest.mark.parametrize(
    "title", ["Mietbescheinigung", "MIETBESCHEINIGUNG", "Miet­bescheinigung", "  Mietbescheinigung  "]
)
def test_a_title_however_it_is_set(title: str) -> None:
    assert shape(source([title, *RENT[1:]])) == shape(source(RENT))


def test_copies_name_the_first_by_bytes_and_by_words() -> None:
    sources = [
        source(RENT, name="a.pdf", version="1"),
        source(PAYSLIP, name="b.pdf", version="1"),
        source(RENT, name="c.pdf", version="3"),
        source([*RENT, "Heizkosten: 50,00 EUR"], name="d.pdf", version="4"),
    ]
    documents = [found(one)[0] for one in sources]
    assert [one.duplicate_of for one in mark_duplicates(sources, documents)] == [None, "a.pdf", "a.pdf", None]


def test_documents_of_one_file_are_no_copies_of_each_other() -> None:
    of = source(PAYSLIP, RENT, version="1")
    assert [one.duplicate_of for one in mark_duplicates([of], found(of))] == [None, None]


def test_empty_files_are_no_copies_of_each_other() -> None:
    """What can't be read is not the same because nothing was read of it."""
    sources = [source([], name=name) for name in ("a.pdf", "b.pdf")]
    documents = [found(one)[0] for one in sources]
    assert [one.duplicate_of for one in mark_duplicates(sources, documents)] == [None, None]


@given(st.permutations(range(4)))
def test_who_is_the_original_hangs_on_the_order_alone(order: list[int]) -> None:
    sources = [source(RENT, name=f"{number}.pdf") for number in order]
    marked = list(mark_duplicates(sources, [found(one)[0] for one in sources]))
    assert [one.duplicate_of for one in marked] == [None, *[f"{order[0]}.pdf"] * 3]
