# SPDX-License-Identifier: EUPL-1.2
"""Names as far as their form shows them."""

import pytest

from genius_modules.citations import missing_names
from genius_modules.citations.names import names_of

SOURCE = (
    "Frau Anna Schmidt aus der Stadt Köln schrieb der Muster Bau GmbH. Gestern traf Peter von der Heide den Dr. Yilmaz."
)


def test_names_behind_a_form_of_address_and_in_pairs() -> None:
    assert [span.of(SOURCE) for span in names_of(SOURCE)] == [
        "Anna Schmidt", "Köln", "Muster Bau", "Peter von der Heide", "Yilmaz"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("Herr Yilmaz und Frau Schmidt kamen.", []),
        ("Frau Schmidts Antrag liegt vor.", []),
        ("Frau Meier schrieb.", ["Meier"]),
        ("Dort wohnt Anna Meier.", ["Anna Meier"]),
        ("Sehr geehrte Damen und Herren, im Monat Mai gilt das.", []),
        ("Die Neue Heimat AG baut.", ["Neue Heimat"]),
    ],
)
def test_a_name_that_the_source_lacks_is_told(claim: str, missing: list[str]) -> None:
    assert missing_names(claim, SOURCE) == missing
