# SPDX-License-Identifier: EUPL-1.2
"""The order in which the key-encryption key of one machine rotates: new one first, all wrapped anew, old one out.

The file itself says how far it went (two keys in it = not finished); a second call ends what a killed one began.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from genius_common.keys_encryption import read_keks
from genius_stack.errors import OperatorRefused
from genius_stack.files import write_private

_ATTEMPTS = 3


def rotate_file(path: Path, rewrap: Callable[[], list[dict[str, Any]]]) -> int:
    """Bring a new key into the file and the old one out of it; answers how many keys were wrapped anew.

    `rewrap` does the databases, one answer each. The services read the file when it is replaced.

    Raises: OperatorRefused.
    """
    keks = read_keks(path)
    if len(keks) == 1:
        keks = [secrets.token_bytes(32), *keks]
        _write(path, keks)
    done = rewrap_all(rewrap)
    _write(path, keks[:1])
    return done


def rewrap_all(rewrap: Callable[[], list[dict[str, Any]]]) -> int:
    """Until nothing is under an older version. Raises: OperatorRefused."""
    done = 0
    for _ in range(_ATTEMPTS):
        answers = rewrap()
        done += sum(int(answer["done"]) for answer in answers)
        if not any(answer["left"] for answer in answers):
            return done
    raise OperatorRefused("Es werden laufend Schlüssel unter der alten Fassung angelegt. Der alte Schlüssel bleibt.")


def _write(path: Path, keks: list[bytes]) -> None:
    """What stands beside the keys (lines with #) is kept."""
    notes = [line for line in path.read_text(encoding="ascii").splitlines() if line.startswith("#")]
    write_private(path, "\n".join([*(kek.hex() for kek in keks), *notes, ""]).encode())
