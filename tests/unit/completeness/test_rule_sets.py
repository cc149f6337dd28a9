# SPDX-License-Identifier: EUPL-1.2
"""Rule sets: what is refused, in which line, for which reason; copies of an authority."""

import json
import lzma
import re
from importlib import resources
from pathlib import Path

import pytest

from genius_modules.completeness.rules import store
from genius_modules.completeness.rules.__main__ import main
from genius_modules.completeness.rules.check import load
from genius_modules.completeness.rules.model import json_schema
from genius_modules.completeness.rules.references import shipped, unknown_sections
from genius_modules.completeness.rules.source import RuleSetRefused

PARKING = (
    resources.files("genius_modules.completeness.rules").joinpath("sets", "bewohnerparkausweis.yaml").read_text("utf-8")
)


def refused(text: str) -> list[tuple[int, str]]:
    with pytest.raises(RuleSetRefused) as error:
        load(text)
    return [(problem.line, problem.reason) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("fact: kennzeichen\n", "fact: nummernschild\n", "Den Fakt „nummernschild“ gibt es nicht."),
        ("  - fahrzeugschein\n", "  - fahrtenbuch\n", "Die Dokumentart „fahrtenbuch“ gibt es nicht."),
        ("eq: neu\n", "eq: gebraucht\n", "„gebraucht“ ist kein Wert von „antragsvorgang“."),
        ("- § 18 BMG\n", "- § 999 BMG\n", "§ 999 BMG gibt es nicht."),
        ("- § 18 BMG\n", "- weil es immer so war\n", "ist keine Rechtsgrundlage"),
        ("für {person} den", "für {Nachbar} den", "Den Platzhalter „{Nachbar}“ gibt es hier nicht."),
        ("vom {eingangsdatum}.", "vom {datum}.", "Den Platzhalter „{datum}“ gibt es hier nicht."),
        ("  veraltet:\n", "  zu-alt:\n", "Den Grund „zu-alt“ gibt es nicht."),
        ("rule: max_age_months\n    months: 12\n", "rule: max_age_months\n", "„months“ gehört"),
        ("reference_fact: eingangsdatum", "reference_fact: kennzeichen", "ist kein Datum"),
        ("kind: consistency\n", "kind: document\n", "„compare“ gehört"),
        ("scope: person\n", "scope: haus\n", "„scope“ ist hier nicht richtig"),
        ("principle:", "prinzip:", "„prinzip“ gibt es hier nicht."),
        ("[A-ZÄÖÜ]{1,3}", "[A-ZÄÖÜ{1,3}", "ist nicht gültig"),
        ("document: meldebescheinigung\n", "document: ausweis\n", "Die Dokumentart „ausweis“ gibt es nicht."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, reason: str) -> None:
    assert old in PARKING
    text = PARKING.replace(old, new, 1)
    line = text[: PARKING.index(old)].count("\n") + 1
    found = refused(text)
    assert any((reason in said and 0 <= line - at <= 8) or 0 <= at - line <= 2 for at, said in found), (line, found)


def test_the_line_is_exact() -> None:
    text = PARKING.replace("- § 18 BMG\n", "- § 999 BMG\n")
    assert refused(text) == [(text[: text.index("§ 999")].count("\n") + 1, "§ 999 BMG gibt es nicht.")]


def test_a_missing_legal_basis_is_refused() -> None:
    text = re.sub(r"  legal_basis:\n  - § 18 BMG\n  - [^\n]*\n", "", PARKING)
    assert "Hier fehlt „legal_basis“." in [reason for _, reason in refused(text)]
    empty = re.sub(r"  legal_basis:\n  - § 18 BMG\n  - [^\n]*\n", "  legal_basis: []\n", PARKING)
    assert "„legal_basis“ darf nicht leer sein." in [reason for _, reason in refused(empty)]


def test_facts_that_follow_from_each_other_in_a_ring_are_refused() -> None:
    ring = (
        "facts:\n- {id: erst, type: bool, text: a, derived: true, when: {not: {fact: dann, eq: true}}}\n"
        "- {id: dann, type: bool, text: b, derived: true, when: {fact: erst, eq: true}}\n"
    )
    found = refused(PARKING.replace("facts:\n", ring, 1))
    assert any("im Kreis" in reason and "erst → dann → erst" in reason for _, reason in found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1, 2", "kein gültiges YAML"),
        ("a: 1\na: 2\n", "„a“ steht hier zweimal."),
        ("a: &x [*x]\n", "Verweise"),
        ("a: &x 1\nb: *x\n", "Verweise"),
        ("", "ist hier nicht richtig"),
        ("- 1\n", "ist hier nicht richtig"),
        ("[" * 5_000, "kein gültiges YAML"),
        ("[" * 60 + "]" * 60, "zu tief"),
        ("x" * 2_000_001, "Zeichen"),
    ],
)
def test_what_is_no_rule_set_is_refused(text: str, reason: str) -> None:
    assert any(reason in said for _, said in refused(text))


