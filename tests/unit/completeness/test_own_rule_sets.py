# SPDX-License-Identifier: EUPL-1.2
"""A tenant's folder of rule sets, forms and what is switched off; what is wrong in it stops the service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.offered import offered
from genius_modules.completeness.rules.source import RuleSetRefused
from genius_modules.completeness.rules.store import available, shipped
from genius_modules.registry import built_in
from genius_modules.schema import json_schema
from genius_stack.cli import app

SETS = resources.files("genius_modules.completeness.rules").joinpath("sets")
PARKING = SETS.joinpath("bewohnerparkausweis.yaml").read_text(encoding="utf-8")
OFF = "wohngeld:\n- meldebescheinigung\n- antrag-unterschrift\n"


def parking_form(**changes: object) -> str:
    """A form that reads what the small rule set knows."""
    kinds = {"date": "date", "bool": "bool", "money": "money"}
    rules = shipped()["bewohnerparkausweis"].rules
    fields = [
        {"fact": fact.id, "kind": kinds.get(fact.type, "text"), "labels": [fact.id]}
        for fact in rules.facts
        if not fact.id.startswith("person.") and fact.when is None and fact.id != rules.reference_fact
    ]
    form = {
        "form": "bewohnerparkausweis", "document_type": "antrag",
        "received": {"fact": rules.reference_fact, "kind": "date", "labels": ["Eingang"]},
        "fields": fields, "persons": {"headings": ["Person {n}"], "fields": []}, **changes,
    }  # fmt: skip
    return json.dumps(form)


def refused(folder: Path) -> list[str]:
    with pytest.raises(RuleSetRefused) as caught:
        offered(folder)
    return [str(problem) for problem in caught.value.problems]


def test_without_a_folder_there_is_what_is_shipped_and_can_be_read() -> None:
    assert set(offered()) == {"wohngeld"}, "nothing reads the form of the other one"
    assert offered()["wohngeld"].stored == shipped()["wohngeld"]


def test_what_is_switched_off_is_gone_from_the_rules_and_told(tmp_path: Path) -> None:
    (tmp_path / "switched-off.yaml").write_text(OFF, encoding="utf-8")
    stored = offered(tmp_path)["wohngeld"].stored
    known = {one.id for one in shipped()["wohngeld"].rules.requirements}
    assert known - {one.id for one in stored.rules.requirements} == {"meldebescheinigung", "antrag-unterschrift"}
    assert set(stored.switched_off) == {"meldebescheinigung", "antrag-unterschrift"}
    assert all(stored.switched_off.values()), "titles"
    assert stored.sha256 != shipped()["wohngeld"].sha256, "a result tells what it was checked against"
    again = tmp_path / "again"
    again.mkdir()
    (again / "switched-off.yaml").write_text("wohngeld: [antrag-unterschrift, meldebescheinigung]\n", encoding="utf-8")
    assert available(again)["wohngeld"].sha256 == stored.sha256, "in whatever order they are named"
    (again / "switched-off.yaml").write_text("wohngeld: []\n", encoding="utf-8")
    assert available(again)["wohngeld"] == shipped()["wohngeld"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("wohngeld:\n- gibtsnicht\n", "Zeile 1: switched-off.yaml: Die Anforderung „gibtsnicht“ gibt es nicht."),
        ("\nsteuer: [a]\n", "Zeile 2: switched-off.yaml: Das Regelwerk „steuer“ gibt es nicht."),
        ("wohngeld: meldebescheinigung\n", "Zeile 1: switched-off.yaml: Zu „wohngeld“ gehört eine Liste"),
        ("wohngeld: [1]\n", "Zu „wohngeld“ gehört eine Liste"),
        ("- wohngeld\n", "Hier steht je Regelwerk eine Liste"),
        ("wohngeld: [a\n", "kein gültiges YAML"),
        ("wohngeld: []\nwohngeld: []\n", "„wohngeld“ steht hier zweimal."),
    ],
)
def test_what_is_wrong_about_switching_off_is_said_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "switched-off.yaml").write_text(text, encoding="utf-8")
    assert any(problem in said for said in refused(tmp_path)), refused(tmp_path)


def test_not_everything_can_be_switched_off(tmp_path: Path) -> None:
    ids = ", ".join(one.id for one in shipped()["bewohnerparkausweis"].rules.requirements)
    (tmp_path / "switched-off.yaml").write_text(f"bewohnerparkausweis: [{ids}]\nsteuer: []\n", encoding="utf-8")
    assert len(refused(tmp_path)) == 2, "all problems at once"


def test_a_rule_set_is_offered_with_a_form_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "parken.yaml").write_text(PARKING.replace("months: 12", "months: 3"), encoding="utf-8")
    assert set(offered(tmp_path)) == {"wohngeld"}
    (tmp_path / "bewohnerparkausweis.form.json").write_text(parking_form(), encoding="utf-8")
    found = offered(tmp_path)
    assert set(found) == {"wohngeld", "bewohnerparkausweis"}
    assert found["wohngeld"].form == load_form("wohngeld")
    module = next(one for one in built_in(tmp_path) if one.spec.id == "completeness")
    field = json_schema(module.spec.input_model)["properties"]["rule_set"]
    assert set(field["enum"]) == set(found)
    assert field["x-enum-labels"]["bewohnerparkausweis"]["de"] == found["bewohnerparkausweis"].stored.rules.title
    data = {"rule_set": "bewohnerparkausweis", "files": ["11111111-1111-4111-8111-111111111111"]}
    assert module.spec.input_model.model_validate(data).refusals([]) == []
    shipped_module = next(one for one in built_in() if one.spec.id == "completeness")
    said = shipped_module.spec.input_model.model_validate(data).refusals([])
    assert [(one.pointer, "Es gibt: wohngeld." in one.detail) for one in said] == [("/rule_set", True)]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("steuer.form.json", "{}", "steuer.form.json: Das Regelwerk „steuer“ gibt es nicht."),
        ("bewohnerparkausweis.form.json", "{", "„Datei“ ist hier nicht richtig."),
        ("bewohnerparkausweis.form.json", parking_form(fields=[{"fact": "x"}]), "„fields.0.kind“ ist hier nicht"),
        (
            "bewohnerparkausweis.form.json",
            parking_form(fields=[{"fact": "lieblingsfarbe", "kind": "text"}]),
            "Den Fakt „lieblingsfarbe“ gibt es nicht.",
        ),
        (
            "bewohnerparkausweis.form.json",
            parking_form(document_type="roman"),
            "Die Dokumentart „roman“ gibt es nicht.",
        ),
        (
            "bewohnerparkausweis.form.json",
            parking_form(documents={"lied": {}}),
            "Die Dokumentart „lied“ gibt es nicht.",
        ),
    ],
)
def test_a_form_that_does_not_fit_its_rules_is_refused(tmp_path: Path, name: str, text: str, problem: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert any(problem in said for said in refused(tmp_path)), refused(tmp_path)


def rules(*arguments: str) -> tuple[int, str]:
    """`genius rules …`, as its own process writes."""
    ended = subprocess.run(
        [sys.executable, "-m", "genius_modules.completeness.rules", *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def test_the_command_checks_a_folder_as_the_service_takes_it(tmp_path: Path) -> None:
    (tmp_path / "parken.yaml").write_text(PARKING.replace("months: 12", "months: 3"), encoding="utf-8")
    (tmp_path / "switched-off.yaml").write_text(OFF, encoding="utf-8")
    code, said = rules("check", str(tmp_path))
    assert code == 0, said
    assert "abgeschaltet: meldebescheinigung" in said
    assert "wird nicht angeboten: Es fehlt die Beschreibung des Vordrucks, bewohnerparkausweis.form.json." in said
    assert said.strip().endswith("Angeboten werden: wohngeld.")
    (tmp_path / "switched-off.yaml").write_text("wohngeld: [nichts]\n", encoding="utf-8")
    assert rules("check", str(tmp_path)) == (1, "Zeile 1: switched-off.yaml: Die Anforderung „nichts“ gibt es nicht.\n")
    (tmp_path / "switched-off.yaml").write_bytes(b"\xff\xfe")
    assert rules("check", str(tmp_path))[0] == 1
    assert CliRunner().invoke(app, ["rules", "check", str(tmp_path)]).exit_code == 1


def test_the_service_does_not_start_with_rules_that_it_can_not_use(tmp_path: Path) -> None:
    """Never the shipped rules in place of the tenant's: nothing would tell that another check is made."""
    url = "http://127.0.0.1:1"
    names = ("JWKS_URL", "INFERENCE_URL", "RETRIEVAL_URL", "GATEWAY_URL")
    environment = {f"GENIUS_MODULES_{name}": url for name in names}
    environment |= {"GENIUS_MODULES_PROFILE": "local", "GENIUS_MODULES_TENANT": "land"}
    for folder, problem in ((tmp_path, "Zeile 1: switched-off.yaml"), (tmp_path / "fehlt", "fehlt")):
        (tmp_path / "switched-off.yaml").write_text("wohngeld: [nichts]\n", encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "genius_modules"], capture_output=True, text=True, check=False, timeout=120,
            env={**os.environ, **environment, "GENIUS_MODULES_RULES_FOLDER": str(folder)},
        )  # fmt: skip
        assert ended.returncode == 1
        assert problem in ended.stderr
        assert "Traceback" not in ended.stderr
