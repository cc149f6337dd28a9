# SPDX-License-Identifier: EUPL-1.2
"""Applications against the Wohngeld rule set, through the public API of a running platform.

All 14 dossiers are measured by `make eval-modules`; here are a form with fields, and a flat one with a mail.
"""

from __future__ import annotations

import httpx
import pytest

from tests.eval.completeness import DOSSIERS, check
from tests.support.platform import Platform


@pytest.fixture(scope="module")
def clerk(platform: Platform) -> httpx.Client:
    return platform.client()


@pytest.mark.ocr
@pytest.mark.parametrize("dossier", ["01-vollstaendig-mietzuschuss", "02-mietbescheinigung-fehlt"])
def test_every_cell_of_a_dossier_is_right(clerk: httpx.Client, dossier: str) -> None:
    """APP-02, APP-03: all 46 requirements at once, with reason and page; no gap is hidden."""
    checked = check(clerk, DOSSIERS / dossier)
    assert len(checked.cells) == 46
    assert [cell for cell in checked.cells if not cell.right or cell.pages is False] == []
    result = checked.result
    wanted = [name for name, one in result["requirements"].items() if one["status"] in {"missing", "unclear"}]
    assert result["complete"] is (not wanted)
    assert result["letter"]["items"] == wanted
    if wanted:
        assert "[Frist: wird bei der Freigabe gesetzt]" in result["letter"]["text"]
    for one in result["requirements"].values():
        assert one["legal_basis"]


def test_given_facts_stand_in_for_what_is_read(clerk: httpx.Client) -> None:
    """A specialist application knows a fact, or a person corrected one: it is marked, the rest is checked as before."""
    form = DOSSIERS / "01-vollstaendig-mietzuschuss" / "antrag.pdf"
    sent = clerk.post("/api/v1/files", files={"file": ("antrag.pdf", form.read_bytes())}).json()["id"]
    facts = {"wohnkosten_cent": None, "p1.geburtsdatum": "1980-02-29"}
    body = {"input": {"rule_set": "wohngeld", "files": [sent], "facts": facts}}
    run = clerk.post("/api/v1/modules/completeness/runs", json=body).json()
    assert run["state"] == "succeeded", run
    found = run["result"]["facts"]
    assert (found["wohnkosten_cent"]["given"], found["wohnkosten_cent"]["state"]) == (True, "blank")
    assert (found["p1.geburtsdatum"]["given"], found["p1.geburtsdatum"]["value"]) == (True, "1980-02-29")
    assert found["p1.nachname"]["given"] is False
    assert run["result"]["requirements"]["wohnkosten-angabe"]["status"] == "missing"
    assert run["result"]["requirements"]["mietbescheinigung"]["status"] == "missing", "no document came"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"rule_set": "steuer"}, "/input/rule_set"),
        ({"facts": {"wohnkosten_cent": "612,00"}}, "/input/facts/wohnkosten_cent"),
        ({"facts": {"einzugsdatum": "31.02.2020"}}, "/input/facts/einzugsdatum"),
        ({"facts": {"p1.lieblingsfarbe": "blau"}}, "/input/facts/p1.lieblingsfarbe"),
        ({"facts": {"antragsart": "etwas"}}, "/input/facts/antragsart"),
        ({"files": []}, "/input/files"),
    ],
)
def test_bad_input_names_the_field(clerk: httpx.Client, changes: dict[str, object], pointer: str) -> None:
    sent = clerk.post("/api/v1/files", files={"file": ("leer.txt", b"Ein Text")}).json()["id"]
    body = {"input": {"rule_set": "wohngeld", "files": [sent], **changes}}
    answer = clerk.post("/api/v1/modules/completeness/runs", json=body)
    said = answer.json()
    if answer.status_code == 200:
        assert said["error"]["code"] == "invalid_input"
        assert said["state"] == "failed"
    else:
        assert answer.status_code in {400, 422}
        assert pointer in [error["pointer"] for error in said["errors"]], said
