# SPDX-License-Identifier: EUPL-1.2
"""The files of authorities and applications, the comparison, and that both sides mean the same names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from genius_gateway.authorities.repository import AuthorityFile as GatewayFile
from genius_gateway.policy.evaluate import APPLICATION_SCOPES
from genius_stack.cli import app
from genius_stack.errors import KeycloakFailed
from genius_stack.keycloak.compare import AtMost, Unset, differences, merged
from genius_stack.keycloak.files import ApplicationFile, read_applications, read_authorities
from genius_stack.keycloak.wanted import MODULE_SCOPES, ROLES, Wanted
from genius_stack.samples.people import AUTHORITIES, INSPECTOR, PEOPLE

OTHER = """
authorities:
  - {short: a, name: A, kind: ministry}
  - {short: b, name: B, kind: agency, parent: a}
"""
VALUES = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=3)
FIELDS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def test_the_shipped_file_has_46_authorities_of_every_kind() -> None:
    """TEN-13: short names are unique, agencies name a ministry, the gateway reads the same file."""
    found = read_authorities("beispiel")
    kinds = Counter(authority.kind for authority in found.authorities)
    assert len(found.authorities) == 46
    assert set(kinds) == {"ministry", "agency", "court", "municipality"}
    ministries = {authority.short for authority in found.authorities if authority.kind == "ministry"}
    for authority in found.authorities:
        assert authority.id is not None
        assert (authority.parent in ministries) == (authority.kind in {"agency", "court"})
    taken = GatewayFile.model_validate(found.model_dump(mode="json"))
    assert [entry.id for entry in taken.authorities] == [authority.id for authority in found.authorities]


def test_the_sample_people_fit_into_the_shipped_file() -> None:
    found = {authority.short: authority for authority in read_authorities("beispiel").authorities}
    for authority in AUTHORITIES:
        assert found[authority.slug].name == authority.name
        assert {(unit.short, unit.name) for unit in found[authority.slug].units} == set(authority.units)
    assert {person.authority for person in PEOPLE if person.authority} <= found.keys()


def test_scopes_and_roles_are_those_of_the_gateway() -> None:
    """AUTH-13: a scope that only one side knows would be given and never count, or the other way round."""
    assert MODULE_SCOPES == APPLICATION_SCOPES
    assert set(ROLES) == {role for person in (*PEOPLE, INSPECTOR) for role in person.roles}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("b, name: B", "a, name: B"), "a steht zweimal darin"),
        (("parent: a", "parent: c"), "muss davor stehen"),
        (("short: a", "short: A/x"), "authorities.0.short"),
        (("kind: agency", "kind: amt"), "authorities.1.kind"),
        (("name: A", "name: A, geheim: x"), "authorities.0.geheim"),
        (("authorities:", "behoerden:"), "authorities"),
        (("- {short: a", "- {short: ["), "weder YAML noch JSON"),
    ],
)
def test_a_wrong_file_is_refused_by_field(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """AUTH-09: before anything is changed at the provider."""
    file = tmp_path / "a.yaml"
    file.write_text(OTHER)
    assert len(read_authorities(str(file)).authorities) == 2
    file.write_text(OTHER.replace(*change))
    with pytest.raises(KeycloakFailed) as error:
        read_authorities(str(file))
    assert said in str(error.value)
    assert str(file) in str(error.value)


def test_files_that_are_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(KeycloakFailed, match="nicht lesbar"):
        read_authorities(str(tmp_path / "fehlt.yaml"))
    binary = tmp_path / "binaer"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeycloakFailed, match="weder YAML noch JSON"):
        read_applications(binary)
    assert read_applications(None).applications == ()


def test_a_file_runs_no_code(tmp_path: Path) -> None:
    """ING-09"""
    file = tmp_path / "boese.yaml"
    file.write_text(f"authorities: !!python/object/apply:pathlib.Path.touch [!!python/object:x '{tmp_path}/da']")
    with pytest.raises(KeycloakFailed):
        read_authorities(str(file))
    assert not (tmp_path / "da").exists()


def test_an_application_of_no_authority_is_refused() -> None:
    """TEN-01"""
    given_applications = {"applications": [{"client_id": "x", "authority": "fremd", "scopes": ["search"]}]}
    with pytest.raises(KeycloakFailed, match="nicht in der Datei der Behörden"):
        Wanted.of("r", "https://g", read_authorities("beispiel"), ApplicationFile.model_validate(given_applications))


@given(wanted=FIELDS, found=FIELDS)
def test_what_is_merged_no_longer_differs_and_the_rest_stays(wanted: dict[str, Any], found: dict[str, Any]) -> None:
    """AUTH-09: the property behind "apply twice changes once"."""
    after = merged(wanted, found)
    assert list(differences(wanted, after)) == []
    assert {name: after[name] for name in after.keys() - wanted.keys()} == {
        name: found[name] for name in found.keys() - wanted.keys()
    }
    lines = list(differences(wanted, found))
    assert all(line.isprintable() for line in lines)


@given(st.integers(-10, 100) | st.none() | st.booleans() | st.text(max_size=2))
def test_a_bound_lets_stricter_times_stay(value: Any) -> None:
    holds = AtMost(60).holds(value)
    assert holds == (type(value) is int and 0 < value <= 60)
    assert merged({"x": AtMost(60)}, {"x": value})["x"] == (value if holds else 60)
    assert Unset().holds(value) == (value in (None, ""))


def test_an_empty_mapping_means_nothing_in_it() -> None:
    """AUTH-09: an override of the login flow at one client could leave out a second factor."""
    assert list(differences({"overrides": {}}, {"overrides": {"browser": "x"}})) != []
    assert merged({"overrides": {}}, {"overrides": {"browser": "x"}}) == {"overrides": {}}
    assert list(differences({"overrides": {}}, {})) == []


@pytest.mark.parametrize(
    "address", ["https://genius.example/pfad", "genius.example", "ftp://genius.example", "https://genius.example?x=1"]
)
def test_the_gateways_address_is_one_without_a_path(address: str) -> None:
    """AUTH-09: exact redirect URIs are made from it."""
    arguments = ["--url", "http://127.0.0.1:1", "--realm", "r", "--gateway-url", address, "--authorities", "beispiel"]
    done = CliRunner().invoke(app, ["keycloak", "check", *arguments])
    assert (done.exit_code, "--gateway-url" in done.output) == (2, True)


def test_the_sample_file_can_be_printed_and_read_again() -> None:
    done = CliRunner().invoke(app, ["keycloak", "sample-authorities"])
    assert (done.exit_code, len(yaml.safe_load(done.output)["authorities"])) == (0, 46)
