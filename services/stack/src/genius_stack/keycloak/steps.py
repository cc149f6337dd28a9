# SPDX-License-Identifier: EUPL-1.2
"""The wanted state in steps: each reads its part of the realm and yields what differs, with what would mend it.

A step is read after the changes of the ones before it were carried out; in a dry run they were not, and what is
missing then reads as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from genius_stack.keycloak import clients, groups
from genius_stack.keycloak.admin import RealmAdmin
from genius_stack.keycloak.change import Change
from genius_stack.keycloak.compare import differences, merged
from genius_stack.keycloak.wanted import ROLES, ROLES_SCOPE, Wanted

Step = Callable[[RealmAdmin, Wanted], Iterator[Change]]
OFFLINE = "offline_access"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Lines of what differed: mended (or to be mended), and left for a person to decide."""

    mended: list[str]
    left: list[str]

    @property
    def lines(self) -> list[str]:
        return [*self.mended, *self.left]


def compare(admin: RealmAdmin, wanted: Wanted) -> Outcome:
    """Every deviation; changes nothing."""
    return _walk(admin, wanted, carry_out=False)


def apply(admin: RealmAdmin, wanted: Wanted) -> Outcome:
    """Bring the realm to the wanted state. A second call finds nothing to do."""
    return _walk(admin, wanted, carry_out=True)


def _walk(admin: RealmAdmin, wanted: Wanted, *, carry_out: bool) -> Outcome:
    outcome = Outcome([], [])
    for step in STEPS:
        for change in step(admin, wanted):
            (outcome.left if change.mend is None else outcome.mended).extend(change.lines)
            if carry_out and change.mend is not None:
                change.mend()
    return outcome


def realm(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """Times, grants, events, brute-force detection of the realm itself."""
    settings, found = wanted.settings(), admin.settings()
    if found is None:
        yield Change([f"Realm {wanted.realm} fehlt"], lambda: admin.api.create_realm(merged(settings, {})))
        return
    if lines := list(differences(settings, found)):
        yield Change.of(
            f"Realm {wanted.realm}", lines, lambda: admin.api.update_realm(wanted.realm, merged(settings, found))
        )


def roles(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """The roles exist, none brings another one along, and nobody gets one by merely being there."""
    for name, title in ROLES.items():
        found = admin.role(name)
        if found is None:
            payload = {"name": name, "description": title}
            yield Change([f"Rolle {name} fehlt"], partial(admin.api.create_realm_role, payload))
        elif found["composite"]:
            # Also roles of clients, such as realm-management's, by which anybody could give himself everything.
            brought = admin.get(f"/roles/{name}/composites") or []
            line = f"Rolle {name} bringt andere mit: {', '.join(sorted(role['name'] for role in brought))}"
            yield Change([line], partial(admin.delete, f"/roles/{name}/composites", brought))
    default = f"default-roles-{wanted.realm}"
    given = admin.get(f"/roles/{default}/composites/realm") or []
    for role in given:
        if role["name"] in {*ROLES, OFFLINE}:
            line = f"Rolle {role['name']} bekommt jede neue Person ({default})"
            yield Change([line], partial(admin.api.remove_composite_realm_roles_to_role, default, [role]))
    for group in admin.get("/default-groups") or []:
        line = f"Gruppe {group['path']} bekommt jede neue Person"
        yield Change([line], partial(admin.delete, f"/default-groups/{group['id']}"))


def scopes(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """The claim layout and the module scopes, each with exactly its mappers."""
    there = admin.scopes()
    for name, scope in wanted.scopes().items():
        found = there.get(name)
        if found is None:
            yield Change([f"Scope {name} fehlt"], partial(admin.api.create_client_scope, {"name": name, **scope}))
            continue
        plain = {key: value for key, value in scope.items() if key != "protocolMappers"}
        if lines := list(differences(plain, found)):
            yield Change.of(
                f"Scope {name}", lines, partial(admin.api.update_client_scope, found["id"], merged(plain, found))
            )
        yield from _mappers(admin, name, scope["protocolMappers"], found)
    yield from _role_mappings(admin, wanted)


def _mappers(admin: RealmAdmin, scope: str, wanted: list[dict[str, Any]], found: dict[str, Any]) -> Iterator[Change]:
    there = {mapper["name"]: mapper for mapper in found.get("protocolMappers", [])}
    for mapper in wanted:
        name = mapper["name"]
        if name not in there:
            yield Change(
                [f"Scope {scope}: Mapper {name} fehlt"],
                partial(admin.api.add_mapper_to_client_scope, found["id"], mapper),
            )
        elif lines := list(differences(mapper, there[name])):
            yield Change.of(
                f"Scope {scope}: Mapper {name}",
                lines,
                partial(
                    admin.api.update_mapper_in_client_scope,
                    found["id"],
                    there[name]["id"],
                    merged(mapper, there[name]),
                ),
            )
    for name in sorted(there.keys() - {mapper["name"] for mapper in wanted}):
        yield Change(
            [f"Scope {scope}: Mapper {name} gehört nicht dazu"],
            partial(admin.api.delete_mapper_from_client_scope, found["id"], there[name]["id"]),
        )


def _role_mappings(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """Clients have no full scope, so a role reaches a token only through the scope that carries roles.

    Any other scope must be without: Keycloak gives one with roles only to those who have one of them.
    """
    there = admin.scopes()
    for scope in (name for name in wanted.scopes() if name in there):
        path = f"/client-scopes/{there[scope]['id']}/scope-mappings/realm"
        given = {role["name"]: role for role in admin.get(path) or []}
        names = set(ROLES) if scope == ROLES_SCOPE else set()
        for name in sorted(names - given.keys()):
            yield Change([f"Scope {scope}: Rolle {name} fehlt"], partial(_give_role, admin, path, name))
        for name in sorted(given.keys() - names):
            line = f"Scope {scope}: Rolle {name} gehört nicht dazu"
            yield Change([line], partial(admin.delete, path, [given[name]]))


def _give_role(admin: RealmAdmin, path: str, name: str) -> None:
    admin.post(path, [admin.api.get_realm_role(name)])


STEPS: tuple[Step, ...] = (
    realm,
    roles,
    scopes,
    groups.authorities,
    clients.gateway,
    clients.follower,
    clients.applications,
    clients.others,
)
