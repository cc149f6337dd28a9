# SPDX-License-Identifier: EUPL-1.2
"""DSG-06 over the whole platform: a knowledge base is read for what it is there for, on every way, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genius_common.principal import Role
from genius_common.uses import SEARCH
from genius_gateway.documents import search_endpoints as searching
from genius_gateway.runs import library, references, starting
from tests.support.http import AsyncClient
from tests.support.matrix import Passport
from tests.support.protection import HIGHEST, World
from tests.support.purposes import KINDS, MODULES, READING, TEXTS, USES, Scene, everything, scene_of, start
from tests.support.refusing import Moment, Refusing, Shown

API = "/api/v1"
QUESTION = {"query": "Wie lange brütet der Vogel im Schrank?", "limit": 50}
REFUSED = "knowledge_base.use_refused"
MOMENTS: tuple[Moment, ...] = ("record", "commit")


@pytest.fixture(scope="module")
async def scene(world: World) -> AsyncIterator[Scene]:
    async with scene_of(world) as found:
        yield found


@pytest.fixture(autouse=True)
def _clean(world: World) -> None:
    world.set(model=HIGHEST)


def refused(answer: httpx.Response, pointer: str, *names: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "purpose_not_allowed"), answer.text
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert all(name in problem["detail"] for name in names)


# Each module, and each kind of credentials; each pair of them in `make test-thorough`.
PAIRS = [
    pytest.param(module, kind, marks=() if place == number % len(KINDS) else pytest.mark.thorough)
    for number, module in enumerate(MODULES)
    for place, kind in enumerate(KINDS)
]


def test_each_module_and_each_kind_is_in_the_plain_suite() -> None:
    plain = [pair.values for pair in PAIRS if not pair.marks]
    assert ({module for module, _ in plain}, {kind for _, kind in plain}) == (set(MODULES), set(KINDS))


@pytest.mark.parametrize(("module", "kind"), PAIRS)
async def test_every_module_with_every_knowledge_base(scene: Scene, module: str, kind: str) -> None:
    """DSG-06: all registered modules × each use × each kind of credentials; refused ones start nothing, and noted."""
    client = scene.callers[kind]
    before, runs = len(scene.records(REFUSED)), len(scene.records("run.start"))
    expected = []
    for use, base in scene.bases.items():
        answer = await start(client, module, knowledge_bases=[base.id])
        if module not in READING:
            assert answer.status_code == 400  # it has no field to name one
        elif use in (None, module):
            done = answer.json()
            assert (answer.status_code, done["state"]) == (200, "succeeded"), answer.text
            assert base.word in await everything(client, done)
            runs += 1
        else:
            refused(answer, "/input/knowledge_bases/0", base.name, f"Auskunft {base.word}", MODULES[module].title.de)
            expected.append((base.id, "purpose_not_allowed", module))
    assert scene.records(REFUSED)[before:] == expected
    assert len(scene.records("run.start")) == runs


@pytest.mark.parametrize("headers", [{"accept": "text/event-stream"}, {"prefer": "respond-async"}, {}])
@pytest.mark.parametrize(("place", "module"), itertools.product(("knowledge_bases", "documents"), READING))
async def test_every_channel_and_place(scene: Scene, module: str, place: str, headers: dict[str, str]) -> None:
    """DSG-06: as a stream, as a job, at once; by the knowledge base and by a document in it."""
    base = scene.bases[SEARCH]
    named = base.id if place == "knowledge_bases" else base.document
    answer = await start(scene.callers["bearer"], module, headers, **{place: [named]})
    refused(answer, f"/input/{place}/0", base.name)
    assert scene.records(REFUSED)[-1] == (base.id, "purpose_not_allowed", module)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_direct_search_is_a_use_of_its_own(scene: Scene, kind: str) -> None:
    """DSG-06: refused in one knowledge base, left out and counted over all; listing and opening stay possible."""
    client, owner = scene.callers[kind], scene.owner
    for use, base in scene.bases.items():
        answer = await client.post(f"{API}/knowledge-bases/{base.id}/search", json=QUESTION)
        if use in (None, SEARCH):
            assert [hit["document"] for hit in answer.json()["hits"]] == [base.document]
        else:
            refused(answer, "/kb", base.name)
            assert scene.records(REFUSED)[-1] == (base.id, "purpose_not_allowed", SEARCH)
        for path in (f"knowledge-bases/{base.id}/documents", f"documents/{base.document}/text"):
            assert (await owner.get(f"{API}/{path}")).status_code == 200
    found = (await client.post(f"{API}/search", json=QUESTION)).json()
    assert scene.words(str(found)) == {scene.bases[None].word, scene.bases[SEARCH].word}
    assert found["searched"]["left_out"] == len(USES) - 1


async def test_who_states_no_purpose_leaves_it_open(scene: Scene) -> None:
    """DSG-06: an application of before goes on to work; the page asks for it, and it is stated once."""
    made = (await scene.owner.post(f"{API}/knowledge-bases", json={"name": "Ohne Zweck"})).json()
    assert (made["purpose"], made["uses"]) == (None, None)
    path = f"{API}/knowledge-bases/{made['id']}"
    assert (await scene.owner.patch(path, json={"purpose": "Auskünfte"})).json()["purpose"] == "Auskünfte"
    assert (await scene.owner.delete(path)).status_code == 204


@pytest.mark.parametrize("kind", KINDS)
async def test_without_a_choice_it_says_what_it_left_out(scene: Scene, kind: str) -> None:
    """DSG-06: nothing of what is bound to other uses is read, each of them is named, and no others."""
    client = scene.callers[kind]
    done = (await start(client, "ask-documents")).json()
    assert done["state"] == "succeeded", done["error"]
    (note,) = [w["detail"] for w in done["warnings"] if w["code"] == "knowledge_bases_left_out_by_purpose"]
    suited = {scene.bases[None], scene.bases["ask-documents"]}
    assert {base.name for base in scene.bases.values() if base.name in note} == {
        base.name for base in scene.bases.values() if base not in suited
    }
    assert scene.words(await everything(client, done)) == {base.word for base in suited}


ANYTHING = given(
    module=st.sampled_from(READING),
    uses=st.lists(st.none() | st.sets(st.sampled_from(USES), min_size=1), min_size=3, max_size=3),
    chosen=st.sets(st.integers(0, 2)),
)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@ANYTHING
async def test_no_answer_holds_a_word_of_what_excludes_the_module(scene: Scene, **drawn: Any) -> None:
    """DSG-06: any uses × any choice × any module: answer, events and prompt have nothing of what excludes it."""
    await holds_no_word(scene, **drawn)


@pytest.mark.thorough
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@ANYTHING
async def test_no_answer_holds_a_word_of_what_excludes_the_module_often(scene: Scene, **drawn: Any) -> None:
    """DSG-06: the same with more examples."""
    await holds_no_word(scene, **drawn)


async def holds_no_word(scene: Scene, module: str, uses: list[set[str] | None], chosen: set[int]) -> None:
    bases = [scene.bases[use] for use in (None, "draft", "summarise")]
    try:
        for base, allowed in zip(bases, uses, strict=True):
            await scene.bind(base, allowed)
        scene.world.model.clear()
        closed = {place for place, allowed in enumerate(uses) if allowed is not None and module not in allowed}
        named: dict[str, Any] = {}
        if chosen:
            named["knowledge_bases"] = [bases[place].id for place in sorted(chosen)]
        answer = await start(scene.callers["bearer"], module, **named)
        if closed & chosen:
            pointers = [error["pointer"] for error in answer.json()["errors"]]
            wrong = [n for n, place in enumerate(sorted(chosen)) if place in closed]
            assert (answer.status_code, pointers) == (403, [f"/input/knowledge_bases/{n}" for n in wrong])
            assert scene.words(answer.json()["detail"]) == set()
        else:
            told = await everything(scene.callers["bearer"], answer.json())
            assert scene.words(told).isdisjoint(bases[place].word for place in closed)
            assert scene.words(told) >= {bases[place].word for place in chosen}
    finally:
        for base, back in zip(bases, (None, ["draft"], ["summarise"]), strict=True):
            await scene.bind(base, back)


@pytest.mark.parametrize("module", READING)
async def test_retrieval_refuses_what_the_gateway_forgot(
    scene: Scene, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DSG-06: with every check of the gateway open, the token's use still opens nothing; the run's end says why."""
    base = scene.bases[SEARCH]
    client = scene.callers["bearer"]
    for place in (references, starting):
        monkeypatch.setattr(place, "require_use", lambda *_: None)
    monkeypatch.setattr(library, "allows", lambda *_: True)
    ways: tuple[dict[str, Any], ...] = ({"knowledge_bases": [base.id]}, {"documents": [base.document]})
    for named in ways:
        done = (await start(client, module, **named)).json()
        assert (done["state"], done["error"]["code"]) == ("failed", "purpose_not_allowed")
        assert scene.words(await everything(client, done)) == set()
        assert scene.records("run.end")[-1][:2] == (done["id"], "purpose_not_allowed")
    monkeypatch.setattr(searching, "require_use", lambda *_: None)
    bound = scene.bases["draft"]
    search = await client.post(f"{API}/knowledge-bases/{bound.id}/search", json=QUESTION)
    assert (search.status_code, search.json()["code"]) == (403, "purpose_not_allowed")
    assert scene.records(REFUSED)[-1] == (bound.id, "purpose_not_allowed", SEARCH)
    if module == "ask-documents":
        done = (await start(client, module)).json()
        (note,) = [w["detail"] for w in done["warnings"] if w["code"] == "knowledge_bases_bound_meanwhile"]
        assert note.startswith(f"{len(USES) - 1} Wissensbasen")
        assert scene.words(await everything(client, done)) == {
            scene.bases[None].word,
            scene.bases["ask-documents"].word,
        }


