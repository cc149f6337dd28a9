# SPDX-License-Identifier: EUPL-1.2
"""What the outside relies on about the sample people (docs/reference, "Samples")."""

from __future__ import annotations

import pytest

from genius_stack.identity.realm import check_password
from genius_stack.samples.people import APPLICATIONS, AUTHORITIES, PEOPLE, WEB_CLIENT, build_realm
from genius_stack.secrets import StackSecrets

URLS = ["http://127.0.0.1:8080", "http://localhost:8080"]


@pytest.mark.parametrize("slug", [authority.slug for authority in AUTHORITIES])
def test_each_authority_has_every_kind_of_person_and_an_application(slug: str) -> None:
    roles = sorted(person.roles for person in PEOPLE if person.authority == slug and not person.also)
    assert roles == [("behoerdenadministration",), ("sachbearbeitung",), ("sachbearbeitung", "wissenspflege")]
    assert [application.authority for application in APPLICATIONS].count(slug) == 1


def test_one_person_belongs_to_two_authorities() -> None:
    """TEN-01: what the switch of the active authority is tried with."""
    (person,) = (person for person in PEOPLE if person.also)
    assert {group.split("/")[2] for group in person.groups} == {authority.slug for authority in AUTHORITIES}


def test_operator_and_auditor_belong_to_no_authority() -> None:
    assert {person.roles for person in PEOPLE if person.authority is None} == {("betrieb",), ("revision",)}


def test_units_exist_in_their_authority() -> None:
    units = {authority.slug: {slug for slug, _ in authority.units} for authority in AUTHORITIES}
    for person in PEOPLE:
        for authority, unit in ((person.authority, person.unit), *person.also):
            if unit is not None and authority is not None:
                assert unit in units[authority]


def test_the_realm_has_random_passwords_and_fixed_ids() -> None:
    secrets, others = StackSecrets(), StackSecrets()
    first, second = build_realm(secrets, URLS), build_realm(others, URLS)
    assert [user.id for user in first.users] == [user.id for user in second.users]
    assert set(secrets.logins.values()).isdisjoint(others.logins.values())
    user = first.users[0]
    assert check_password(secrets.logins[user.username], user.password_hash)
    assert not check_password(others.logins[user.username], user.password_hash)


def test_the_browser_client_may_return_to_both_names_of_this_machine() -> None:
    client = build_realm(StackSecrets(), URLS).client(WEB_CLIENT)
    assert client is not None
    assert client.redirect_uris == tuple(f"{url}/auth/callback" for url in URLS)
    assert client.service_account is None


def test_without_samples_only_the_tenants_people_remain() -> None:
    realm = build_realm(StackSecrets(), URLS, samples=False)
    assert [user.roles for user in realm.users] == [["betrieb"], ["revision"]]
    assert [client.client_id for client in realm.clients] == [WEB_CLIENT]
