# SPDX-License-Identifier: EUPL-1.2
"""`genius keycloak apply|check` on a real Keycloak: idempotent, honest in the dry run, blind to no deviation."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from genius_stack.keycloak import steps
from genius_stack.keycloak.admin import RealmAdmin
from genius_stack.keycloak.files import read_applications, read_authorities
from genius_stack.keycloak.wanted import Wanted
from tests.support.keycloak import KeycloakServer
from tests.support.platform import genius

pytestmark = pytest.mark.keycloak
REALM = "pruefung"
GATEWAY = "https://genius.example"
AUTHORITIES = {
    "authorities": [
        {"short": "mhb", "name": "Ministerium", "kind": "ministry", "units": [{"short": "r1", "name": "Referat 1"}]},
        {"short": "amt", "name": "Amt", "kind": "agency", "parent": "mhb"},
    ]
}
APPLICATIONS = {
    "applications": [
        {"client_id": "verfahren", "authority": "amt", "scopes": ["search"], "on_behalf_of": True},
    ]
}


@dataclass
class Command:
    """`genius keycloak …` on one realm, as operators run it."""

    server: KeycloakServer
    folder: Path

    def __call__(self, what: str, *more: str, realm: str = REALM) -> subprocess.CompletedProcess[str]:
        arguments = ["--url", self.server.url, "--realm", realm, "--gateway-url", GATEWAY]
        arguments += ["--authorities", str(self.folder / "authorities.yaml")]
        arguments += ["--applications", str(self.folder / "applications.yaml")]
        arguments += ["--admin-user", "verwaltung", "--admin-password-file", str(self.server.password_file)]
        return subprocess.run(
            [genius(), "keycloak", what, *arguments, *more], check=False, capture_output=True, text=True, timeout=120
        )


@pytest.fixture(scope="module")
def command(keycloak_server: KeycloakServer, tmp_path_factory: pytest.TempPathFactory) -> Command:
    folder = tmp_path_factory.mktemp("files")
    (folder / "authorities.yaml").write_text(yaml.safe_dump(AUTHORITIES), encoding="utf-8")
    (folder / "applications.yaml").write_text(yaml.safe_dump(APPLICATIONS), encoding="utf-8")
    return Command(keycloak_server, folder)


@pytest.fixture(scope="module")
def wanted(command: Command) -> Wanted:
    authorities = read_authorities(str(command.folder / "authorities.yaml"))
    return Wanted.of(REALM, GATEWAY, authorities, read_applications(command.folder / "applications.yaml"))


@pytest.fixture(scope="module")
def admin(command: Command, wanted: Wanted) -> Iterator[RealmAdmin]:
    """A realm as `apply` leaves it."""
    admin = command.server.admin(REALM)
    steps.apply(admin, wanted)
    yield admin
    admin.api.delete_realm(REALM)


def test_apply_twice_changes_once_and_a_dry_run_never(command: Command, tmp_path: Path) -> None:
    """AUTH-09: from nothing to the wanted realm; then there is nothing to do and nothing to report."""
    realm = "zweimal"
    secrets = str(tmp_path / "geheim")
    dry = command("apply", "--dry-run", realm=realm)
    assert (dry.returncode, "Realm zweimal fehlt" in dry.stdout) == (0, True)
    assert "Gruppe /behoerden/mhb/r1 fehlt" in dry.stdout
    assert "Client genius-web fehlt" in dry.stdout
    admin = command.server.admin(realm)
    assert admin.settings() is None
    missing = command("check", realm=realm)
    assert (missing.returncode, "Realm zweimal fehlt" in missing.stdout) == (1, True)
    try:
        first = command("apply", "--secrets-dir", secrets, realm=realm)
        assert first.returncode == 0, first.stderr
        before = admin.api.export_realm(export_clients=True, export_groups_and_role=True)
        second = command("apply", realm=realm)
        assert (second.returncode, second.stdout) == (0, "Realm zweimal ist, wie er sein soll.\n")
        assert admin.api.export_realm(export_clients=True, export_groups_and_role=True) == before
        assert command("check", realm=realm).returncode == 0
        written = {path.name: path.stat().st_mode & 0o777 for path in Path(secrets).iterdir()}
        assert written == {"genius-follow": 0o600, "genius-web": 0o600, "verfahren": 0o600}
        assert admin.secret_of("genius-web") not in first.stdout + first.stderr
    finally:
        admin.api.delete_realm(realm)


def test_the_exported_realm_is_what_the_requirements_ask_for(admin: RealmAdmin) -> None:
    """AUTH-09: read from Keycloak's own export, not from our table."""
    realm = admin.api.export_realm(export_clients=True, export_groups_and_role=True)
    clients = {client["clientId"]: client for client in realm["clients"]}
    web, application = clients["genius-web"], clients["verfahren"]
    assert (realm["accessCodeLifespan"], realm["accessTokenLifespan"] <= 300) == (60, True)
    assert (realm["revokeRefreshToken"], realm["refreshTokenMaxReuse"]) == (True, 0)
    assert (realm["bruteForceProtected"], realm["registrationAllowed"]) == (True, False)
    assert (realm["eventsEnabled"], realm["adminEventsEnabled"]) == (True, True)
    for client in clients.values():
        assert (client["implicitFlowEnabled"], client["directAccessGrantsEnabled"]) == (False, False)
    assert web["redirectUris"] == [f"{GATEWAY}/auth/callback"]
    assert web["attributes"]["pkce.code.challenge.method"] == "S256"
    assert web["attributes"]["backchannel.logout.url"] == f"{GATEWAY}/auth/backchannel-logout"
    assert (web["publicClient"], web["standardFlowEnabled"], web["serviceAccountsEnabled"]) == (False, True, False)
    assert (application["standardFlowEnabled"], application["serviceAccountsEnabled"]) == (False, True)
    assert application["attributes"]["standard.token.exchange.enabled"] == "true"
    group = next(group for group in realm["groups"] if group["name"] == "behoerden")
    found = {item["name"]: item["attributes"] for item in group["subGroups"]}
    assert found["amt"] == {"short": ["amt"], "name": ["Amt"], "kind": ["agency"], "parent": ["mhb"]}


