# SPDX-License-Identifier: EUPL-1.2
"""TEN-15 over the whole platform: the answer has the highest class used, and nothing above reaches module or model."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genius_common.principal import ProtectionClass
from genius_gateway.policy.table import RULES
from genius_modules.registry import built_in
from tests.support.protection import CLASSES, HIGHEST, KINDS, World, run

SOME = st.sampled_from(CLASSES)
SOME_OF_THEM = st.sets(SOME, max_size=2)
MODULES = [module.spec.id for module in built_in()]
TEXTS: dict[str, dict[str, Any]] = {
    "chat": {"message": "Was kostet die Reise, und wie lange dauert der Urlaub?"},
    "ask-documents": {"question": "Was kostet die Reise, und wie lange dauert der Urlaub?"},
    "summarise": {"text": "Der Urlaub dauert lange. Die Reise kostet viel."},
    "draft": {"kind": "vermerk", "notes": "Der Urlaub dauert lange."},
    "simplify": {"text": "Der Urlaub dauert lange. Die Reise kostet viel.", "level": "leicht"},
    "extract": {"text": "Der Urlaub dauert lange. Die Reise kostet viel.", "fields": "Urlaub"},
    "completeness": {"rule_set": "wohngeld"},
}
CITED = re.compile(r"Kanarie(?:documents|files|talk|cases)([a-z]+)")


def _above(text: str, allowed: ProtectionClass) -> set[str]:
    """Classes above `allowed` whose words are in the text."""
    return {found for found in CITED.findall(text) if not allowed.covers(found)}


WITHOUT_MODEL = {item.spec.id for item in built_in() if item.spec.needs == "none"}


def _input(world: World, module: str, chosen: dict[str, set[ProtectionClass]]) -> tuple[dict[str, Any], set[str]]:
    """The module's input that names what is chosen, as far as it has a field for it."""
    schema = next(item.spec for item in built_in() if item.spec.id == module).input_model.model_fields
    data = dict(TEXTS[module])
    for kind in KINDS:
        if kind in schema and chosen[kind]:
            data[kind] = [world.ids[kind][item] for item in sorted(chosen[kind])]
    if module in ("summarise", "simplify", "extract") and "files" in data:
        del data["text"]
    return data, {kind for kind in KINDS if kind in data}


ANYTHING = given(
    module=st.sampled_from(MODULES),
    chosen=st.fixed_dictionaries(dict.fromkeys(KINDS, SOME_OF_THEM)),
    talk=st.none() | SOME,
    case=st.none() | SOME,
    stated=st.none() | SOME,
    person=SOME,
    seen_by_module=SOME,
    seen_by_model=SOME,
)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@ANYTHING
async def test_an_answer_has_the_highest_class_used(world: World, **drawn: Any) -> None:
    """TEN-15: any module × knowledge bases, documents, files, conversation, case, words × what each side may see."""
    await _run_and_check(world, **drawn)


@pytest.mark.thorough
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@ANYTHING
async def test_an_answer_has_the_highest_class_used_often(world: World, **drawn: Any) -> None:
    """TEN-15: the same with more examples."""
    await _run_and_check(world, **drawn)


async def _run_and_check(
    world: World,
    module: str,
    chosen: dict[str, set[ProtectionClass]],
    talk: ProtectionClass | None,
    case: ProtectionClass | None,
    stated: ProtectionClass | None,
    person: ProtectionClass,
    seen_by_module: ProtectionClass,
    seen_by_model: ProtectionClass,
) -> None:
    if module == "completeness" and not chosen["files"]:
        chosen = {**chosen, "files": {ProtectionClass.OFFEN}}  # it has no other input
    data, named = _input(world, module, chosen)
    used = [item for kind in named for item in chosen[kind]] + [item for item in (case, stated) if item]
    body: dict[str, Any] = {"protection_class": stated.value} if stated else {}
    if case:
        body["case"] = world.ids["cases"][case]
    if module == "chat" and talk:
        # The class of a conversation never falls: what earlier examples have put into it counts as well.
        world.set(model=HIGHEST)
        data["conversation"] = world.ids["conversations"][talk]
        async with await world.client() as client:
            known = await client.get(f"/api/v1/conversations/{data['conversation']}")
        used.append(ProtectionClass(known.json()["protection_class"]))
    expected = ProtectionClass.highest([ProtectionClass.INTERN, *used])
    world.set(person=person, module=seen_by_module, model=seen_by_model)
    async with await world.client() as client:
        answer = await client.post(f"/api/v1/modules/{module}/runs", json={"input": data, **body})
        sent = orjson.dumps([record.body for record in world.model.log()]).decode()
        assert not _above(sent, seen_by_model)
        if not person.covers(expected):
            # What is there is not above what the caller may see, or it is not there.
            assert answer.status_code in {403, 404}
        elif not seen_by_module.covers(expected):
            assert (answer.status_code, answer.json()["code"]) == (403, "class_not_for_module")
            assert f"„{expected.label}“" in answer.json()["detail"]
        else:
            await _check_answer(client, answer.json(), expected, seen_by_model, named, world)
        if answer.status_code != 200:
            assert world.model.log() == []
            assert not CITED.search(answer.text)


