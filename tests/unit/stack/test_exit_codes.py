# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import re
from pathlib import Path

from genius_stack.errors import StackError

HOWTO = Path(__file__).parents[3] / "docs/howto/run-on-one-machine.md"


def test_every_reason_to_stop_has_its_own_documented_exit_code() -> None:
    codes = sorted(error.exit_code for error in StackError.__subclasses__())
    assert len(set(codes)) == len(codes)
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", HOWTO.read_text(), re.MULTILINE)}
    assert documented == {0, 1, 2, *codes}
    assert all(error.__doc__ for error in StackError.__subclasses__())
