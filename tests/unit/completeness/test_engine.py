# SPDX-License-Identifier: EUPL-1.2
"""The engine: every cell of the development dossiers, and what must hold for any application."""

import dataclasses
import datetime as dt
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_modules.completeness.capture.address import as_spelled
from genius_modules.completeness.engine.checks import iban_is_valid
from genius_modules.completeness.engine.evaluate import evaluate
from genius_modules.completeness.engine.logic import holds
from genius_modules.completeness.engine.matching import address_key, same_person
from genius_modules.completeness.engine.result import Judgement
from genius_modules.completeness.observed import BLANK, Fact, Observed, ObservedDocument, ObservedPerson, Place
from genius_modules.completeness.rules import store
from genius_modules.completeness.rules.model import Condition
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.settings import ParserSettings, UploadLimits
from tests.support.dossiers import NAMES, ROOT, contents, expected, observed
from tests.support.stated_dossiers import stated, wrong_cells

WOHNGELD = store.shipped()["wohngeld"].rules
PARKING = store.shipped()["bewohnerparkausweis"].rules
EMPTY = Observed(application_file=None, facts={}, persons=(), documents=(), received=dt.date(2026, 10, 14))


def cells(found: list[Judgement]) -> dict[str, tuple[str, str]]:
    return {item.requirement.id: (item.status, item.outcome.code) for item in found}


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_a_dossier(name: str) -> None:
    wanted = expected(name)
    assert list(wrong_cells(evaluate(WOHNGELD, stated(wanted, WOHNGELD)), wanted)) == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
async def test_the_files_of_a_dossier_are_judged_as_they_should_be(name: str) -> None:
    """From the real files: no gap stays hidden, and every status is right."""
    parsers = ParserRunner(ParserSettings(), UploadLimits())
    found = cells(evaluate(WOHNGELD, await observed(parsers, contents(name))))
    truth = {key: (cell["status"], cell["reason_code"]) for key, cell in expected(name)["requirements"].items()}
    assert {key: (found[key], truth[key]) for key in truth if found[key] != truth[key]} == {}


def test_nothing_came_in_and_everything_is_still_judged() -> None:
    """An application that nobody can read hides no gap: what is asked of a person is open too."""
    found = evaluate(WOHNGELD, EMPTY)
    assert len(found) == 46
    assert cells(found)["person-name-geburtsdatum"] == ("missing", "feld-leer")
    assert cells(found)["lohnabrechnung"] == ("unclear", "bedingung-unbekannt")
    always = {item.status for item in found if item.requirement.condition.always}
    assert always == {"missing"}


@given(st.randoms(use_true_random=False), st.sampled_from(NAMES))
def test_the_order_of_files_does_not_matter(random: Any, name: str) -> None:
    known = stated(expected(name), WOHNGELD)
    documents = list(known.documents)
    random.shuffle(documents)
    mixed = dataclasses.replace(known, documents=tuple(documents))
    assert evaluate(WOHNGELD, mixed) == evaluate(WOHNGELD, known)


@given(st.sampled_from(NAMES), st.data())
def test_taking_documents_away_never_closes_a_gap(name: str, data: st.DataObject) -> None:
    known = stated(expected(name), WOHNGELD)
    kept = data.draw(st.sets(st.sampled_from(range(len(known.documents)))))
    fewer = dataclasses.replace(known, documents=tuple(known.documents[index] for index in sorted(kept)))
    with_all, with_fewer = cells(evaluate(WOHNGELD, known)), cells(evaluate(WOHNGELD, fewer))
    documents = [item.id for item in WOHNGELD.requirements if item.kind == "document"]
    assert not [key for key in documents if with_fewer[key][0] == "present" != with_all[key][0]]


@given(st.sampled_from(NAMES), st.data())
def test_a_fact_that_is_not_known_never_makes_anything_apply_or_not(name: str, data: st.DataObject) -> None:
    """A blank in place of an answer: what hung on it is open, never satisfied and never dropped in silence."""
    known = stated(expected(name), WOHNGELD)
    gone = data.draw(st.sampled_from(sorted(known.facts)))
    blank = dataclasses.replace(known, facts={**known.facts, gone: BLANK})
    after = evaluate(WOHNGELD, blank)
    assert [item.requirement.id for item in after] == [item.id for item in WOHNGELD.requirements]
    for item in after:
        if item.requirement.condition.fact == gone:
            assert (item.status, item.outcome.code) == ("unclear", "bedingung-unbekannt")