async def _check_answer(
    client: Any, done: dict[str, Any], expected: ProtectionClass, model: ProtectionClass, named: set[str], world: World
) -> None:
    assert done["state"] == "succeeded", done["error"]
    assert done["protection_class"] == expected
    codes = [warning["code"] for warning in done["warnings"]]
    if done["module"] in WITHOUT_MODEL:
        assert "class_not_for_model" not in codes
        assert world.model.log() == []
    else:
        assert ("class_not_for_model" in codes) is (not model.covers(expected))
        # What extract finds by rules alone is extractive, also where a model was asked.
        by_rules = done["module"] == "extract" or not done["result"].get("found", True)
        assert done["mode"] == "generative" or not model.covers(expected) or by_rules
    assert model.covers(expected) or world.model.log() == []
    for found in done["result"].get("citations", []):
        assert expected.covers(found.get("protection_class", "offen"))
    events = await client.get(f"/api/v1/runs/{done['id']}/events")
    read = await client.get(f"/api/v1/runs/{done['id']}")
    assert read.json() == done
    for text in (events.text, read.text):
        assert not _above(text, expected)
    if done["conversation"]:
        path = f"/api/v1/conversations/{done['conversation']}"
        last = (await client.get(f"{path}/messages")).json()["items"][-1]
        assert last["protection_class"] == (await client.get(path)).json()["protection_class"] == expected
        assert not _above(str(last), expected)


async def test_a_search_over_everything_says_what_it_left_out(world: World) -> None:
    """TEN-15: without a choice nothing above the run's class is looked into, and the reader is told how many."""
    world.set(model=HIGHEST)
    async with await world.client() as client:
        for stated in CLASSES[1:]:
            done = await run(client, "ask-documents", TEXTS["ask-documents"], protection_class=stated.value)
            left = len(CLASSES) - 1 - stated.rank
            (note,) = [w["detail"] for w in done["warnings"] if w["code"] == "knowledge_bases_left_out"] or [""]
            assert (note == "") is (left == 0)
            assert left == 0 or f"„{stated.label}“" in note
            assert left == 0 or ("Eine Wissensbasis" if left == 1 else f"{left} Wissensbasen") in note
            assert done["protection_class"] == stated
            assert not _above(str(done["result"]), stated)


PARAMETERS = {"kb": "knowledge_bases", "document": "documents", "file": "files", "case": "cases",
              "conversation": "conversations"}  # fmt: skip
READING = [
    rule for rule in RULES
    if rule.method == "GET" and re.findall(r"{(\w+)}", rule.path)[:1] and re.findall(r"{(\w+)}", rule.path)[0] in
    {*PARAMETERS, "run"}
]  # fmt: skip


# The lowest and one in the middle; all of them in `make test-thorough`.
PLAIN = {ProtectionClass.INTERN, ProtectionClass.SOZIALDATEN}
PERSONS = [pytest.param(found, marks=() if found in PLAIN else pytest.mark.thorough) for found in CLASSES[1:]]


@pytest.mark.parametrize("person", PERSONS)
async def test_no_route_shows_what_is_above(world: World, person: ProtectionClass) -> None:
    """TEN-15: every reading route of the policy table with an object in it, and every list, for a lower clearance."""
    world.set(model=HIGHEST)
    async with await world.client() as client:
        items = (await client.get("/api/v1/runs", params={"limit": 100})).json()["items"]
    runs = {ProtectionClass(item["protection_class"]): item["id"] for item in items}
    assert set(runs) >= set(CLASSES[1:])
    world.set(person=person, model=HIGHEST)
    assert len(READING) >= 17
    async with await world.client() as client:
        for rule in READING:
            (parameter, *_) = re.findall(r"{(\w+)}", rule.path)
            objects = runs if parameter == "run" else world.ids[PARAMETERS[parameter]]
            for item, identifier in objects.items():
                path = rule.path.replace(f"{{{parameter}}}", identifier)
                answer = await client.get(re.sub(r"{(?:n|number|other)}", "1", path))
                actual = (
                    max(item, ProtectionClass.INTERN, key=lambda one: one.rank) if parameter == "conversation" else item
                )
                hidden = not person.covers(actual)
                assert (answer.status_code == 404) >= hidden, (rule.path, item)
                assert not _above(answer.text, person), (rule.path, item)
        for path in ("/runs", "/conversations", "/cases", "/knowledge-bases", "/snapshots", "/me/data/overview"):
            assert not _above((await client.get(f"/api/v1{path}")).text, person), path
        found = await client.post("/api/v1/search", json={"query": "Urlaub Reise", "limit": 50})
        assert {hit["protection_class"] for hit in found.json()["hits"]} <= set(ProtectionClass.up_to(person))
        assert not _above(found.text, person)


@pytest.mark.parametrize("value", ["vs-nfd", "VS-NfD", "geheim", "INTERN", "", "offen,sozialdaten"])
async def test_an_unknown_class_is_refused_everywhere(world: World, value: str) -> None:
    """TEN-15: at every place where a class can be stated; the refusal names the field, and nothing happens."""
    world.set(model=HIGHEST)
    file = {"file": ("a.txt", b"Text")}
    base = world.ids["knowledge_bases"][HIGHEST]
    async with await world.client() as client:
        answers = [
            await client.post("/api/v1/modules/draft/runs", json={"input": TEXTS["draft"], "protection_class": value}),
            await client.post(
                "/api/v1/knowledge-bases",
                json={"name": "x", "purpose": "Probe", "owner": "person", "protection_class": value},
            ),
            await client.post("/api/v1/cases", json={"reference": "1", "protection_class": value}),
            await client.post(f"/api/v1/files?protection_class={value}", files=file),
            await client.post(f"/api/v1/knowledge-bases/{base}/documents?protection_class={value}", files=file),
        ]
        for answer in answers:
            assert answer.status_code == 400, answer.text
            assert [error["pointer"] for error in answer.json()["errors"]] == ["/protection_class"]
        if value:  # an empty header is none
            answer = await client.post(
                "/v1/chat/completions",
                json={"model": "echo", "messages": [{"role": "user", "content": "x"}]},
                headers={"x-genius-protection-class": value},
            )
            assert (answer.status_code, answer.json()["error"]["param"]) == (400, "X-Genius-Protection-Class")
        assert world.model.log() == []
