# SPDX-License-Identifier: EUPL-1.2
"""`genius laws update` against a running platform."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from genius_stack.cli import app
from genius_stack.platform import OPERATOR
from tests.support.laws import amended, longer, shipped
from tests.support.platform import Platform

WORD = "Quellwasserschutzzone"


def run(platform: Platform, file: Path, *options: str, code: int = 0) -> str:
    words = ["laws", "update", str(file), "--data-dir", str(platform.data_dir), *options]
    done = CliRunner().invoke(app, words)
    assert getattr(done.exception, "exit_code", done.exit_code) == code, (done.output, done.exception)
    return done.output.strip()


@pytest.fixture
def base(platform: Platform) -> str:
    wanted = {"name": "Wohngeldrecht", "purpose": "Auskunft", "owner": "tenant", "protection_class": "offen"}
    client = platform.client(role="betrieb")
    return str(client.post("/api/v1/knowledge-bases", json=wanted).raise_for_status().json()["id"])


def test_a_new_version_comes_in(platform: Platform, base: str, tmp_path: Path) -> None:
    """DSG-08, AUD-03 in part: only what changed is written; the older version is superseded; twice is once."""
    whole = shipped("WoGG")
    law = whole.model_copy(update={"sections": whole.sections[:6]})
    file = tmp_path / "WoGG.jsonl"

    def write(content: dict[str, list[dict[str, object]]]) -> None:
        file.write_bytes(b"\n".join(orjson.dumps(section) for section in content["sections"]))

    options = ("--login", OPERATOR, "--knowledge-base", base)
    write(law.model_dump(mode="json"))
    assert run(platform, file, *options).startswith("WoGG: 0 §§ geändert, 6 neu, 0 entfallen, 0 unverändert")
    later = amended(law, longer(0, f"{WORD}."))
    write(later.model_dump(mode="json"))
    said = run(platform, file, *options, "--as-of", later.as_of.isoformat())
    assert said == "WoGG: 1 § geändert, 0 neu, 0 entfallen, 5 unverändert (1 Textstück neu erfasst)"
    assert run(platform, file, *options, "--as-of", later.as_of.isoformat()) == "WoGG: 6 §§ unverändert"
    client = platform.client(role="betrieb")
    listed = client.get(f"/api/v1/knowledge-bases/{base}/documents", params={"superseded": True}).json()["items"]
    assert [bool(item["superseded_by"]) for item in listed] == [True, False]

    file.write_text("kein Gesetz")
    run(platform, file, *options, code=18)
    write(later.model_dump(mode="json"))
    run(platform, file, "--login", "gibt.es.nicht", "--knowledge-base", base, code=13)
