# SPDX-License-Identifier: EUPL-1.2
"""Conformance of every registered module's manifest."""

import dataclasses
from typing import Any

import jsonschema
import pytest

from genius_common.contracts.modules import Label, ModuleManifest, RuleOfTwo
from genius_common.principal import ProtectionClass
from genius_modules.base import AnyModule
from genius_modules.chat.module import Chat
from genius_modules.registry import ManifestRefused, Registry, built_in
from tests.support.inference import jwks_server
from tests.support.modules import NOWHERE, running_modules

MODULES = list(built_in())
ALL = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.spec.id)
WIDGETS = {"textarea", "knowledge-bases", "files", "checks", "hidden"}
KNOWN_SCOPES = {
    "modules.run", "run.token", "search", "documents.read", "files.read", "chat.completions", "models.read"
}  # fmt: skip


@ALL
def test_schemas_are_valid_and_closed(module: AnyModule) -> None:
    manifest = module.spec.manifest(model_available=False)
    for schema in (manifest.input_schema, manifest.result_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False
    assert ModuleManifest.model_validate_json(manifest.model_dump_json()) == manifest


@ALL
def test_input_schemas_stay_in_the_subset_of_the_form_generator(module: AnyModule) -> None:
    schema = module.spec.manifest(model_available=False).input_schema
    assert "$defs" not in schema
    for name, field in schema["properties"].items():
        assert set(field["x-labels"]) == {"de", "en"}, name
        assert all(field["x-labels"].values())
        assert field.get("x-widget") in WIDGETS | {None}
        _check_kind(field)
        if "enum" in field:
            assert set(field["x-enum-labels"]) == set(field["enum"])
        if field.get("x-widget") == "checks":
            assert set(field["x-enum-labels"]) == set(field["anyOf"][0]["items"]["enum"])


def _check_kind(field: dict[str, Any]) -> None:
    if field.get("x-widget") == "hidden":
        return
    if "anyOf" in field:
        options = [option for option in field["anyOf"] if option != {"type": "null"}]
        assert len(options) == 1 == len(field["anyOf"]) - 1
        _check_kind(options[0])
    elif field["type"] == "array":
        assert field["items"]["type"] == "string"
    else:
        assert field["type"] in {"string", "boolean", "integer"}


@ALL
def test_a_module_asks_for_no_more_than_reading(module: AnyModule) -> None:
    """INJ-02: no built-in writes or sends anything."""
    assert set(module.spec.scopes) <= KNOWN_SCOPES
    assert module.spec.rule_of_two.external_effect is False


@ALL
def test_the_mode_says_how_it_works_now(module: AnyModule) -> None:
    """With a model `generative`, except where a module never uses one."""
    with_model = module.spec.manifest(model_available=True).mode
    assert with_model == ("template" if module.spec.needs == "none" else "generative")
    assert module.spec.manifest(model_available=False).mode in {"extractive", "template"}


def _changed(**values: Any) -> AnyModule:
    module = Chat()
    module.spec = dataclasses.replace(Chat.spec, **values)
    return module


def test_the_registry_refuses_dangerous_manifests() -> None:
    """INJ-02: private data, untrusted text and an effect outside only with a human step."""
    all_three = RuleOfTwo(private_data=True, untrusted_text=True, external_effect=True)
    with pytest.raises(ManifestRefused, match="rule_of_two"):
        Registry([_changed(rule_of_two=all_three)])
    step = Label(de="Eine Person gibt frei.", en="A person approves.")
    assert len(list(Registry([_changed(rule_of_two=all_three, human_step=step)]))) == 1
    with pytest.raises(ManifestRefused, match="twice"):
        Registry([Chat(), Chat()])
    with pytest.raises(ManifestRefused, match="model_scope_missing"):
        Registry([_changed(scopes=("search",))])


@pytest.mark.parametrize("mask", range(32))
def test_what_a_module_may_see_has_no_gap(mask: int) -> None:
    """TEN-15: every subset of the classes; only those that begin at offen and leave none out are a manifest."""
    listed = tuple(item for bit, item in enumerate(ProtectionClass) if mask & 1 << bit)
    fits = bool(listed) and listed == ProtectionClass.up_to(listed[-1])
    if fits:
        assert next(iter(Registry([_changed(protection_classes=listed)]))).spec.highest_class == listed[-1]
    else:
        with pytest.raises(ManifestRefused, match="protection_classes_gap"):
            Registry([_changed(protection_classes=listed)])


async def test_manifests_are_served_to_any_valid_token() -> None:
    with jwks_server() as keys, running_modules(keys, NOWHERE, NOWHERE) as service:
        async with service.client() as client:
            assert (await client.get("/manifests")).status_code == 401
            headers = service.headers(None, scopes=frozenset(), audience=["modules"])
            answer = await client.get("/manifests", headers=headers)
            one = await client.get("/modules/draft/manifest", headers=headers)
            unknown = await client.get("/modules/nichts/manifest", headers=headers)
    listed = {item["id"]: item for item in answer.json()["items"]}
    assert list(listed) == ["chat", "ask-documents", "summarise", "draft", "simplify", "extract", "completeness"]
    assert one.json() == listed["draft"]
    assert listed["draft"]["mode"] == "template"
    assert unknown.status_code == 404
