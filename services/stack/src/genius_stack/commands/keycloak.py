# SPDX-License-Identifier: EUPL-1.2
"""`genius keycloak apply|check`: the realm of a Keycloak, brought to its wanted state and compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.markup import escape

from genius_stack.errors import KeycloakFailed
from genius_stack.files import write_private
from genius_stack.keycloak.files import SAMPLE_AUTHORITIES, read_applications, read_authorities, sample_authorities
from genius_stack.keycloak.wanted import Wanted

if TYPE_CHECKING:
    from genius_stack.keycloak.admin import RealmAdmin

app = typer.Typer(help="Den Realm eines Keycloak einrichten und prüfen.", no_args_is_help=True)
Url = Annotated[str, typer.Option(help="Adresse des Keycloak, ohne /realms/…")]
RealmName = Annotated[str, typer.Option(help="Name des Realms")]
GatewayUrl = Annotated[str, typer.Option(help="Adresse von Genius, wie Browser sie sehen, ohne Pfad")]
Authorities = Annotated[
    str, typer.Option(help=f"Datei der Behörden (YAML oder JSON); „{SAMPLE_AUTHORITIES}“: 46 erfundene")
]
Applications = Annotated[
    Path | None, typer.Option(help="Datei der Fachverfahren (YAML oder JSON)", exists=True, dir_okay=False)
]
AdminUser = Annotated[str, typer.Option(help="wer den Realm verwaltet")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="Datei mit dessen Kennwort; sonst wird danach gefragt", exists=True, dir_okay=False),
]
AdminRealm = Annotated[str, typer.Option(help="Realm, in dem dieser Zugang liegt")]
CaFile = Annotated[Path | None, typer.Option(help="Zertifikate der eigenen Stelle (PEM)", exists=True, dir_okay=False)]


@app.command()
def apply(
    url: Url,
    realm: RealmName,
    gateway_url: GatewayUrl,
    authorities: Authorities,
    applications: Applications = None,
    admin_user: AdminUser = "admin",
    admin_password_file: PasswordFile = None,
    admin_realm: AdminRealm = "master",
    ca_file: CaFile = None,
    secrets_dir: Annotated[
        Path | None, typer.Option(help="Ordner, in den die Geheimnisse der Clients geschrieben werden (nur für Sie)")
    ] = None,
    sample_people: Annotated[
        bool, typer.Option("--sample-people", help="NUR ZUM AUSPROBIEREN: die erfundenen Personen anlegen")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="nur zeigen, was sich ändern würde")] = False,
) -> None:
    """Bringt den Realm in den Zustand, den Genius braucht. Ein zweiter Aufruf ändert nichts."""
    if sample_people and secrets_dir is None:
        raise typer.BadParameter("--sample-people braucht --secrets-dir: dort stehen danach die Kennwörter")
    wanted = _wanted(realm, gateway_url, authorities, applications)
    with _admin(url, realm, admin_user, admin_password_file, admin_realm, ca_file) as admin:
        from genius_stack.keycloak import steps

        outcome = steps.compare(admin, wanted) if dry_run else steps.apply(admin, wanted)
        _print(outcome.mended, "würde geändert" if dry_run else "geändert")
        _print(outcome.left, "bleibt, bitte entscheiden")
        if not dry_run and secrets_dir is not None:
            _write_secrets(admin, wanted, secrets_dir, people=sample_people)
    if not outcome.lines:
        print(f"Realm {realm} ist, wie er sein soll.")


@app.command()
def check(
    url: Url,
    realm: RealmName,
    gateway_url: GatewayUrl,
    authorities: Authorities,
    applications: Applications = None,
    admin_user: AdminUser = "admin",
    admin_password_file: PasswordFile = None,
    admin_realm: AdminRealm = "master",
    ca_file: CaFile = None,
) -> None:
    """Nennt jede Abweichung des Realms, eine je Zeile. Endet mit 1, wenn es eine gibt."""
    wanted = _wanted(realm, gateway_url, authorities, applications)
    with _admin(url, realm, admin_user, admin_password_file, admin_realm, ca_file) as admin:
        from genius_stack.keycloak import steps

        lines = steps.compare(admin, wanted).lines
    _print(lines, "Abweichung")
    if lines:
        raise typer.Exit(1)
    print(f"Realm {realm} ist, wie er sein soll.")


@app.command("sample-authorities")
def print_sample_authorities() -> None:
    """Gibt die mitgelieferte Datei mit 46 erfundenen Behörden aus, als Vorlage für die eigene."""
    print(sample_authorities().decode(), end="")


def _wanted(realm: str, gateway_url: str, authorities: str, applications: Path | None) -> Wanted:
    parts = urlsplit(gateway_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise typer.BadParameter("--gateway-url ist Schema, Name und Port ohne Pfad: https://genius.example.nrw")
    return Wanted.of(realm, gateway_url, read_authorities(authorities), read_applications(applications))


@contextmanager
def _admin(
    url: str, realm: str, user: str, password_file: Path | None, admin_realm: str, ca_file: Path | None
) -> Iterator[RealmAdmin]:
    # python-keycloak takes half a second to import, which the other commands need not wait for.
    from genius_stack.keycloak.admin import RealmAdmin, explained

    password = password_file.read_text(encoding="utf-8").strip() if password_file else ""
    if not password:
        password = typer.prompt(f"Kennwort von {user}", hide_input=True, err=True)
    ca = str(ca_file) if ca_file else None
    with explained(url):
        yield RealmAdmin(url, realm, user=user, password=password, admin_realm=admin_realm, ca_file=ca)


def _print(lines: list[str], label: str) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for line in lines:
        console.print(f"[bold]{label}[/bold]  {escape(line)}")


def _write_secrets(admin: RealmAdmin, wanted: Wanted, folder: Path, *, people: bool) -> None:
    from genius_stack.keycloak.people import create_sample_people

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        raise KeycloakFailed(f"{folder} ist für andere offen. Abhilfe: chmod 700 {folder}")
    for client_id in wanted.clients:
        write_private(folder / client_id, admin.secret_of(client_id).encode())
    if people:
        for username, password in create_sample_people(admin, wanted).items():
            write_private(folder / f"person-{username}", password.encode())
    print(f"Geheimnisse in {folder}")
