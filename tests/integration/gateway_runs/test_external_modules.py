# SPDX-License-Identifier: EUPL-1.2
"""External modules as HTTP services: off until switched on, scoped, and unable to harm anything but their own run."""

from __future__ import annotations

import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_gateway.modules import catalogue as catalogue_module
from tests.support.external_module import ExternalModule
from tests.support.gateway_runs import LocalGateway, Person
from tests.support.scripted_module import CARD

from .conftest import OPTIONS, Schema, until
from .test_runs import start_here

RUNS = "/api/v1/modules/extern/runs"


@pytest.fixture
async def extern() -> AsyncIterator[ExternalModule]:
    module = ExternalModule()
    await module.start()
    yield module
    await module.stop()


@pytest.fixture(scope="module")
def register_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("register") / "modules.json"


@pytest.fixture
def register(register_file: Path, extern: ExternalModule) -> Path:
    extern.register(register_file)
    return register_file


@pytest.fixture(scope="module")
async def gateway(config: dict[str, Any], register_file: Path) -> AsyncIterator[LocalGateway]:
    """One with a register; it asks the modules at every request."""
    gateway = LocalGateway({**config, "register": str(register_file), "options": {**OPTIONS, "module_silence_s": 1.0}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue_module, "FRESH_S", 0.0)
        await gateway.start()
        yield gateway
        await gateway.stop()


@pytest.fixture
async def switched_on(schema: Schema, person: Person, register: Path) -> None:
    await schema.change(
        "INSERT INTO module_switches (authority, module, enabled) VALUES (%s, 'extern', true) ON CONFLICT DO NOTHING",
        (person.authority,),
    )


@pytest.fixture
def person(schema: Schema) -> Person:
    """In an authority of its own, so that switches do not mix."""
    authority = uuid4()
    schema.execute(
        "INSERT INTO authorities (id, short, name, kind) VALUES (%s, %s, 'Testbehörde', 'agency')",
        (authority, f"x{authority.hex[:8]}"),
    )
    return Person(authority)


async def run(client: httpx.AsyncClient, script: str) -> dict[str, Any]:
    answer = await client.post(RUNS, json={"input": {"script": script}})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(client: httpx.AsyncClient) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Ids on offer, and what is withheld by id."""
    answer = (await client.get("/api/v1/modules")).json()
    return [item["id"] for item in answer["items"]], {item["id"]: item for item in answer["withheld"]}


@pytest.mark.usefixtures("register")
async def test_it_is_off_until_an_authority_switches_it_on(
    client: httpx.AsyncClient, extern: ExternalModule, schema: Schema, person: Person
) -> None:
    assert "extern" not in (await listed(client))[0]
    refused = await client.post(RUNS, json={"input": {"script": "echo"}})
    assert (refused.status_code, refused.json()["code"]) == (403, "module_switched_off")
    assert (await client.get("/api/v1/modules/extern")).status_code == 403
    assert extern.bodies == []
    await schema.change(
        "INSERT INTO module_switches (authority, module, enabled) VALUES (%s, 'extern', true)", (person.authority,)
    )
    shown = (await client.get("/api/v1/modules/extern")).json()
    assert (shown["external"], shown["card"]["approver"]) == (True, CARD["approver"])
    assert (await run(client, "echo"))["result"] == {"text": "fertig", "mode": "template"}
    await schema.change("UPDATE module_switches SET enabled = false WHERE authority = %s", (person.authority,))
    assert (await client.post(RUNS, json={"input": {"script": "echo"}})).json()["code"] == "module_switched_off"


@pytest.mark.usefixtures("switched_on")
async def test_its_token_is_its_own_and_opens_no_other_module(
    client: httpx.AsyncClient, extern: ExternalModule
) -> None:
    """INJ-07, AUTH-14: own identity in `aud`, the declared scopes alone, bound to the run."""
    done = await run(client, "echo")
    claims = extern.claims()
    assert claims["aud"] == ["gateway", "inference", "module:extern", "retrieval"]
    assert sorted(claims["scopes"]) == ["run.token", "search"]
    assert (claims["run"], claims["use"]) == (done["id"], "extern")
    body = extern.bodies[-1]
    assert (body["run"], body["version"], body["input"]) == (done["id"], "1.2.0", {"script": "echo"})
    assert body["limits"] == {"tokens": 1000, "seconds": 60, "bytes": 1_000_000}


FAULTS = {
    "hang": "module_stream_cut",
    "nothing": "module_stream_cut",
    "redirect": "module_stream_cut",
    "wrong-result": "result_invalid",
    "wrong-part": "module_event_invalid",
    "wrong-part-value": "module_event_invalid",
    "item": "module_event_invalid",
    "endless-line": "module_output_too_large",
    "endless-comments": "module_output_too_large",
    "endless-text": "module_output_too_large",
    "endless-problem": "module_stream_cut",
}


@pytest.mark.parametrize("script", FAULTS)
@pytest.mark.usefixtures("switched_on")
async def test_a_misbehaving_module_ends_its_own_run_with_a_typed_error(
    client: httpx.AsyncClient, extern: ExternalModule, script: str
) -> None:
    """INJ-07, REL-04: hanging, lying about its schema, a gigabyte in every form; the next runs are not touched."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    failed = await run(client, script)
    assert (failed["state"], failed["error"]["code"]) == ("failed", FAULTS[script])
    assert failed["error"]["detail"]
    assert time.monotonic() - began < 4
    assert extern.sent < 64_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000
    assert (await run(client, "echo"))["state"] == "succeeded"
    built_in = await client.post("/api/v1/modules/scripted/runs", json={"input": {"script": "echo"}})
    assert built_in.json()["state"] == "succeeded"


@pytest.mark.usefixtures("switched_on")
async def test_a_module_that_is_away_is_still_offered_and_says_so(
    client: httpx.AsyncClient, extern: ExternalModule
) -> None:
    assert "extern" in (await listed(client))[0]
    await extern.stop()
    assert "extern" in (await listed(client))[0]
    failed = await run(client, "echo")
    assert (failed["error"]["code"], failed["error"]["retryable"]) == ("module_unavailable", True)


@pytest.mark.usefixtures("switched_on")
async def test_cancelling_reaches_the_module(client: httpx.AsyncClient, extern: ExternalModule) -> None:
    started = await start_here(client, RUNS, {"script": "slow"})  # other gateways of these tests don't know the module
    await until(lambda: extern.bodies)
    await client.delete(f"/api/v1/runs/{started}")

    async def ended() -> bool:
        return bool((await client.get(f"/api/v1/runs/{started}")).json()["state"] == "cancelled")

    await until(ended)
    assert extern.cancelled == [started]


@pytest.mark.usefixtures("switched_on")
async def test_another_version_needs_the_operator_again(
    client: httpx.AsyncClient, extern: ExternalModule, register: Path
) -> None:
    """INJ-07: what was registered is pinned by its digest; also a change of a description alone."""
    extern.manifest = {**extern.manifest, "version": "1.3.0"}
    offered, withheld = await listed(client)
    assert ("extern" in offered, withheld["extern"]["reason"]["code"]) == (False, "module_changed")
    refused = await client.post(RUNS, json={"input": {"script": "echo"}})
    assert (refused.status_code, refused.json()["code"]) == (403, "module_withheld")
    assert "genius modules add" in refused.json()["detail"]
    assert extern.bodies == []
    extern.register(register)
    assert (await run(client, "echo"))["version"] == "1.3.0"


REFUSED_MANIFESTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no card": ({"card": None}, "card_missing", "KI-Karte"),
    "an expired card": ({"card": {**CARD, "expires_on": "2026-01-02"}}, "card_expired", "02.01.2026"),
    "a card for later": ({"card": {**CARD, "approved_on": "2099-01-01"}}, "card_not_yet_valid", "01.01.2099"),
    "a prohibited practice": ({"card": {**CARD, "risk_class": "prohibited"}}, "risk_prohibited", "Art. 5"),
    "high risk without a human": ({"card": {**CARD, "risk_class": "high"}}, "risk_without_human_step", "Art. 14"),
    "a right to write": ({"scopes": ["documents.write"]}, "scope_not_allowed", "documents.write"),
    "all three of the rule of two": (
        {"rule_of_two": {"private_data": True, "untrusted_text": True, "external_effect": True}},
        "rule_of_two",
        "Mensch",
    ),
    "reading without saying so": (
        {"rule_of_two": {"private_data": False, "untrusted_text": True}},
        "rule_of_two_untrue",
        "Leserechte",
    ),
    "a gap in the classes": ({"protection_classes": ["intern"]}, "protection_classes_gap", "offen"),
    "a schema that fetches": ({"input_schema": {"$ref": "http://127.0.0.1:9/x"}}, "schema_invalid", "Schema"),
    "the id of another": ({"id": "scripted"}, "", ""),
}