def test_several_problems_are_told_at_once() -> None:
    text = PARKING.replace("- § 18 BMG\n", "- § 999 BMG\n").replace("fact: kennzeichen\n", "fact: nummernschild\n")
    assert len(refused(text)) == 2


def test_json_is_read_as_well() -> None:
    rules = load(PARKING)
    assert load(rules.model_dump_json(by_alias=True, exclude_none=True)) == rules


def test_the_sections_are_those_of_the_shipped_laws() -> None:
    data = resources.files("genius_retrieval.laws").joinpath("data")
    names = {law["bjnr"]: law["citation_name"] for law in json.loads(data.joinpath("index.json").read_text())}
    with data.joinpath("laws.jsonl.xz").open("rb") as packed, lzma.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            law = json.loads(line)
            for section in law["sections"]:
                if match := re.fullmatch(r"(?:§|Art) (\d+[a-z]?)", section["number"]):
                    assert match[1] in shipped()[names[law["bjnr"]]]
    assert set(shipped()) == set(names.values())


def test_references() -> None:
    laws = {"WoGG": frozenset({"10", "12"}), "SGB I": frozenset({"60"}), "SGB II": frozenset({"7"})}
    assert list(unknown_sections("§ 60 Abs. 1 SGB I", laws)) == []
    assert list(unknown_sections("§ 60 SGB II", laws)) == ["§ 60 SGB II"]
    assert list(unknown_sections("§§ 10 bis 13 WoGG", laws)) == ["§ 13 WoGG"]
    assert list(unknown_sections("§ 5 Bauordnung", laws)) == []


def test_a_copy_of_an_authority_stands_in_for_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "eigenes.yaml").write_text(PARKING.replace("months: 12", "months: 3"), encoding="utf-8")
    (tmp_path / "liesmich.txt").write_text("kein Regelwerk")
    own = store.available(tmp_path)
    assert own["bewohnerparkausweis"].sha256 != store.shipped()["bewohnerparkausweis"].sha256
    assert own["wohngeld"] == store.shipped()["wohngeld"]
    (tmp_path / "zweites.yaml").write_text(PARKING, encoding="utf-8")
    with pytest.raises(RuleSetRefused, match=r"zweites\.yaml.*eigenes\.yaml"):
        store.available(tmp_path)


def test_requirements_can_be_switched_off() -> None:
    rules = store.shipped()["wohngeld"].rules
    fewer = store.without(rules, ["meldebescheinigung"])
    assert len(fewer.requirements) == len(rules.requirements) - 1
    with pytest.raises(RuleSetRefused, match="gibtesnicht"):
        store.without(rules, ["gibtesnicht"])
    with pytest.raises(RuleSetRefused, match="übrig"):
        store.without(rules, [item.id for item in rules.requirements])


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "gut.yaml", tmp_path / "falsch.yaml"
    good.write_text(PARKING, encoding="utf-8")
    bad.write_text(PARKING.replace("- § 18 BMG\n", "- § 999 BMG\n"), encoding="utf-8")
    assert main(["check", str(good)]) == 0
    assert "In Ordnung" in capsys.readouterr().out
    assert main(["check", str(bad)]) == 1
    assert re.fullmatch(r"Zeile \d+: § 999 BMG gibt es nicht\.\n", capsys.readouterr().err)
    assert main(["check", str(tmp_path)]) == 1
    assert main(["list"]) == 0
    assert "46 Anforderungen" in capsys.readouterr().out
    assert main(["show", "wohngeld"]) == 0
    assert main(["show", "nichts"]) == 1
    capsys.readouterr()
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()