def client(name: str, **change: Any) -> Callable[[RealmAdmin], None]:
    def plant(admin: RealmAdmin) -> None:
        found = admin.clients()[name]
        attributes = {**found["attributes"], **change.get("attributes", {})}
        admin.api.update_client(found["id"], {**found, **change, "attributes": attributes})

    return plant


def realm(**change: Any) -> Callable[[RealmAdmin], None]:
    return lambda admin: admin.api.update_realm(REALM, {**(admin.settings() or {}), **change})


def new_client(admin: RealmAdmin) -> None:
    admin.api.create_client(
        {
            "clientId": "fremd",
            "implicitFlowEnabled": True,
            "serviceAccountsEnabled": True,
            "redirectUris": ["https://x/"],
        }
    )


def foreign_scope(admin: RealmAdmin) -> None:
    found = admin.api.create_client({"clientId": "neugierig", "serviceAccountsEnabled": True})
    admin.api.add_client_default_client_scope(found, admin.scopes()["genius"]["id"], {})


def more_scopes(admin: RealmAdmin) -> None:
    found = admin.clients()["verfahren"]["id"]
    admin.api.add_client_default_client_scope(found, admin.scopes()["modules.run"]["id"], {})


def mapper_of_the_client(admin: RealmAdmin) -> None:
    config = {"claim.name": "groups", "claim.value": "/behoerden/mhb", "access.token.claim": "true"}
    mapper = {"name": "list", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper"}
    admin.api.add_mapper_to_client(admin.clients()["verfahren"]["id"], {**mapper, "config": config})


def mapper_of_the_scope(admin: RealmAdmin) -> None:
    scope = admin.scopes()["genius"]
    mapper = next(item for item in scope["protocolMappers"] if item["name"] == "groups")
    mapper["config"]["full.path"] = "false"
    admin.api.update_mapper_in_client_scope(scope["id"], mapper["id"], mapper)


def second_authority(admin: RealmAdmin) -> None:
    account = admin.api.get_client_service_account_user(admin.clients()["verfahren"]["id"])
    admin.api.group_user_add(account["id"], admin.api.get_group_by_path("behoerden/mhb")["id"])


def role_of_a_group(admin: RealmAdmin) -> None:
    group = admin.api.get_group_by_path("behoerden/mhb")["id"]
    admin.api.assign_group_realm_roles(group, [admin.api.get_realm_role("revision")])


def role_in_a_role(admin: RealmAdmin) -> None:
    admin.api.add_composite_realm_roles_to_role("sachbearbeitung", [admin.api.get_realm_role("betrieb")])


def client_role_in_a_role(admin: RealmAdmin) -> None:
    management = admin.clients()["realm-management"]["id"]
    role = admin.api.get_client_role(management, "manage-users")
    admin.api.add_composite_realm_roles_to_role("wissenspflege", [role])


def role_for_all(admin: RealmAdmin) -> None:
    role = admin.api.get_realm_role("sachbearbeitung")
    admin.api.add_composite_realm_roles_to_role(f"default-roles-{REALM}", [role])


def group_for_all(admin: RealmAdmin) -> None:
    group = admin.api.get_group_by_path("behoerden/amt")["id"]
    admin.api.connection.raw_put(f"admin/realms/{REALM}/default-groups/{group}", data="{}")


def renamed(admin: RealmAdmin) -> None:
    group = admin.api.get_group_by_path("behoerden/amt")
    admin.api.update_group(group["id"], {**group, "attributes": {**group["attributes"], "parent": ["andere"]}})


def follower_blind(admin: RealmAdmin) -> None:
    account = admin.api.get_client_service_account_user(admin.clients()["genius-follow"]["id"])["id"]
    management = admin.clients()["realm-management"]["id"]
    admin.api.delete_client_roles_of_user(account, management, [admin.api.get_client_role(management, "view-events")])


def role_gone(admin: RealmAdmin) -> None:
    admin.api.delete_realm_role("wissenspflege")


def scope_gone(admin: RealmAdmin) -> None:
    admin.api.delete_client_scope(admin.scopes()["embeddings"]["id"])


def unit_gone(admin: RealmAdmin) -> None:
    admin.api.delete_group(admin.api.get_group_by_path("behoerden/mhb/r1")["id"])


PLANTED: dict[str, tuple[Callable[[RealmAdmin], None], str]] = {
    "implicit": (client("genius-web", implicitFlowEnabled=True), "genius-web: implicitFlowEnabled ist true"),
    "password": (client("genius-web", directAccessGrantsEnabled=True), "directAccessGrantsEnabled ist true"),
    "PKCE off": (
        client("genius-web", attributes={"pkce.code.challenge.method": ""}),
        "attributes.pkce.code.challenge.method ist",
    ),
    "wildcard": (client("genius-web", redirectUris=[f"{GATEWAY}/*"]), 'redirectUris ist ["https://genius.example/*"]'),
    "second redirect": (
        client("genius-web", redirectUris=[f"{GATEWAY}/auth/callback", "https://fremd.example/"]),
        "fremd.example",
    ),
    "public": (client("genius-web", publicClient=True), "genius-web: publicClient ist true"),
    "no back channel": (client("genius-web", attributes={"backchannel.logout.url": ""}), "backchannel.logout.url"),
    "long tokens of a client": (
        client("genius-web", attributes={"access.token.lifespan": "36000"}),
        "access.token.lifespan ist 36000, soll leer sein",
    ),
    "full scope": (client("verfahren", fullScopeAllowed=True), "verfahren: fullScopeAllowed ist true"),
    "login of an application": (
        client("verfahren", standardFlowEnabled=True),
        "verfahren: standardFlowEnabled ist true",
    ),
    "password of Keycloak's own": (client("admin-cli", directAccessGrantsEnabled=True), "Client admin-cli"),
    "foreign client": (new_client, "Client fremd: implicitFlowEnabled ist true"),
    "foreign client with our claims": (foreign_scope, "Client neugierig hat den Scope genius"),
    "more scopes": (more_scopes, "verfahren: Scope modules.run (default) gehört nicht dazu"),
    "mapper of a client": (mapper_of_the_client, "verfahren: Mapper list gehört nicht dazu"),
    "mapper of a scope": (mapper_of_the_scope, "Scope genius: Mapper groups: config.full.path ist false"),
    "long codes": (realm(accessCodeLifespan=600), "accessCodeLifespan ist 600, soll höchstens 60 sein"),
    "long tokens": (realm(accessTokenLifespan=3600), "accessTokenLifespan ist 3600"),
    "refresh without rotation": (realm(revokeRefreshToken=False), "revokeRefreshToken ist false"),
    "guessing allowed": (realm(bruteForceProtected=False), "bruteForceProtected ist false"),
    "no admin events": (realm(adminEventsEnabled=False), "adminEventsEnabled ist false"),
    "no events": (realm(eventsEnabled=False), "eventsEnabled ist false"),
    "self registration": (realm(registrationAllowed=True), "registrationAllowed ist true"),
    "two authorities": (second_authority, "verfahren gehört zu /behoerden/mhb, soll nur zu /behoerden/amt"),
    "role of a group": (role_of_a_group, "Gruppe /behoerden/mhb verleiht Rollen: revision"),
    "role in a role": (role_in_a_role, "Rolle sachbearbeitung bringt andere mit: betrieb"),
    "administration in a role": (client_role_in_a_role, "Rolle wissenspflege bringt andere mit: manage-users"),
    "role for all": (role_for_all, "Rolle sachbearbeitung bekommt jede neue Person"),
    "group for all": (group_for_all, "Gruppe /behoerden/amt bekommt jede neue Person"),
    "attribute": (renamed, "Gruppe /behoerden/amt: parent ist"),
    "follower blind": (follower_blind, "Client genius-follow: Recht view-events fehlt"),
    "role gone": (role_gone, "Rolle wissenspflege fehlt"),
    "scope gone": (scope_gone, "Scope embeddings fehlt"),
    "unit gone": (unit_gone, "Gruppe /behoerden/mhb/r1 fehlt"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_check_finds_each_planted_deviation_and_apply_mends_it(admin: RealmAdmin, wanted: Wanted, name: str) -> None:
    """AUTH-09: one clear line for it, and the realm is right again after `apply`."""
    plant, expected = PLANTED[name]
    plant(admin)
    lines = steps.compare(admin, wanted).lines
    assert any(expected in line for line in lines), lines
    assert all("\n" not in line for line in lines)
    assert len(lines) <= 3, lines
    assert steps.apply(admin, wanted).lines == lines or name == "role gone"
    assert steps.compare(admin, wanted).lines == []


def test_an_authority_that_the_file_lacks_is_reported_and_left(admin: RealmAdmin, wanted: Wanted) -> None:
    """TEN-13: whether an authority leaves, a comparison of files does not decide."""
    root = admin.subgroups(None)["behoerden"]["id"]
    group = admin.api.create_group({"name": "fremd"}, parent=root)
    outcome = steps.apply(admin, wanted)
    assert (outcome.mended, outcome.left) == ([], ["Gruppe /behoerden/fremd steht nicht in der Datei der Behörden"])
    assert "fremd" in admin.subgroups(root)
    admin.api.delete_group(group)


def test_rights_of_an_application_in_keycloak_are_reported_and_left(admin: RealmAdmin, wanted: Wanted) -> None:
    """AUTH-09: a service account that may administer the realm could give itself anything."""
    account = admin.api.get_client_service_account_user(admin.clients()["verfahren"]["id"])["id"]
    management = admin.clients()["realm-management"]["id"]
    role = admin.api.get_client_role(management, "manage-users")
    admin.api.assign_client_role(account, management, [role])
    assert steps.compare(admin, wanted).left == ["Anwendung verfahren hat Rollen: manage-users"]
    admin.api.delete_client_roles_of_user(account, management, [role])


def test_check_ends_with_1_and_wrong_access_with_14(command: Command, admin: RealmAdmin, tmp_path: Path) -> None:
    """AUTH-09: what a timer job of operators sees."""
    realm(rememberMe=True)(admin)
    found = command("check")
    assert (found.returncode, found.stdout) == (
        1,
        f"Abweichung  Realm {REALM}: rememberMe ist true, soll false sein\n",
    )
    assert command("apply").returncode == 0
    wrong = tmp_path / "falsch"
    wrong.write_text("falsch")
    refused = command("check", "--admin-password-file", str(wrong))
    assert refused.returncode == 14
    assert "nimmt Namen und Kennwort der Administration nicht an" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_unreachable_keycloak_ends_with_14(command: Command) -> None:
    done = command("check", "--url", "http://127.0.0.1:1")
    assert (done.returncode, "ist nicht erreichbar" in done.stderr) == (14, True), done.stderr
