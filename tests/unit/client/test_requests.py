# SPDX-License-Identifier: EUPL-1.2
"""What the client sends and what it makes of the answers."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
from pathlib import Path
from typing import Any

import pytest

import genius_client
from genius_client import AsyncGenius, Batch, Conflict, Download, Genius, InvalidInput, RunFailed, WaitTimedOut
from tests.support.scripted_api import Answer, answer, refusal

from .conftest import Start
from .samples import RUN, run


def test_everything_that_may_be_said_with_a_run(start: Start) -> None:
    client, api = start(answer(run("queued"), 202, location=f"/api/v1/runs/{RUN}"))
    client.start(
        "summarise",
        {"text": "…"},
        version="1.0.0",
        callback="https://fachverfahren.example.org/genius",
        deadline=dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC),
        case="c",
        protection_class="personenbezogen",
        detach=True,
    )
    (request,) = api.received
    assert request.headers["prefer"] == "respond-async"
    assert request.json() == {
        "input": {"text": "…"},
        "version": "1.0.0",
        "callback": {"url": "https://fachverfahren.example.org/genius"},
        "deadline": "2026-12-01T12:00:00+00:00",
        "case": "c",
        "protection_class": "personenbezogen",
        "detach": True,
    }


def test_a_batch_and_its_items(start: Start) -> None:
    error = {"code": "file_failed", "detail": "Nicht lesbar.", "retryable": False}
    items = [
        {"index": 0, "state": "succeeded", "value": {"text": "a"}},
        {"index": 1, "state": "failed", "error": error},
    ]
    result = {"items": items, "succeeded": 1, "failed": 1}
    client, api = start(answer(run(progress={"done": 2, "total": 2}, result=result)))
    found = client.run("summarise", Batch([{"text": "a"}, {"text": "b"}]))
    assert api.received[0].json() == {"inputs": [{"text": "a"}, {"text": "b"}]}
    assert [(item.index, item.state, item.value) for item in found.items] == [
        (0, "succeeded", {"text": "a"}),
        (1, "failed", None),
    ]
    assert found.items[1].error == genius_client.RunError("file_failed", "Nicht lesbar.", retryable=False)
    assert (found.done, found.total) == (2, 2)


def test_a_run_with_one_input_has_no_items_whatever_its_result(start: Start) -> None:
    """A module may well have a field of that name."""
    client, _ = start(answer(run(result={"items": ["Mietvertrag"]})))
    assert client.get(RUN).items == ()


def test_a_failed_run_is_an_answer_until_its_result_is_required(start: Start) -> None:
    error = {"code": "run_interrupted", "detail": "Unterbrochen.", "retryable": True}
    client, api = start(answer(run("failed", error=error, partial=True, result={"text": "ha"})))
    found = client.run("summarise", {})
    with pytest.raises(RunFailed, match="Unterbrochen") as raised:
        found.require()
    assert raised.value.run.partial
    assert raised.value.run.result == {"text": "ha"}
    assert len(api.received) == 1, "a run that ended badly is not started again by itself"
    cancelled = genius_client.Run.of(run("cancelled"))
    with pytest.raises(RunFailed, match="abgebrochen"):
        cancelled.require()


def test_waiting_until_a_job_has_ended(start: Start) -> None:
    client, api = start(answer(run("queued", position=4)), answer(run("running")), answer(run()))
    assert client.wait(RUN).state == "succeeded"
    assert len(api.received) == 3


def test_waiting_has_an_end(start: Start) -> None:
    client, _ = start(*[answer(run("queued", position=4))] * 3)
    with pytest.raises(WaitTimedOut) as raised:
        client.wait(RUN, timeout_s=0.01)
    assert raised.value.last.position == 4


def test_wrong_fields_are_named(start: Start) -> None:
    wrong = [{"pointer": "/input/lenght", "detail": "Dieses Feld gibt es nicht."}]
    client, _ = start(refusal(400, "invalid_input", errors=wrong), refusal(409, "idempotency_key_reused"))
    with pytest.raises(InvalidInput) as raised:
        client.run("summarise", {"lenght": "short"})
    assert [(field.pointer, field.detail) for field in raised.value.fields] == [tuple(wrong[0].values())]
    assert str(raised.value) == "Bitte warten.", "what a user may be shown"
    with pytest.raises(Conflict) as conflict:
        client.run("summarise", {}, idempotency_key="k")
    assert conflict.value.code == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("identifier", "path"),
    [("a/../b", "/api/v1/runs/a%2F..%2Fb"), ("a?b#c", "/api/v1/runs/a%3Fb%23c"), ("ä", "/api/v1/runs/%C3%A4")],
)
def test_an_id_stays_one_part_of_the_path(start: Start, identifier: str, path: str) -> None:
    client, api = start(refusal(404, "not_found"))
    with pytest.raises(genius_client.NotFound):
        client.get(identifier)
    assert api.received[0].path == path


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_what_would_be_another_path_is_not_sent(start: Start, identifier: str) -> None:
    """`delete_file("")` must not become a request to the list of all files."""
    client, api = start()
    for method in ("get", "cancel", "delete_file", "delete_case"):
        with pytest.raises(ValueError, match="Kennung"):
            getattr(client, method)(identifier)
    assert api.received == []


def test_files_are_sent_with_their_name_and_class(start: Start, tmp_path: Path) -> None:
    stored: dict[str, Any] = {"id": RUN, "name": "Mietvertrag.pdf", "state": "failed", "size": 3}
    stored |= {"protection_class": "personenbezogen", "reason": {"code": "file_broken", "detail": "Beschädigt."}}
    client, api = start(*[answer(stored, 202)] * 2)
    path = tmp_path / "Mietvertrag.pdf"
    path.write_bytes(b"%PDF")
    found = client.upload(path, protection_class="personenbezogen")
    assert found.ended
    assert (found.reason.code, found.reason.retryable) == ("file_broken", False)
    client.upload(b"%PDF", "Anlage.pdf")
    with pytest.raises(ValueError, match="Namen"):
        client.upload(b"%PDF")
    assert [request.path for request in api.received] == [
        "/api/v1/files?protection_class=personenbezogen",
        "/api/v1/files",
    ]
    assert b'name="file"; filename="Mietvertrag.pdf"' in api.received[0].body


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=\"Pr_fung.docx\"; filename*=UTF-8''Pr%C3%BCfung.docx", "Prüfung.docx"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="..\\\\..\\\\autoexec.bat"', "autoexec.bat"),
        ('attachment; filename=".."', "download"),
        ('attachment; filename=".bashrc"', "bashrc"),
        ("attachment; filename*=UTF-8''%2Fetc%2Fpasswd", "passwd"),
        ("attachment", "download"),
        ("", "download"),
    ],
)
def test_a_download_has_a_plain_name(start: Start, header: str, name: str, tmp_path: Path) -> None:
    client, _ = start(Answer(200, b"PK", {"content-type": "application/zip", "content-disposition": header}))
    found = client.export(RUN)
    assert (found.name, found.media_type) == (name, "application/zip")
    assert found.save(tmp_path) == tmp_path / name
    with pytest.raises(FileExistsError):
        Download(name, "", b"other").save(tmp_path)
    assert (tmp_path / name).read_bytes() == b"PK"


def test_titles_in_the_language_that_was_chosen(start: Start) -> None:
    label = {"de": "Zusammenfassen", "en": "Summarise"}
    module = {
        "id": "summarise",
        "version": "1.0.0",
        "title": label,
        "description": {"de": "Kurz"},
        "mode": "generative",
    }
    module |= {"external": False, "input_schema": {"type": "object"}, "result_schema": {}, "brand_new": 1}
    client, _ = start(answer({"items": [module], "withheld": []}))
    (found,) = client.modules()
    assert (found.title, found.description, found.raw["brand_new"]) == ("Zusammenfassen", "Kurz", 1)
    assert genius_client.Module.of(module, "en").title == "Summarise"
    assert genius_client.Module.of(module, "en").description == "Kurz", "German where there is no other"


def test_both_clients_offer_the_same() -> None:
    def offered(kind: type) -> dict[str, Any]:
        methods = inspect.getmembers(kind, inspect.isfunction)
        return {name: method for name, method in methods if not name.startswith("_")}

    one, other = offered(Genius), offered(AsyncGenius)
    assert one.keys() == other.keys()
    for name, method in one.items():
        assert inspect.signature(method).parameters == inspect.signature(other[name]).parameters, name
        assert inspect.getdoc(method) == inspect.getdoc(other[name]), name


def test_the_public_names_are_sorted_and_all_there_is() -> None:
    assert genius_client.__all__ == sorted(genius_client.__all__)
    tree = ast.parse(Path(genius_client.__file__).read_text())
    imported = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert imported == set(genius_client.__all__)


def test_what_is_printed_of_an_answer_is_not_all_of_it() -> None:
    """Logs are full of `repr`: the content of a download or the whole answer does not get there by that."""
    assert "geheim" not in repr(Download("a", "b", b"geheim"))
    assert "kurz" not in repr(genius_client.Run.of(run()))
    assert "geheim" not in repr(genius_client.TextDelta(1, "text.delta", {"text": "geheim"}, "geheim"))
