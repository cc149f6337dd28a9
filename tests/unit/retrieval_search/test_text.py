# SPDX-License-Identifier: EUPL-1.2
"""Words, compounds, references and sentences of German administrative text."""

import lzma
import re
from importlib import resources

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from genius_retrieval.text.build_vocabulary import build
from genius_retrieval.text.references import file_numbers, reference_terms
from genius_retrieval.text.sentences import clause_spans
from genius_retrieval.text.vocabulary import VOCABULARY, vocabulary
from genius_retrieval.text.words import is_stopword, normalise, stem, words

GERMAN = st.text(alphabet="abcdeiunrstäöüßABDEÄ§ .,;:!?-()\n\t0123456789„“", max_size=300)


@given(GERMAN)
def test_clause_spans_reassemble_the_text(text):
    spans = clause_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Nach § 12 Abs. 6 Nr. 3 i. V. m. § 4 WoGG gilt das. Es gilt z. B. auch dann.", 2),
        ("Der Antrag ging am 3. Mai 2024 ein. Er wurde abgelehnt.", 2),
        ("Das gilt seit dem Jahr 2024. Der Antrag bleibt.", 2),
        ("Die Behörde, vgl. Art. 6 DSGVO, prüft dies bzw. lehnt ab.", 1),
        ("Erstens; zweitens", 2),
        ("Ist das so? Ja! Gut.", 3),
        ("Dieser Satz ist am Rand\numbrochen. Der nächste\nauch.", 2),
        ("Es gilt:\n- der erste Punkt\n- der zweite", 3),
    ],
)
def test_abbreviations_dates_and_ordinals_do_not_end_sentences(text, count):
    assert len(clause_spans(text)) == count


@given(GERMAN)
def test_normalising_twice_changes_nothing(text):
    """But where a line ends in a hyphen before a capital: as long as it is one, it keeps a name's parts apart."""
    assume(not any(letter.isupper() for letter in re.findall(r"[-\u00ad\u2010]\s*\n\s*(\w)", text)))
    assert normalise(normalise(text)) == normalise(text)


def test_words_are_joined_across_line_ends_and_normalised():
    assert words("Die Bewilli-\ngung der STRAẞE, Maß\u00adnahme") == [
        "die",
        "bewilligung",
        "der",
        "strasse",
        "massnahme",
    ]
    assert stem("behörden") == stem("behörde")
    assert is_stopword("der")
    assert not is_stopword("wohngeld")


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("gültigkeitsdauer", ("gültigkeit", "dauer")),
        ("kündigungsfrist", ("kündigung", "frist")),
        ("personalausweis", ("personal", "ausweis")),
        ("frist", ()),
        ("x7y", ()),
    ],
)
def test_compounds_are_split_into_known_words(word, parts):
    assert vocabulary().split(word) == parts


@given(st.text(alphabet="abdefghiklmnorstuzä", max_size=40))
def test_every_part_of_a_split_is_a_known_word(word):
    parts = vocabulary().split(word)
    assert all(vocabulary().df(part) >= 3 for part in parts)
    assert sum(map(len, parts)) <= len(word)


def test_the_vocabulary_is_what_the_script_makes():
    """A vocabulary that differs from its source would split words otherwise than the id says."""
    shipped = resources.files("genius_retrieval.text").joinpath("data", "vocabulary.txt.xz").read_bytes()
    built = build()
    assert built == lzma.decompress(shipped)
    assert built.startswith(VOCABULARY.encode())


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("§ 12 Abs. 6 WoGG", ["ref:wogg:12", "ref:wogg:12:6"]),
        ("§§ 12, 13 WoGG", ["ref:wogg:12", "ref:wogg:13"]),
        ("Art. 6 DSGVO", ["ref:dsgvo:6"]),
        ("§ 25 des Wohngeldgesetzes", ["ref:wogg:25"]),
        ("§ 60 des Ersten Buches Sozialgesetzbuch", ["ref:sgbi:60"]),
        ("§ 1613 des Bürgerlichen Gesetzbuchs", ["ref:bgb:1613"]),
        ("§ 22 SGB 2", ["ref:sgbii:22"]),
        ("§ 7 Abs. 1 Satz 2 SGB XII", ["ref:sgbxii:7", "ref:sgbxii:7:1"]),
        ("§ 139b der Abgabenordnung", ["ref:ao:139b"]),
        ("§ 5 der Satzung", []),
        ("im § 7 nichts", []),
    ],
)
def test_references_become_whole_terms(text, terms):
    assert reference_terms(text) == terms


def test_a_reference_without_a_law_belongs_to_its_own_law():
    assert reference_terms("Die Frist nach § 4 Abs. 2 bleibt", own="wogg") == ["ref:wogg:4", "ref:wogg:4:2"]
    assert reference_terms("nach § 4 BGB", own="wogg") == ["ref:bgb:4"]


def test_file_numbers_ignore_separators():
    assert file_numbers("Az.: 12-34/2026") == file_numbers("Aktenzeichen 12.34.2026") == ["az:12342026"]


@given(GERMAN)
def test_any_text_can_be_searched_for_references(text):
    assert all(term.startswith(("ref:", "az:")) for term in reference_terms(text + " § 3 WoGG " + text))
