# SPDX-License-Identifier: EUPL-1.2
"""Clients: the gateway's, the applications', and what all others must not do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from genius_stack.keycloak.admin import RealmAdmin
from genius_stack.keycloak.change import Change
from genius_stack.keycloak.compare import differences, merged
from genius_stack.keycloak.files import Application
from genius_stack.keycloak.wanted import (
    CLAIMS_SCOPE,
    FOLLOWER,
    FOLLOWER_RIGHTS,
    FOLLOWER_SCOPES,
    FORBIDDEN_FLOWS,
    GROUP_ROOT,
    MODULE_SCOPES,
    PERSON_SCOPES,
    ROLES_SCOPE,
    Wanted,
    scopes_of,
)

_KINDS = ("default", "optional")


def gateway(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    yield from _client(admin, wanted.gateway(), PERSON_SCOPES)


def follower(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """The account by which the gateway hears of closed accounts and changed rights, with these two rights alone."""
    yield from _client(admin, wanted.follower(), FOLLOWER_SCOPES)
    account = _account(admin, FOLLOWER)
    if account is None:
        return
    given = _roles(admin, account)
    for role in sorted(set(FOLLOWER_RIGHTS) - given):
        yield Change([f"Client {FOLLOWER}: Recht {role} fehlt"], partial(_let_view, admin, account, role))
    if surplus := sorted(given - set(FOLLOWER_RIGHTS)):
        yield Change([f"Client {FOLLOWER} hat weitere Rollen: {', '.join(surplus)}"], None)
    for group in admin.get(f"/users/{account}/groups") or []:
        line = f"Client {FOLLOWER} gehört zu {group['path']}"
        yield Change([line], partial(admin.api.group_user_remove, account, group["id"]))


def _let_view(admin: RealmAdmin, account: str, role: str) -> None:
    management = admin.clients()["realm-management"]["id"]
    admin.api.assign_client_role(account, management, [admin.api.get_client_role(management, role)])


def applications(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """Each application with its scopes, and its service account in exactly its authority."""
    for application in wanted.applications:
        yield from _client(admin, wanted.client_of(application), scopes_of(application))
        yield from _service_account(admin, application)


def others(admin: RealmAdmin, wanted: Wanted) -> Iterator[Change]:
    """No client of the realm uses a flow that leaks, none but ours gets tokens for Genius."""
    ours = set(wanted.clients)
    reserved = {CLAIMS_SCOPE, ROLES_SCOPE, *MODULE_SCOPES}
    for client_id, found in sorted(admin.clients().items()):
        if client_id in ours:
            continue
        if lines := list(differences(FORBIDDEN_FLOWS, found)):
            yield Change.of(
                f"Client {client_id}",
                lines,
                partial(admin.api.update_client, found["id"], merged(FORBIDDEN_FLOWS, found)),
            )
        for kind in _KINDS:
            for scope in admin.get(f"/clients/{found['id']}/{kind}-client-scopes") or []:
                if scope["name"] in reserved:
                    line = f"Client {client_id} hat den Scope {scope['name']} und steht in keiner Datei"
                    path = f"/clients/{found['id']}/{kind}-client-scopes/{scope['id']}"
                    yield Change([line], partial(admin.delete, path))


def _client(admin: RealmAdmin, wanted: dict[str, Any], scopes: Iterable[str]) -> Iterator[Change]:
    client_id = wanted["clientId"]
    found = admin.clients().get(client_id)
    if found is None:
        yield Change([f"Client {client_id} fehlt"], partial(_create, admin, merged(wanted, {}), list(scopes)))
        return
    label = f"Client {client_id}"
    if lines := list(differences(wanted, found)):
        yield Change.of(label, lines, partial(admin.api.update_client, found["id"], merged(wanted, found)))
    yield from _scopes(admin, label, found["id"], scopes)
    for mapper in found.get("protocolMappers", []):
        yield Change(
            [f"{label}: Mapper {mapper['name']} gehört nicht dazu"],
            partial(admin.api.remove_client_mapper, found["id"], mapper["id"]),
        )


def _create(admin: RealmAdmin, client: dict[str, Any], scopes: list[str]) -> None:
    # Given with the client, so that it never has Keycloak's own defaults, not even for a moment.
    admin.api.create_client({**client, "defaultClientScopes": scopes, "optionalClientScopes": []})


def _scopes(admin: RealmAdmin, label: str, identifier: str, wanted: Iterable[str]) -> Iterator[Change]:
    all_scopes = admin.scopes()
    for kind, names in zip(_KINDS, (set(wanted), set[str]()), strict=True):
        path = f"/clients/{identifier}/{kind}-client-scopes"
        there = {scope["name"]: scope["id"] for scope in admin.get(path) or []}
        for name in sorted(there.keys() - names):
            yield Change(
                [f"{label}: Scope {name} ({kind}) gehört nicht dazu"], partial(admin.delete, f"{path}/{there[name]}")
            )
        for name in sorted(names - there.keys()):
            scope = all_scopes.get(name)
            # A scope that Keycloak brings is not made here: without it the realm is not one of Keycloak 26.
            mend = partial(_add_scope, admin, identifier, scope["id"]) if scope else None
            yield Change([f"{label}: Scope {name} ({kind}) fehlt"], mend)


def _add_scope(admin: RealmAdmin, client: str, scope: str) -> None:
    admin.api.add_client_default_client_scope(client, scope, {})


def _service_account(admin: RealmAdmin, application: Application) -> Iterator[Change]:
    """The account's groups say whose application it is; more than one would make it nobody's (see claims.py)."""
    label = f"Anwendung {application.client_id}"
    path = f"/{GROUP_ROOT}/{application.authority}"
    account = _account(admin, application.client_id)
    if account is None:  # the client's own line says it
        return
    groups = {group["path"]: group["id"] for group in admin.get(f"/users/{account}/groups") or []}
    for other in sorted(groups.keys() - {path}):
        line = f"{label} gehört zu {other}, soll nur zu {path} gehören"
        yield Change([line], partial(admin.api.group_user_remove, account, groups[other]))
    if path not in groups:
        yield Change([f"{label} gehört nicht zu {path}"], partial(_join, admin, account, path))
    if given := sorted(_roles(admin, account)):
        # Which administrative work hangs on it, only its operator knows.
        yield Change([f"{label} hat Rollen: {', '.join(given)}"], None)


def _account(admin: RealmAdmin, client_id: str) -> str | None:
    """The id of a client's service account."""
    client = admin.clients().get(client_id)
    found = admin.get(f"/clients/{client['id']}/service-account-user") if client else None
    return str(found["id"]) if found else None


def _roles(admin: RealmAdmin, account: str) -> set[str]:
    """What was given to a service account beyond what everybody has."""
    mappings = admin.get(f"/users/{account}/role-mappings") or {}
    of_clients = [role for client in mappings.get("clientMappings", {}).values() for role in client["mappings"]]
    names = {role["name"] for role in [*mappings.get("realmMappings", []), *of_clients]}
    return names - {f"default-roles-{admin.realm}"}


def _join(admin: RealmAdmin, account: str, path: str) -> None:
    admin.api.group_user_add(account, admin.api.get_group_by_path(path.removeprefix("/"))["id"])