conditions = st.recursive(
    st.builds(lambda name, value: {"fact": name, "eq": value}, st.sampled_from("abc"), st.booleans()),
    lambda below: st.one_of(
        st.builds(lambda part: {"not": part}, below),
        st.builds(lambda parts: {"all": parts}, st.lists(below, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(below, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


@given(conditions, st.dictionaries(st.sampled_from("abc"), st.booleans()), st.data())
def test_learning_a_fact_never_turns_true_to_false(tree: dict[str, Any], known: dict[str, bool], data: Any) -> None:
    """Kleene's logic is monotone: only "unknown" may change when more is known."""
    condition = Condition.model_validate(tree)
    before = holds(condition, known.get)
    more = {**{name: data.draw(st.booleans()) for name in "abc"}, **known}
    if before is not None:
        assert holds(condition, more.get) is before
    else:
        assert holds(condition, more.get) is not None


@given(conditions)
def test_with_nothing_known_nothing_holds(tree: dict[str, Any]) -> None:
    assert holds(Condition.model_validate(tree), {}.get) is None


def test_names_and_addresses() -> None:
    born = dt.date(1984, 3, 12)
    assert same_person("Größ-Völkel, Jürgen", None, "Juergen Groess Voelkel", None)
    assert same_person("José Núñez", born, "Nunez Jose", born)
    assert not same_person("Anna Nebelhorn", None, "Fridolin Nebelhorn", None)
    assert not same_person("Anna Nebelhorn", born, "Anna Nebelhorn", dt.date(1984, 3, 13))
    written = {"strasse": "Lotsenstr. 19", "plz": "40031", "ort": "Rheinbeispiel"}
    assert address_key(written) == address_key({**written, "strasse": "LOTSENSTRASSE 19"})
    assert address_key(written) == address_key({**written, "strasse": "Lotsenstraße 19"})
    assert address_key(written) != address_key({**written, "strasse": "Lotsenstraße 19a"})


def test_account_numbers() -> None:
    assert iban_is_valid("DE89 3704 0044 0532 0130 00")
    assert not iban_is_valid("DE12000000000000000001")
    assert not iban_is_valid("DE8937040044053201300")
    assert not iban_is_valid("DE8937040044053201300Ö")


def parking(**facts: Any) -> Observed:
    here = Place(file="antrag.pdf", page=1, quote="…")
    person = {"vorname": "Ida", "nachname": "Moosgrün", "geburtsdatum": dt.date(1990, 1, 2)}
    given = {
        "eingangsdatum": dt.date(2026, 10, 14), "antragsvorgang": "neu", "kennzeichen": "RB-IM 42",
        "anschrift": {"strasse": "Am Wall 3", "plz": "40031", "ort": "Rheinbeispiel"}, "halter": "antragsteller",
        "unterschrieben": True, **facts,
    }  # fmt: skip
    return Observed(
        application_file="antrag.pdf",
        facts={name: Fact(state="stated", value=value, places=(here,)) for name, value in given.items()},
        persons=(
            ObservedPerson(
                id="p1",
                facts={name: Fact(state="stated", value=value, places=(here,)) for name, value in person.items()},
            ),
        ),
        documents=(
            ObservedDocument(
                file="melde.pdf", document_type="meldebescheinigung", names=(("Moosgrün, Ida", None),),
                values={"issued": dt.date(2026, 9, 1), "address": given["anschrift"]},
            ),
            ObservedDocument(file="schein.pdf", document_type="fahrzeugschein", names=(("Ida Moosgrün", None),)),
        ),
        received=dt.date(2026, 10, 14),
    )  # fmt: skip


def test_another_procedure_needs_no_other_engine() -> None:
    found = cells(evaluate(PARKING, parking()))
    assert {status for status, _ in found.values()} == {"present", "not_applicable"}
    assert found["nutzungserklaerung"] == ("not_applicable", "bedingung-falsch")
    found = cells(evaluate(PARKING, parking(kennzeichen="kein Auto", halter="andere")))
    assert found["kennzeichen"] == ("unclear", "ungueltiger-wert")
    assert found["nutzungserklaerung"] == ("missing", "dokument-fehlt")
    assert found["fahrzeugschein"] == ("not_applicable", "bedingung-falsch")


@pytest.mark.parametrize("rules", [WOHNGELD, PARKING], ids=lambda rules: rules.rule_set)
def test_no_text_says_whether_somebody_is_entitled(rules: Any) -> None:
    """KI-04. A law may be the reason to ask; no text says what follows from it for somebody."""
    texts = [reason.text for reason in rules.reasons.values()]
    texts += [
        text
        for item in rules.requirements
        for text in (item.title, item.letter.ask, *item.status_rules.model_dump().values())
    ]
    judging = (
        r"anspruchsberechtigt|kein(en)? anspruch|abgelehnt wird|steht ihnen zu|ist ausgeschlossen|bewilligt wird"
        r"|zu hohe[sr]? einkommen"
    )
    assert [text for text in texts if re.search(judging, text.lower())] == []


def test_the_shipped_rule_set_means_what_the_catalogue_says() -> None:
    """Everything of the catalogue stands in the rule set unchanged; added is only what its prose leaves to code."""
    catalogue = json.loads((ROOT.parent / "catalogue.json").read_text())
    ours = json.loads(WOHNGELD.model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True))
    for requirement in ours["requirements"]:
        requirement.pop("checks", None)
        requirement.pop("compare", None)
        requirement["validity"].pop("value", None)
    for fact in ours["facts"]:
        fact.pop("labels", None)
    same = ("schema_version", "rule_set", "law_as_of", "principle", "reasons", "facts", "document_types")
    same += ("requirements", "letter")
    assert {part: ours[part] for part in same} == {part: catalogue[part] for part in same}


def test_a_scan_may_confuse_letters_of_an_address_but_not_its_numbers() -> None:
    known = {"strasse": "Murmelweg 77", "plz": "40033", "ort": "Rheinbeispiel"}
    assert as_spelled({**known, "strasse": "Murmeiweg 77"}, known) == known
    assert as_spelled({**known, "strasse": "Murmelweg 71"}, known)["strasse"] == "Murmelweg 71"
