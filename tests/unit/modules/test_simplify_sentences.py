# SPDX-License-Identifier: EUPL-1.2
"""Passive, future and the ends of sentences: what looks alike and is not the same."""

from __future__ import annotations

import pytest

from genius_common.text import split_sentences
from genius_modules.citations import missing_names
from genius_modules.simplify.report import check


def rules(text: str) -> dict[str, str]:
    found = check(text, "einfach")
    return {finding.rule: finding.quote for sentence in found.sentences for finding in sentence.findings}


@pytest.mark.parametrize(
    "text",
    [
        "Dem Antrag wird stattgegeben.", "Der Bescheid wird Ihnen zugestellt.", "Die Kosten werden erstattet.",
        "Der Raum wird vermietet.", "Die Akte wird vernichtet.", "Das Kind wird betreut.",
        "Der Antrag wird nicht bearbeitet.", "Ihr Haus wird bewertet.", "Die Frist wird beendet.",
        "Der Anspruch wird begründet.", "Das Land wird verwaltet.", "Der Zaun wird verbaut.",
        "Die Rente wird angerechnet.", "Der Ausweis wird neu ausgestellt.", "Wird der Antrag abgelehnt, hilft das Amt.",
        "Der Bescheid wird bekannt gegeben.", "Das Urteil wird bekannt gemacht.", "Der Betrag wurde einbehalten.",
        "Sie werden aufgefordert anzurufen.", "Der Beitrag kann gestundet werden.", "Der Wald muss gerodet werden.",
        "Ihr Konto wird belastet.", "Der Ort ist verwüstet worden.", "Der Termin wird verlegt.",
    ],
)  # fmt: skip
def test_passive_is_told(text: str) -> None:
    assert "passive" in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "Der Ort wird bekannt.", "Das Kind wird beliebt.", "Das Urteil wird gerecht.", "Sie wird berühmt.",
        "Die Lage wird ernst.", "Der Bus wird verspätet ankommen.", "Er wird bald berichtet haben.",
        "Wir werden den Antrag bearbeiten.", "Das Amt wird antworten.", "Die Kosten werden steigen.",
        "Sie werden krank.", "Die Preise werden gesenkt bleiben.", "Wir werden Sie beraten.",
    ],
)  # fmt: skip
def test_future_and_what_something_becomes_is_no_passive(text: str) -> None:
    assert "passive" not in rules(text)


def test_the_place_of_a_passive_is_from_verb_to_verb() -> None:
    assert rules("Hier werden Ihre Kosten erstattet.")["passive"] == "werden Ihre Kosten erstattet"


@pytest.mark.parametrize(
    "sentences",
    [
        ["Wir treffen uns im Zi. 4.", "Bitte klopfen."],
        ["Die Fa. Meier e. K. zahlt.", "Wir nicht."],
        ["Kl. 5 bis 7.", "Die anderen gehen."],
        ["Die Miete mtl. 500 Euro zahlt das Amt.", "Sie nicht."],
        ["Lt. Vertrag gilt das.", "Sonst nicht."],
        ["Der Inh. Müller zahlt.", "Danke."],
        ["Wg. Krankheit ist zu.", "Morgen nicht."],
        ["gez. Meier"],
        ["Das gilt am 1. Mai.", "Dann nicht."],
        ["Die Miete beträgt 500 Euro.", "2 Zimmer sind da."],
        ["Am 3. und 4. Mai ist zu.", "Am 5. ist offen."],
        ["Herr Prof. Dr. h. c. Weiß ist da."],
        ["Der Antrag (s. o.) fehlt.", "Bitte nachreichen."],
        ["Zum 1. 1. 2027 gilt es.", "Vorher nicht."],
        ["„Kommen Sie!“", "Das sagte er."],
        ["Sie haben bis 31.12.2026 Zeit.", "Danach nicht."],
        ["Es gilt Art. 3 GG.", "§ 4 gilt auch."],
        ["Ludwig XIV. war König.", "Er starb."],
    ],
)
def test_sentences_end_where_they_end(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [span.of(text) for span in split_sentences(text)] == sentences


SOURCE = "Landrätin Böttcher und Oberbürgermeister Şahin trafen Frau Wiśniewski. Richterin Nuñez kam nicht."


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("Landrat Schuster kam.", ["Schuster"]),
        ("Die Landrätin Böttcher kam.", []),
        ("Oberbürgermeister Şahin kam.", []),
        ("Oberbürgermeisterin Yılmaz kam.", ["Yılmaz"]),
        ("Frau Wisniewski kam.", ["Wisniewski"]),
        ("Richterin Nuñez kam.", []),
        ("Staatssekretär Kranz kam.", ["Kranz"]),
        ("Der Präsident kam.", []),
        ("Herr Böttcher-Şahin kam.", []),
    ],
)
def test_names_behind_an_office_and_in_all_scripts_of_latin(claim: str, missing: list[str]) -> None:
    assert missing_names(claim, SOURCE) == missing
