# SPDX-License-Identifier: EUPL-1.2
"""The sample people of `genius up` in a realm, for trying out: their names and roles, passwords made here."""

from __future__ import annotations

from genius_stack.errors import KeycloakFailed
from genius_stack.keycloak.admin import RealmAdmin
from genius_stack.keycloak.wanted import Wanted
from genius_stack.samples.people import PEOPLE, Person
from genius_stack.secrets import readable_password


def create_sample_people(admin: RealmAdmin, wanted: Wanted) -> dict[str, str]:
    """Create those that are missing; user name → new password of each that was made.

    Raises: KeycloakFailed where the file of authorities lacks a group that a person belongs to.
    """
    paths = {f"/behoerden/{authority.short}" for authority in wanted.authorities}
    paths |= {
        f"/behoerden/{authority.short}/{unit.short}" for authority in wanted.authorities for unit in authority.units
    }
    missing = sorted({group for person in PEOPLE for group in person.groups} - paths)
    if missing:
        raise KeycloakFailed(f"Für die Beispielpersonen fehlen in der Datei der Behörden: {', '.join(missing)}")
    there = {user["username"] for user in admin.api.get_users({"max": 1000})}
    return {person.username: _create(admin, person) for person in PEOPLE if person.username not in there}


def _create(admin: RealmAdmin, person: Person) -> str:
    password = readable_password()
    given, _, family = person.name.rpartition(" ")
    identifier = admin.api.create_user(
        {
            "username": person.username,
            "firstName": given,
            "lastName": family,
            # Keycloak asks at the first login for an address that is missing; this one can't receive anything.
            "email": f"{person.username}@beispiel.invalid",
            "enabled": True,
            "groups": person.groups,
            "credentials": [{"type": "password", "value": password, "temporary": False}],
        }
    )
    admin.api.assign_realm_roles(identifier, [admin.api.get_realm_role(role) for role in person.roles])
    return password
