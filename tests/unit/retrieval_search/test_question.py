# SPDX-License-Identifier: EUPL-1.2
"""What is read out of a question, and what a request may narrow."""

from uuid import uuid4

import pytest

from genius_common.contracts.retrieval import SearchRequest
from genius_common.principal import ProtectionClass
from genius_retrieval.index.port import Access, DocumentMeta
from genius_retrieval.search.derivation import derived
from genius_retrieval.search.question import understand
from genius_retrieval.search.service import narrowed
from genius_retrieval.text.words import stem


@pytest.mark.parametrize(
    ("word", "related"),
    [
        ("bewilligt", "bewilligung"),
        ("ausgeschlossen", "ausschluss"),
        ("anmelden", "anzumelden"),
        ("angemeldet", "anmeldung"),
        ("verjährt", "verjährung"),
        ("unzuverlässig", "zuverlässigkeit"),
    ],
)
def test_verbs_and_nouns_find_each_other(word, related):
    assert related in derived(word)


def test_words_that_are_in_no_law_are_not_invented():
    assert derived("verschnupfelt") == ()


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("Wie lange wird das gezahlt?", "duration"),
        ("Bis wann muss ich das abgeben?", "deadline"),
        ("Wie hoch ist die Gebühr?", "amount"),
        ("Wer ist antragsberechtigt?", "who"),
        ("Was ist ein Verwaltungsakt?", "meaning"),
        ("Wann ist das zulässig?", "time"),
        ("Welche Unterlagen sind nötig?", "documents"),
    ],
)
def test_kinds_of_question(query, kind):
    assert kind in [item.name for item in understand(query).kinds]


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("Wie lange wird Wohngeld bewilligt?", "question"),
        ("wer bekommt wohngeld", "question"),
        ("und welche Frist gilt", "question"),
        ("Eine Frau fragt, ob es vom Sozialamt monatliches Geld wegen ihrer Blindheit gibt.", "question"),
        ("Rücknahme eines rechtswidrigen Verwaltungsaktes", "keywords"),
        ("Wer vorsätzlich eine Angabe nicht macht, handelt ordnungswidrig.", "statement"),
        ("Die Leistung wird für zwölf Monate bewilligt;", "statement"),
        ("Leistung Antrag Bescheid Gebühr Zustellung Wohnung Anmeldung Einkommen Vermögen Erstattung", "statement"),
    ],
)
def test_form_of_a_query(query, form):
    assert understand(query).form == form


def test_references_and_laws_of_a_question():
    question = understand("Was sagt § 25 Abs. 2 des Wohngeldgesetzes?")
    assert question.references == ("ref:wogg:25", "ref:wogg:25:2")
    assert question.laws == {"wogg"}


def test_a_city_that_no_hit_names_counts_as_unknown():
    known = {concept.word: concept.known for concept in understand("Hebesatz der Gemeinde in Leipzig").concepts}
    assert known == {"hebesatz": True, "gemeinde": True, "leipzig": False}


def test_everyday_words_mean_those_of_the_law_but_not_in_a_pasted_sentence():
    assert stem("fahrerlaubnis") in understand("Führerschein verloren").concepts[0].forms
    pasted = understand(
        "Führerschein Behörde Antrag Entscheidung Bescheid Gebühr Frist Zustellung Wohnung Anmeldung Einkommen"
        " Leistung Vermögen Erstattung Verjährung Widerspruch"
    )
    assert stem("fahrerlaubnis") not in pasted.concepts[0].forms


def test_earlier_turns_help_short_questions_only():
    short = understand("Und wie lange?", "Wer bekommt Wohngeld?")
    assert stem("wohngeld") in short.context_terms
    long = understand(
        "Welche Behörde entscheidet über Anträge auf Baugenehmigung eines Einfamilienhauses am Stadtrand?",
        "Wer bekommt Wohngeld?",
    )
    assert long.context_terms == ()


def test_a_request_only_narrows_what_may_be_seen():
    """Ids that the caller may not read change nothing, whatever the request names."""
    own, foreign, document, file, owner = (uuid4() for _ in range(5))
    access = Access(frozenset({own}), None, frozenset({file}), owner)
    assert narrowed(access, SearchRequest(query="x")).files == frozenset()
    assert narrowed(access, SearchRequest(query="x", knowledge_bases=[foreign])).empty
    assert narrowed(access, SearchRequest(query="x", knowledge_bases=[])).empty
    assert narrowed(access, SearchRequest(query="x", documents=[])).empty
    assert narrowed(access, SearchRequest(query="x", files=[])).empty
    assert narrowed(access, SearchRequest(query="x", files=[uuid4()])).empty
    assert narrowed(access, SearchRequest(query="x", files=[file])).knowledge_bases == frozenset()
    assert narrowed(access, SearchRequest(query="x", documents=[document])).documents == {document}


def test_the_check_at_answer_time_needs_every_condition():
    base, document, person = uuid4(), uuid4(), uuid4()
    inside = DocumentMeta(document, "v", "document", base, None, "intern", "T")
    file = DocumentMeta(document, "v", "file", None, person, "intern", "T")
    secret = DocumentMeta(document, "v", "document", base, None, "steuergeheimnis", "T")
    access = Access(frozenset({base}), None, frozenset({document}), person, ProtectionClass.INTERN)
    assert access.permits(inside)
    assert access.permits(file)
    assert not access.permits(secret)
    assert not Access(frozenset({uuid4()})).permits(inside)
    assert not Access(frozenset({base}), frozenset()).permits(inside)
    assert not Access(files=frozenset({document}), owner=uuid4()).permits(file)
