# SPDX-License-Identifier: EUPL-1.2
"""`genius rules`, as a person calls it."""

import subprocess
import sys
from pathlib import Path

GENIUS = Path(sys.executable).with_name("genius")


def genius(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GENIUS, "rules", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_rule_sets_are_checked_and_shown(tmp_path: Path) -> None:
    broken = tmp_path / "-kaputt.yaml"
    broken.write_text("rule_set: probe\nrule_set: probe\n")
    refused = genius("check", "--", str(broken))
    assert (refused.returncode, refused.stderr) == (1, "Zeile 2: „rule_set“ steht hier zweimal.\n")
    listed = genius("list")
    assert listed.returncode == 0
    assert "wohngeld" in listed.stdout
    assert "meldebescheinigung" in genius("show", "bewohnerparkausweis").stdout
    assert genius("schema").stdout.startswith("{")