@pytest.mark.parametrize("name", REFUSED_MANIFESTS)
@pytest.mark.usefixtures("switched_on")
async def test_what_breaks_a_rule_is_not_offered_and_it_is_said_why(
    client: httpx.AsyncClient, extern: ExternalModule, register: Path, name: str
) -> None:
    """KI-03, INJ-02, TEN-15: also where the operator has registered it."""
    changes, code, text = REFUSED_MANIFESTS[name]
    extern.manifest = {**extern.manifest, **changes}
    extern.register(register)
    offered, withheld = await listed(client)
    assert "scripted" in offered
    assert "extern" not in offered
    if not code:  # the one of the platform stays what it was
        assert (await client.get("/api/v1/modules/scripted")).json()["external"] is False
        return
    assert withheld["extern"]["reason"]["code"] == code
    assert text in withheld["extern"]["reason"]["detail"]
    assert (await client.post(RUNS, json={"input": {"script": "echo"}})).json()["code"] == "module_withheld"


@pytest.mark.parametrize("content", ["", "{", '{"modules": 1}', '{"modules": [{"url": "http://x"}]}', None])
@pytest.mark.usefixtures("switched_on")
async def test_a_broken_register_offers_nothing_external(
    client: httpx.AsyncClient, register: Path, content: str | None
) -> None:
    """Never open: and a manifest that was changed in the file is no longer what was checked."""
    assert "extern" in (await listed(client))[0]
    changed = register.read_text().replace("Testmodul", "Anderes")  # noqa: ASYNC240
    register.write_text(changed if content is None else content)  # noqa: ASYNC240
    offered, withheld = await listed(client)
    assert "extern" not in offered
    assert "scripted" in offered
    assert withheld == {}
    assert (await client.get("/api/v1/modules/extern")).status_code == 404


async def test_the_schema_of_manifests_is_published(client: httpx.AsyncClient, extern: ExternalModule) -> None:
    schema = (await client.get("/api/v1/schemas/module-manifest.json")).json()
    assert {"id", "version", "card", "prompts", "rule_of_two", "limits"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
