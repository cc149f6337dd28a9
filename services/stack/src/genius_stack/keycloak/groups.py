# SPDX-License-Identifier: EUPL-1.2
"""Authorities and units as groups: /behoerden/<authority>/<unit>. Membership there is membership in Genius."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from genius_stack.keycloak.admin import RealmAdmin
from genius_stack.keycloak.change import Change
from genius_stack.keycloak.compare import differences, merged
from genius_stack.keycloak.wanted import GROUP_ROOT, Wanted, attributes_of

_Attributes = Mapping[str, list[str]]


def authorities(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """Every authority of the file and its units; one that the file lacks is reported and left alone."""
    root = admin.subgroups(None).get(GROUP_ROOT)
    if root is None:
        yield Change([f"Gruppe /{GROUP_ROOT} fehlt"], partial(admin.api.create_group, {"name": GROUP_ROOT}))
        root = admin.subgroups(None).get(GROUP_ROOT)
    there = admin.subgroups(root["id"]) if root else {}
    for authority in wanted.authorities:
        path = f"/{GROUP_ROOT}/{authority.short}"
        found = there.get(authority.short)
        parent = root["id"] if root else None
        yield from _group(admin, path, authority.short, attributes_of(authority), found, parent)
        if found is None and authority.units:
            found = admin.subgroups(parent).get(authority.short) if parent else None
        units = admin.subgroups(found["id"]) if found else {}
        for unit in authority.units:
            attributes = {"short": [unit.short], "name": [unit.name]}
            above = found["id"] if found else None
            yield from _group(admin, f"{path}/{unit.short}", unit.short, attributes, units.get(unit.short), above)
    for short in sorted(there.keys() - {authority.short for authority in wanted.authorities}):
        # Who leaves takes people and holdings along; that is not for a comparison of files to decide.
        yield Change([f"Gruppe /{GROUP_ROOT}/{short} steht nicht in der Datei der Behörden"], None)


def _group(
    admin: RealmAdmin, path: str, name: str, wanted: _Attributes, found: dict[str, Any] | None, parent: str | None
) -> Iterator[Change]:
    if found is None:
        payload = {"name": name, "attributes": dict(wanted)}
        yield Change([f"Gruppe {path} fehlt"], partial(admin.api.create_group, payload, parent=parent))
        return
    yield from _roles(admin, path, found)
    attributes = found.get("attributes") or {}
    if lines := list(differences(wanted, attributes)):
        payload = {**found, "attributes": merged(wanted, attributes)}
        yield Change.of(f"Gruppe {path}", lines, partial(admin.api.update_group, found["id"], payload))


def _roles(admin: RealmAdmin, path: str, found: dict[str, Any]) -> Iterator[Change]:
    """A role on a group would give it to everybody in there, unseen in the person's own roles."""
    if not found.get("realmRoles"):
        return
    given = admin.api.get_group_realm_roles(found["id"])
    line = f"Gruppe {path} verleiht Rollen: {', '.join(sorted(role['name'] for role in given))}"
    yield Change([line], partial(admin.api.delete_group_realm_roles, found["id"], given))
