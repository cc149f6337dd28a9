# SPDX-License-Identifier: EUPL-1.2
"""Rules of Einfache and Leichte Sprache: what they find and, as important, what they leave alone."""

import time

import pytest

from genius_common.text import Span
from genius_modules.simplify.findings import RULES, Level
from genius_modules.simplify.lexicon import lexicon
from genius_modules.simplify.readability import readability
from genius_modules.simplify.report import check
from genius_modules.simplify.words import syllables, words_of


def found(text: str, level: Level = "leicht") -> dict[str, str]:
    """Rule → the words that it marks."""
    return {finding.rule: finding.quote for sentence in check(text, level).sentences for finding in sentence.findings}


@pytest.mark.parametrize(
    ("text", "rule", "quote"),
    [
        ("Das Amt wird von uns informiert.", "passive", "wird von uns informiert"),
        ("Der Antrag wurde gestern abgelehnt.", "passive", "wurde gestern abgelehnt"),
        ("Der Antrag ist bis Mai abzugeben.", "passive", "ist bis Mai abzugeben"),
        ("Sie haben den Ausweis mitzubringen.", "passive", "haben den Ausweis mitzubringen"),
        ("Die Höhe der Miete ist wichtig.", "genitive", "Höhe der Miete"),
        ("Das Auto des Vaters ist rot.", "genitive", "Auto des Vaters"),
        ("Wir helfen wegen der Miete.", "genitive", "wegen der"),
        ("Sie dürfen nicht parken.", "negation", "nicht"),
        ("Das wäre gut.", "subjunctive", "wäre"),
        ("Man muss warten.", "address", "Man"),
        ("Bringen Sie z. B. den Ausweis mit.", "abbreviation", "z. B."),
        ("Sie bekommen BAföG und SGB-Leistung vom BMI.", "abbreviation", "BMI"),
        ("Sie bekommen zwölf Euro.", "number", "zwölf"),
        ("Der Brief kam am 01.03.2026.", "number", "01.03.2026"),
        ("Lesen Sie Teil IV.", "number", "IV"),
        ("Das sind 5 %.", "sign", "%"),
        ("Bringen Sie die Lohnabrechnung mit.", "compound", "Lohnabrechnung"),
        ("Kommen Sie unverzüglich.", "office_word", "unverzüglich"),
        ("Bitte die Nachweise vorzulegen.", "office_word", "vorzulegen"),
        ("Wir helfen, weil Sie krank sind.", "clauses", "weil"),
        ("Bringen Sie Brot, Milch, Käse und Obst mit.", "list", "Bringen Sie Brot, Milch, Käse und "),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_marked_where_it_stands(text: str, rule: str, quote: str) -> None:
    assert found(text).get(rule) == quote


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Sie werden den Bescheid erhalten.", "passive"),
        ("Wir werden Ihnen schreiben.", "passive"),
        ("Er wird Lehrer.", "passive"),
        ("Die Wohnung ist zu klein.", "passive"),
        ("Wir sind in der Stadt.", "genitive"),
        ("Der Antrag liegt in der Akte.", "genitive"),
        ("Ich sollte gehen.", "subjunctive"),
        ("Sie bekommen 12 Euro.", "number"),
        ("Bringen Sie Wohn-Geld-Unterlagen mit.", "compound"),
        ("Das Haus hat eine Tür und ein Fenster.", "list"),
        ("Das Kind geht jeden Monat in die Schule.", "office_word"),
        ("Die Frau wohnt in Köln.", "hard_word"),
    ],
)
def test_what_is_fine_is_left_alone(text: str, rule: str) -> None:
    assert rule not in found(text)


def test_the_limits_depend_on_the_level() -> None:
    words = "Wir schreiben Ihnen heute einen langen Brief über Ihre neue Wohnung hier im Ort."
    assert len(words_of(words, Span(0, len(words)))) == 14
    assert "sentence_length" in found(words, "leicht")
    assert "sentence_length" not in found(words, "einfach")
    assert not check(words, "leicht").passed
    assert check("Wir helfen Ihnen. Das kostet 5 Euro.", "leicht").passed


def test_a_long_sentence_says_where_it_can_be_cut() -> None:
    text = (
        "Wir haben Ihren Brief gestern mit der Post bekommen und gelesen, aber es fehlen noch drei wichtige Papiere "
        "von Ihrem Arbeitgeber."
    )
    finding = check(text, "einfach").sentences[0].findings[0]
    assert (finding.rule, finding.severity) == ("sentence_length", "must")
    assert finding.suggestion == "Teilen Sie den Satz, zum Beispiel vor „aber“."


def test_every_finding_stands_where_it_says() -> None:
    text = (
        "Der Antragsteller hat die zur Ermittlung des Einkommens erforderlichen Nachweise unverzüglich vorzulegen.\n\n"
        "1. Sofern Unterlagen (z. B. der Mietvertrag) nicht fristgerecht eingereicht werden, kann die Leistung gem. "
        "§ 66 versagt werden. Das wäre 20 % weniger & schlecht; man merkt es nicht."
    )
    report = check(text, "leicht")
    assert {finding.rule for sentence in report.sentences for finding in sentence.findings} >= {
        "passive", "office_word", "genitive", "sign", "abbreviation", "subjunctive", "address", "negation"
    }  # fmt: skip
    for sentence in report.sentences:
        assert text[sentence.char_from : sentence.char_to] == sentence.text
        for finding in sentence.findings:
            assert text[finding.char_from : finding.char_to] == finding.quote
            assert sentence.char_from <= finding.char_from < finding.char_to <= sentence.char_to
            assert finding.rule in RULES
    assert sum(report.counts.values()) == sum(len(sentence.findings) for sentence in report.sentences)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Wohngeldantrag", ["Wohngeld", "Antrag"]),
        ("Bewilligungszeitraum", ["Bewilligungs", "Zeitraum"]),
        ("Lohnabrechnung", ["Lohn", "Abrechnung"]),
        ("Schwimmbad", None),
        ("Xylophonkiste", None),
    ],
)
def test_compounds_are_split_between_known_words(word: str, parts: list[str] | None) -> None:
    assert lexicon().split(word) == parts


def test_readability_is_that_of_the_formulas() -> None:
    """By hand: "Das Haus ist sehr groß. Wir lernen Lesen." has 8 words, 2 sentences, 10 syllables, one long word."""
    text = "Das Haus ist sehr groß. Wir lernen Lesen."
    sentences = [words_of(text, Span(0, 23)), words_of(text, Span(24, len(text)))]
    assert [syllables(word.text) for sentence in sentences for word in sentence] == [1, 1, 1, 1, 1, 1, 2, 2]
    measured = readability(sentences)
    assert (measured.words, measured.sentences, measured.longest_sentence) == (8, 2, 5)
    assert measured.lix == 4.0
    assert measured.wiener == round(0.1672 * 4 - 0.0327 * 75 - 0.875, 1)
    assert measured.flesch == round(180 - 4 - 58.5 * 10 / 8, 1)


def test_an_empty_text_has_no_sentences() -> None:
    assert check(" \n ", "einfach").sentences == []


@pytest.mark.parametrize("text", ["Wohngeld" * 9000, "A" * 90000, "a, " * 30000, "Amt der " * 10000, "ge" * 40000])
def test_the_time_grows_with_the_length_only(text: str) -> None:
    started = time.monotonic()
    check(text, "leicht")
    assert time.monotonic() - started < 2
