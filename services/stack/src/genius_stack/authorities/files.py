# SPDX-License-Identifier: EUPL-1.2
"""The file that `genius keycloak apply` reads, when an authority joins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from genius_stack.errors import KeycloakFailed
from genius_stack.files import write_private
from genius_stack.keycloak.files import read_authorities


def add_to_file(path: Path, entry: dict[str, Any]) -> bool:
    """Add or change one entry; False where it says that already. The old file stays beside it (`….alt`).

    Raises: KeycloakFailed where the file is wrong before or after.
    """
    known = read_authorities(str(path)).model_dump(mode="json", exclude_defaults=True)["authorities"]
    fresh = {name: value for name, value in entry.items() if value is not None}
    old = next((one for one in known if one["short"] == entry["short"]), None)
    if old is not None:
        fresh = {**fresh, **{name: old[name] for name in ("units", "id") if name in old}}
    if old == fresh:
        return False
    changed = [fresh if one["short"] == entry["short"] else one for one in known] + ([] if old else [fresh])
    before = path.read_bytes()
    write_private(path.with_name(f"{path.name}.alt"), before)
    write_private(path, yaml.safe_dump({"authorities": changed}, allow_unicode=True, sort_keys=False).encode())
    try:
        read_authorities(str(path))
    except KeycloakFailed:
        write_private(path, before)
        raise
    return True