async def test_the_tests_can_see(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """With gateway open, and the token saying what it likes, the text goes through: no other layer hides the checks."""
    base = scene.bases["draft"]
    for place in (references, starting):
        monkeypatch.setattr(place, "require_use", lambda *_: None)
    minter = scene.world.gateway.state.minter
    real = minter.for_inner
    monkeypatch.setattr(minter, "for_inner", lambda *args, **more: real(*args, **{**more, "use": "draft"}))
    done = (await start(scene.callers["bearer"], "ask-documents", knowledge_bases=[base.id])).json()
    assert base.word in await everything(scene.callers["bearer"], done)


async def test_a_refusal_that_cannot_be_noted_is_none(scene: Scene) -> None:
    """DSG-06, AUD-02: no record, no answer that says why; and nothing has begun."""
    database = Refusing(scene.world.gateway.superuser_url)
    try:
        before = database.records("run.start"), database.records(REFUSED)
        for moment in MOMENTS:
            with database.refused(REFUSED, moment, Shown()):
                run = await start(scene.callers["bearer"], "chat", knowledge_bases=[scene.bases[SEARCH].id])
                path = f"{API}/knowledge-bases/{scene.bases['chat'].id}/search"
                search = await scene.callers["bearer"].post(path, json=QUESTION)
            assert [run.json()["code"], search.json()["code"]] == ["audit_unavailable"] * 2
        assert (database.records("run.start"), database.records(REFUSED)) == before
    finally:
        database.close()


async def test_a_conversation_whose_knowledge_base_was_bound_meanwhile(scene: Scene) -> None:
    """DSG-06: what an earlier turn chose is refused by name, not left out in silence; choosing anew goes on."""
    base, client = scene.bases[None], scene.callers["bearer"]
    first = (await start(client, "chat", knowledge_bases=[base.id])).json()
    talk = {"conversation": first["conversation"]}
    try:
        await scene.bind(base, [SEARCH])
        refused(await start(client, "chat", **talk), "/input/conversation", base.name)
        assert scene.records(REFUSED)[-1] == (base.id, "purpose_not_allowed", "chat")
        path = f"{API}/conversations/{first['conversation']}"
        refused(await client.patch(path, json={"knowledge_bases": [base.id]}), "/knowledge_bases/0", base.name)
        made = await client.post(f"{API}/conversations", json={"title": "x", "knowledge_bases": [base.id]})
        refused(made, "/knowledge_bases/0", base.name)
        assert (await start(client, "chat", **talk, knowledge_bases=[])).json()["state"] == "succeeded"
        # What was said and cited when it was allowed is still there.
        assert base.word in (await client.get(f"{path}/messages")).text
    finally:
        await scene.bind(base, None)


@pytest.mark.parametrize("use", ["training", "evaluation", "Chat", "chat ", "", "../search", "fine-tuning", "null"])
async def test_nothing_but_modules_and_the_search_is_a_use(scene: Scene, use: str) -> None:
    """DSG-06: training and evaluation can't be named, neither when it is made nor later."""
    base = scene.bases["draft"]
    for uses in ([use], ["chat", use]):
        body = {"name": "x", "purpose": "Probe", "owner": "authority", "uses": uses}
        for answer in (
            await scene.owner.post(f"{API}/knowledge-bases", json=body),
            await scene.owner.patch(f"{API}/knowledge-bases/{base.id}", json={"uses": uses}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (422, "use_unknown")
            assert [error["pointer"] for error in answer.json()["errors"]] == [f"/uses/{len(uses) - 1}"]
    assert (await scene.owner.get(f"{API}/knowledge-bases/{base.id}")).json()["uses"] == ["draft"]


async def test_another_authority_is_bound_too(scene: Scene) -> None:
    """DSG-06: it is told the purpose before it accepts, and reads for nothing else; a change reaches it at once."""
    base, word = scene.bases[SEARCH], scene.bases[SEARCH].word
    token = Passport(scene.world.gateway).token("k.stadt", "musterstadt", Role.WISSENSPFLEGE)
    headers = {"authorization": f"Bearer {token}"}
    async with AsyncClient(base_url=scene.world.gateway.url, headers=headers, timeout=30) as there:
        city = (await there.get(f"{API}/me")).json()["authority"]["id"]
        shares = f"{API}/knowledge-bases/{base.id}/shares"
        offered = (await scene.owner.post(shares, json={"authority": city})).json()["id"]
        try:
            told = next(i for i in (await there.get(f"{API}/shares")).json()["items"] if i["id"] == offered)
            assert (told["purpose"], told["uses"]) == (f"Auskunft {word}", [SEARCH])
            assert (await there.post(f"{API}/shares/{offered}/accept")).status_code == 204
            refused(await start(there, "ask-documents", knowledge_bases=[base.id]), "/input/knowledge_bases/0", word)
            assert word in (await there.post(f"{API}/knowledge-bases/{base.id}/search", json=QUESTION)).text
            # Binding is for who manages it, and the other side only reads.
            mine = await there.patch(f"{API}/knowledge-bases/{base.id}", json={"uses": None})
            assert mine.status_code == 403
            changed = {"purpose": "Nur noch Auskunft", "uses": ["ask-documents"]}
            path = f"{API}/knowledge-bases/{base.id}"
            assert (await scene.owner.patch(path, json=changed)).status_code == 200
            seen = (await there.get(path)).json()
            assert (seen["purpose"], seen["uses"]) == ("Nur noch Auskunft", ["ask-documents"])
            refused(await there.post(f"{path}/search", json=QUESTION), "/kb")
            done = (await start(there, "ask-documents", knowledge_bases=[base.id])).json()
            assert word in str(done["result"])
        finally:
            back = {"purpose": f"Auskunft {word}", "uses": [SEARCH]}
            await scene.owner.patch(f"{API}/knowledge-bases/{base.id}", json=back)
            await scene.owner.delete(f"{API}/shares/{offered}")


async def test_what_may_be_changed(scene: Scene) -> None:
    """DSG-06: only what is given changes, a purpose is never emptied, readers can't bind, and each change is noted."""
    base = scene.bases["draft"]
    path = f"{API}/knowledge-bases/{base.id}"
    before = len(scene.records("knowledge_base.purpose"))
    kept: dict[str, Any] = {"purpose": f"Auskunft {base.word}", "uses": ["draft"], "name": base.name}
    wrong: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"purpose": None}, ["/purpose"]),
        ({"name": None}, ["/name"]),
        ({}, []),
    )
    for body, pointers in wrong:
        answer = await scene.owner.patch(path, json=body)
        assert (answer.status_code, [e["pointer"] for e in answer.json().get("errors", [])]) == (400, pointers)
    for kind in KINDS:
        assert (await scene.callers[kind].patch(path, json={"uses": None})).status_code == 403
    assert (await scene.owner.patch(path, json=kept)).json().items() >= kept.items()
    assert len(scene.records("knowledge_base.purpose")) == before
    changes: tuple[dict[str, Any], ...] = (
        {"purpose": "Anders"},
        {"uses": ["chat", "draft", "chat"]},
        {"uses": None},
        kept,
    )
    for change in changes:
        assert (await scene.owner.patch(path, json=change)).status_code == 200
    assert len(scene.records("knowledge_base.purpose")) == before + 4
    assert TEXTS.keys() == MODULES.keys()
