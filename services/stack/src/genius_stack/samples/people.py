# SPDX-License-Identifier: EUPL-1.2
"""Two invented authorities with people for every role. Names and ids are fixed, passwords are not."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

import orjson

from genius_stack.identity.realm import Client, Realm, ServiceAccount, User, hash_password, hash_secret
from genius_stack.secrets import StackSecrets

_NAMESPACE = UUID("6e0f4d0c-2f0b-4c0e-9d55-3a1f0c8a7b11")
WEB_CLIENT = "genius-web"
APPLICATION_SCOPES = ("chat.completions", "embeddings", "models.read", "modules.run", "search", "documents.read")


@dataclass(frozen=True, slots=True)
class Authority:
    """`slug` is its name in groups and tokens: /behoerden/<slug>."""

    slug: str
    name: str
    kind: str
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """`authority` and `unit` are slugs; None for people of the tenant (operator, auditor).

    `also`: further memberships, for example of somebody who is seconded for some days a week.
    """

    username: str
    name: str
    roles: tuple[str, ...]
    authority: str | None = None
    unit: str | None = None
    also: tuple[tuple[str, str | None], ...] = ()

    @property
    def groups(self) -> list[str]:
        if self.authority is None:
            return []
        memberships = ((self.authority, self.unit), *self.also)
        return [group for authority, unit in memberships for group in _groups(authority, unit)]


def _groups(authority: str, unit: str | None) -> list[str]:
    base = f"/behoerden/{authority}"
    return [base, f"{base}/{unit}"] if unit else [base]


@dataclass(frozen=True, slots=True)
class Application:
    """A specialist application of one authority."""

    client_id: str
    authority: str


AUTHORITIES = (
    Authority(
        "mhb",
        "Ministerium für Heimat und Bauen",
        "ministry",
        (("referat-401", "Referat 401 Wohngeld"), ("referat-402", "Referat 402 Bauordnung")),
    ),
    Authority(
        "musterstadt", "Stadt Musterstadt, Amt für Soziales", "municipality", (("team-wohngeld", "Team Wohngeld"),)
    ),
)

PEOPLE = (
    Person("a.weber", "Anna Weber", ("sachbearbeitung", "wissenspflege"), "mhb", "referat-401"),
    Person("b.yilmaz", "Burak Yılmaz", ("sachbearbeitung",), "mhb", "referat-402"),
    Person("c.hoffmann", "Clara Hoffmann", ("behoerdenadministration",), "mhb"),
    Person("d.schmidt", "David Schmidt", ("sachbearbeitung", "wissenspflege"), "musterstadt", "team-wohngeld"),
    Person("e.nowak", "Ewa Nowak", ("sachbearbeitung",), "musterstadt", "team-wohngeld"),
    Person("f.becker", "Frank Becker", ("behoerdenadministration",), "musterstadt"),
    Person(
        "g.arslan", "Gül Arslan", ("sachbearbeitung",), "mhb", "referat-402", also=(("musterstadt", "team-wohngeld"),)
    ),
    Person("o.petrova", "Olga Petrova", ("betrieb",)),
    Person("r.koenig", "Ruth König", ("revision",)),
)

INSPECTOR = Person("v.lindner", "Vera Lindner", ("abrufpruefung",))
"""Only under the Steuergeheimnis: who checks whether retrievals were allowed (§ 7 StDAV)."""

APPLICATIONS = (Application("mhb-fachverfahren", "mhb"), Application("musterstadt-fachverfahren", "musterstadt"))

ROLE_NAMES = {
    "sachbearbeitung": "Sachbearbeitung",
    "wissenspflege": "Wissenspflege",
    "behoerdenadministration": "Administration der Behörde",
    "betrieb": "Betrieb",
    "revision": "Revision",
    "abrufpruefung": "Abrufprüfung",
}


def people_of(*, samples: bool, tax_secrecy: bool) -> tuple[Person, ...]:
    """Who can sign in. Without samples only people of the tenant."""
    everybody = (*PEOPLE, INSPECTOR) if tax_secrecy else PEOPLE
    return tuple(person for person in everybody if samples or person.authority is None)


def authority_name(slug: str | None) -> str | None:
    """The full name of a sample authority; None for people of the tenant."""
    return next((authority.name for authority in AUTHORITIES if authority.slug == slug), None)


def authority_file() -> bytes:
    """The authorities with their units as `python -m genius_gateway authorities apply` reads them."""
    entries = [
        {
            "short": authority.slug,
            "name": authority.name,
            "kind": authority.kind,
            "units": [{"short": slug, "name": name} for slug, name in authority.units],
        }
        for authority in AUTHORITIES
    ]
    return orjson.dumps({"authorities": entries})


def sample_id(name: str) -> UUID:
    """The same id for a name in every data directory."""
    return uuid5(_NAMESPACE, name)


def build_realm(
    secrets: StackSecrets, public_urls: list[str], *, samples: bool = True, tax_secrecy: bool = False
) -> Realm:
    """The realm for the identity provider; `public_urls` are the addresses that browsers may use for Genius.

    Without samples only the operator and the auditor exist, and who checks retrievals where there is a log of them.
    """
    people = people_of(samples=samples, tax_secrecy=tax_secrecy)
    web = Client(
        client_id=WEB_CLIENT,
        secret_hash=hash_secret(secrets.web_client),
        redirect_uris=tuple(f"{url}/auth/callback" for url in public_urls),
        post_logout_redirect_uris=tuple(uri for url in public_urls for uri in (url, f"{url}/")),
        backchannel_logout_uri=f"{public_urls[0]}/auth/backchannel-logout",
    )
    return Realm(
        users=[_user(person, secrets.login(person.username)) for person in people],
        clients=[web, *(_client(application, secrets) for application in APPLICATIONS if samples)],
        local_secret_hash=hash_secret(secrets.local_token),
    )


def _user(person: Person, password: str) -> User:
    roles = ", ".join(ROLE_NAMES[role] for role in person.roles)
    slugs = [slug for slug in (person.authority, *(slug for slug, _ in person.also)) if slug]
    authority = " und ".join(authority_name(slug) or slug for slug in slugs)
    return User(
        id=sample_id(person.username),
        username=person.username,
        name=person.name,
        roles=list(person.roles),
        groups=person.groups,
        password_hash=hash_password(password),
        shown_password=password,
        note=f"{roles}, {authority}" if authority else roles,
    )


def _client(application: Application, secrets: StackSecrets) -> Client:
    return Client(
        client_id=application.client_id,
        secret_hash=hash_secret(secrets.application(application.client_id)),
        service_account=ServiceAccount(
            id=sample_id(application.client_id),
            roles=["fachverfahren"],
            groups=[f"/behoerden/{application.authority}"],
            scopes=list(APPLICATION_SCOPES),
        ),
    )
