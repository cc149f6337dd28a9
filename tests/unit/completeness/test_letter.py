# SPDX-License-Identifier: EUPL-1.2
"""The letter: one item for each gap, no placeholder left, the deadline open until a person sets it."""

import datetime as dt
import re

import pytest

from genius_modules.completeness.engine.evaluate import evaluate
from genius_modules.completeness.letter.compose import (
    DEADLINE_GAP,
    Letter,
    LetterIncomplete,
    compose,
    months_in_words,
)
from genius_modules.completeness.rules import store
from genius_modules.completeness.rules.model import RuleSet
from tests.support.dossiers import NAMES, expected
from tests.support.stated_dossiers import stated

WOHNGELD = store.shipped()["wohngeld"].rules


def letter(name: str, deadline: dt.date | None = None, rules: RuleSet = WOHNGELD) -> Letter:
    observed = stated(expected(name), WOHNGELD)
    return compose(rules, observed, evaluate(rules, observed), deadline)


@pytest.mark.parametrize("name", NAMES)
def test_every_gap_is_asked_for_and_nothing_else(name: str) -> None:
    cells = expected(name)["requirements"].items()
    gaps = [
        (key, person)
        for key, cell in cells
        for person, part in (cell.get("persons") or {None: cell}).items()
        if part["status"] in ("missing", "unclear") and part["reason_code"] != "bedingung-unbekannt"
    ]
    found = letter(name)
    assert [(item.requirement, item.person) for item in found.items] == gaps
    assert [item.number for item in found.items] == list(range(1, len(gaps) + 1))
    assert not re.search(r"\{|\}|None", found.text)
    assert bool(found.text) == bool(gaps)
    assert not gaps or DEADLINE_GAP in found.text


def test_an_item_says_what_for_whom_and_why() -> None:
    found = letter("10-familie-sechs", dt.date(2026, 12, 15))
    assert "vom 10.11.2026" in found.opening
    assert "bis zum 15.12.2026" in found.opening
    pay = next(item for item in found.items if item.requirement == "lohnabrechnung")
    assert "deckt nur einen Teil des Zeitraums ab." in pay.text
    assert "von Malik Lindwurm für Oktober 2026 ein." in pay.text
    assert "Rechtsgrundlage: § 14 Abs. 1 WoGG; § 15 Abs. 1 WoGG" in pay.text
    benefit = next(item for item in found.items if item.requirement == "transferleistung-bescheid")
    assert "Bescheid über Grundsicherung von Alma Östling" in benefit.text
    assert "§ 66 Abs. 1 und 3 SGB I" in found.closing


def test_both_sides_of_a_contradiction_are_told() -> None:
    (item,) = letter("12-haushalt-widerspruch").items
    assert "Nach dem Antrag sind es 3, nach den Nachweisen 4." in item.text


def test_an_empty_placeholder_is_an_error() -> None:
    broken = WOHNGELD.model_copy(update={"placeholders": {"leistung": "wohngeldnummer"}})
    with pytest.raises(LetterIncomplete, match=r"\{leistung\}.*transferleistung-bescheid"):
        letter("10-familie-sechs", rules=broken)


def test_months_in_words() -> None:
    assert months_in_words(["2026-08", "2026-07"]) == "Juli und August 2026"
    assert months_in_words(["2025-11", "2025-12", "2026-01"]) == "November und Dezember 2025 und Januar 2026"
    assert months_in_words(["2026-07", "2026-08", "2026-09"]) == "Juli, August und September 2026"
    assert months_in_words([]) == ""
