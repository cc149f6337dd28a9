# SPDX-License-Identifier: EUPL-1.2
"""The client for applications against a running platform: all ways, both forms, and over a bad line."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from genius_client import (
    Batch,
    Cancelled,
    ClientCredentials,
    Conflict,
    CredentialsRefused,
    Done,
    InvalidInput,
    ItemEnded,
    NotFound,
    Started,
    TextDelta,
)
from tests.support.both_clients import AnyClient, Kind
from tests.support.cutting_proxy import cutting_proxy
from tests.support.platform import Platform, parse_stream

TEXT = "Die Sanierung der Brücke beginnt im März 2027. Sie kostet 4,2 Millionen Euro. Der Verkehr wird umgeleitet."
GIVEN = {"text": TEXT, "length": "short"}


def credentials(platform: Platform) -> ClientCredentials:
    account = platform.stack["applications"][0]
    return ClientCredentials(platform.stack["issuer"], account["client_id"], account["client_secret"])


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def client(platform: Platform, kind: Kind) -> Iterator[AnyClient]:
    made = AnyClient(kind, platform.url, credentials(platform))
    yield made
    made.end()


def runs(platform: Platform) -> list[dict[str, Any]]:
    account = platform.stack["applications"][0]
    with platform._client(platform.token(application=account["client_id"])) as direct:
        items: list[dict[str, Any]] = direct.get("/api/v1/runs?limit=100").raise_for_status().json()["items"]
    return items


def test_modules_and_their_schemas(client: AnyClient) -> None:
    modules = {module.id: module for module in client.modules()}
    assert {"summarise", "completeness", "extract"} <= modules.keys()
    found = client.module("summarise")
    assert found == modules["summarise"]
    assert "text" in found.input_schema["properties"]
    with pytest.raises(NotFound):
        client.module("gibt-es-nicht")


def test_the_three_ways_give_the_same(client: AnyClient) -> None:
    waited = client.run("summarise", GIVEN)
    stream = client.stream("summarise", GIVEN)
    events = client.read(stream)
    job = client.start("summarise", GIVEN)
    ended = client.wait(job.id, 60)
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Done)
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert waited.require()["text"] == events[-1].result["text"] == ended.require()["text"] == text
    assert client.get(stream.run_id).require() == events[-1].result
    assert waited.finished_at
    assert waited.finished_at >= waited.created_at


def test_an_ended_run_can_be_followed_again_from_anywhere(client: AnyClient) -> None:
    job = client.start("summarise", GIVEN)
    client.wait(job.id, 60)
    events = client.read(client.events(job.id))
    assert client.read(client.events(job.id, after=events[-2].id)) == events[-1:]
    assert client.read(client.events(job.id, after=events[-1].id)) == []


def test_a_batch_ends_input_by_input(client: AnyClient) -> None:
    stored = client.upload(b"%PDF-1.7 abgebrochen", "kaputt.pdf")
    given = Batch([GIVEN, {"files": [stored.id], "length": "short"}])
    events = client.read(client.stream("summarise", given))
    assert {event.item.index: event.item.state for event in events if isinstance(event, ItemEnded)} == {
        0: "succeeded",
        1: "failed",
    }
    found = client.get(events[0].raw["run"])
    assert [item.state for item in found.items] == ["succeeded", "failed"]
    assert found.items[1].error
    assert (found.done, found.total, found.state) == (2, 2, "succeeded")


def test_a_job_can_be_cancelled(client: AnyClient) -> None:
    many = client.start("summarise", Batch([{"text": TEXT * 50, "length": "long"}] * 400))
    client.cancel(many.id)
    ended = client.wait(many.id, 30)
    assert ended.state == "cancelled"
    assert isinstance(client.read(client.events(many.id))[-1], Cancelled)
    client.cancel(many.id)


def test_files_and_documents(client: AnyClient, tmp_path: Path) -> None:
    path = tmp_path / "Baubericht.txt"
    path.write_text(TEXT)
    stored = client.upload(path, protection_class="personenbezogen")
    ready = client.wait_file(stored.id, 60)
    assert (ready.name, ready.state, ready.protection_class) == ("Baubericht.txt", "ready", "personenbezogen")
    run = client.run("summarise", {"files": [stored.id], "length": "short"})
    assert run.protection_class == "personenbezogen"
    document = client.export(run.id, "docx").save(tmp_path)
    assert document.suffix == ".docx"
    assert "word/document.xml" in zipfile.ZipFile(document).namelist()
    client.delete_file(stored.id)
    client.delete_file(stored.id)
    with pytest.raises(NotFound):
        client.file(stored.id)


def test_refusals_are_typed(client: AnyClient, platform: Platform, kind: Kind) -> None:
    with pytest.raises(InvalidInput) as raised:
        client.run("summarise", {**GIVEN, "lenght": "short"})
    assert [field.pointer for field in raised.value.fields] == ["/input/lenght"]
    assert raised.value.request_id
    key = str(uuid4())
    client.run("summarise", GIVEN, idempotency_key=key)
    with pytest.raises(Conflict) as conflict:
        client.run("summarise", {**GIVEN, "length": "long"}, idempotency_key=key)
    assert conflict.value.code == "idempotency_key_reused"
    account = platform.stack["applications"][0]
    wrong = AnyClient(kind, platform.url, ClientCredentials(platform.stack["issuer"], account["client_id"], "falsch"))
    with pytest.raises(CredentialsRefused):
        wrong.modules()
    wrong.end()


def test_over_a_bad_line_each_run_is_started_once(platform: Platform, kind: Kind) -> None:
    """The first answers are lost after the platform has begun: the same key finds the run that there is."""
    before = {run["id"] for run in runs(platform)}
    with cutting_proxy(platform.url, 0, 20, None, 0, 0) as proxy:
        client = AnyClient(kind, proxy.url, credentials(platform))
        waited = client.run("summarise", GIVEN)
        client.close()
        other = AnyClient(kind, proxy.url, credentials(platform))
        job = other.start("summarise", GIVEN)
        client.end()
        assert other.wait(job.id, 60).state == waited.state == "succeeded"
        other.end()
        assert proxy.cut == 4
    assert {run["id"] for run in runs(platform)} - before == {waited.id, job.id}


def test_over_a_bad_line_a_stream_is_whole_and_one_run(platform: Platform, kind: Kind) -> None:
    """Cut again and again, in the middle of events too."""
    before = {run["id"] for run in runs(platform)}
    given = {"text": TEXT * 20, "length": "long"}
    with cutting_proxy(platform.url, 0, 1300, 1500, 1200, 1601) as proxy:
        client = AnyClient(kind, proxy.url, credentials(platform))
        stream = client.stream("summarise", given)
        events = client.read(stream)
        client.end()
        assert proxy.cut == 5
    ids = [event.id for event in events]
    assert ids == sorted(set(ids))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Done)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == events[-1].result["text"]
    assert {run["id"] for run in runs(platform)} - before == {stream.run_id}


def test_what_is_answered_is_what_the_document_says(platform: Platform) -> None:
    """Generated clients believe it: a run, all its events, a file's state and a refusal fit their schemas."""
    account = platform.stack["applications"][0]
    with platform._client(platform.token(application=account["client_id"])) as direct:
        document = direct.get("/api/v1/openapi.json").json()

        def fits(name: str, value: Any) -> None:
            schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            assert [error.message for error in Draft202012Validator(schema).iter_errors(value)] == [], name

        path = "/api/v1/modules/summarise/runs"
        started = direct.post(path, json={"input": GIVEN}, headers={"accept": "text/event-stream"})
        events = parse_stream(started.text)
        assert len(events) > 3
        for event in events:
            fits("RunEvent", event.data)
        fits("RunView", direct.get(started.headers["location"]).json())
        batch = direct.post(
            path, json={"inputs": [GIVEN, {"text": "Ein Satz."}]}, headers={"accept": "text/event-stream"}
        )
        for event in parse_stream(batch.text):
            fits("RunEvent", event.data)
        fits("Problem", direct.post(path, json={"input": {"lenght": 1}}).json())
        fits("Problem", direct.get(f"/api/v1/runs/{uuid4()}").json())
        fits("DocumentState", direct.post("/api/v1/files", files={"file": ("a.txt", b"Text")}).json())
        fits("ModuleList", direct.get("/api/v1/modules").json())
