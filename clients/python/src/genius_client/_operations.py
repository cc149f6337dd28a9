# SPDX-License-Identifier: EUPL-1.2
"""What can be asked of the platform, as flows; both clients offer the same."""

from __future__ import annotations

import datetime as dt
import math
import re
import time
import uuid
from collections.abc import Callable, Mapping
from email.message import Message
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar
from urllib.parse import quote, unquote

import httpx

from genius_client._errors import NotFound, WaitTimedOut
from genius_client._flow import Call, Flow, Pause, Retry, sent
from genius_client._models import Batch, Case, Download, Json, Module, Run, StoredFile, plain_name

ExportFormat = Literal["docx", "pdf"]
CaseExportFormat = Literal["text", "docx", "e-akte"]
_API = "/api/v1"
_POLL_FIRST_S, _POLL_MOST_S = 0.2, 5.0
Ending = TypeVar("Ending", Run, StoredFile)


class RunOptions(TypedDict, total=False):
    """What may be said with every run.

    `version` pins the module's version; `callback` is a listed address that is called when a job has ended;
    `deadline` is a time with zone; `case` an id; `protection_class` that of the input's own words; `detach` lets it go
    on although nobody follows. `idempotency_key` makes a repeated start the same run, also after a restart of the
    application; without one the client makes one for each call.
    """

    version: str
    callback: str
    deadline: dt.datetime
    case: str
    protection_class: str
    detach: bool
    idempotency_key: str


def start_call(module: str, given: Json | Batch, options: RunOptions, headers: Mapping[str, str]) -> Call:
    """The request that starts a run; sent again it is the same run, because of its idempotency key."""
    body: dict[str, Any] = {"inputs": list(given.inputs)} if isinstance(given, Batch) else {"input": given}
    key = options.get("idempotency_key") or str(uuid.uuid4())
    body |= {name: value for name, value in options.items() if name not in {"idempotency_key", "callback", "deadline"}}
    if "callback" in options:
        body["callback"] = {"url": options["callback"]}
    if "deadline" in options:
        body["deadline"] = options["deadline"].isoformat()
    return Call(
        "POST",
        f"{_API}/modules/{_part(module)}/runs",
        again=True,
        headers={"idempotency-key": key, **headers},
        body=lambda: {"json": body},
    )


def events_call(run: str, after: int) -> Call:
    headers = {"accept": "text/event-stream", "last-event-id": str(after)}
    return Call("GET", f"{_API}/runs/{_part(run)}/events", again=True, headers=headers)


class Operations:
    """Makes flows; `language` of modules' titles is `de` or `en`."""

    def __init__(self, retry: Retry, language: str) -> None:
        self.retry = retry
        self._language = language

    def modules(self) -> Flow[list[Module]]:
        found = yield from self._json(_get("/modules"))
        return [Module.of(item, self._language) for item in found["items"]]

    def module(self, module: str) -> Flow[Module]:
        return Module.of((yield from self._json(_get(f"/modules/{_part(module)}"))), self._language)

    def run(self, module: str, given: Json | Batch, options: RunOptions) -> Flow[Run]:
        return Run.of((yield from self._json(start_call(module, given, options, {"accept": "application/json"}))))

    def start(self, module: str, given: Json | Batch, options: RunOptions) -> Flow[Run]:
        headers = {"accept": "application/json", "prefer": "respond-async"}
        return Run.of((yield from self._json(start_call(module, given, options, headers))))

    def get(self, run: str) -> Flow[Run]:
        return Run.of((yield from self._json(_get(f"/runs/{_part(run)}"))))

    def wait(self, run: str, timeout_s: float | None) -> Flow[Run]:
        return (yield from self._until_ended(lambda: self.get(run), timeout_s))

    def cancel(self, run: str) -> Flow[None]:
        yield from sent(Call("DELETE", f"{_API}/runs/{_part(run)}", again=True), self.retry)

    def export(self, run: str, form: ExportFormat) -> Flow[Download]:
        return (yield from self._download(_get(f"/runs/{_part(run)}/export", format=form)))

    def upload(self, file: Path | bytes, name: str | None, protection_class: str | None) -> Flow[StoredFile]:
        if isinstance(file, bytes) and not name:
            raise ValueError("Ein Inhalt ohne Datei braucht einen Namen (name).")
        called = name or (file.name if isinstance(file, Path) else "")

        def body() -> dict[str, Any]:
            content = file.read_bytes() if isinstance(file, Path) else file
            return {"files": {"file": (called, content)}}

        params = {"protection_class": protection_class} if protection_class else {}
        return StoredFile.of(
            (yield from self._json(Call("POST", f"{_API}/files", again=False, params=params, body=body)))
        )

    def file(self, file: str) -> Flow[StoredFile]:
        return StoredFile.of((yield from self._json(_get(f"/files/{_part(file)}"))))

    def wait_file(self, file: str, timeout_s: float | None) -> Flow[StoredFile]:
        return (yield from self._until_ended(lambda: self.file(file), timeout_s))

    def delete_file(self, file: str) -> Flow[None]:
        yield from self._delete(f"/files/{_part(file)}")

    def create_case(self, reference: str, title: str | None, protection_class: str | None) -> Flow[Case]:
        wanted = {"reference": reference, "title": title, "protection_class": protection_class}
        body = {name: value for name, value in wanted.items() if value is not None}
        return Case.of((yield from self._json(_post("/cases", body))))

    def cases(self) -> Flow[list[Case]]:
        found = yield from self._json(_get("/cases"))
        return [Case.of(item) for item in found["items"]]

    def delete_case(self, case: str) -> Flow[None]:
        yield from self._delete(f"/cases/{_part(case)}")

    def add_to_case(self, case: str, file: str) -> Flow[None]:
        yield from self._json(_post(f"/cases/{_part(case)}/files", {"file": file}))

    def take_over(self, case: str, run: str) -> Flow[Json]:
        made: Json = yield from self._json(_post(f"/cases/{_part(case)}/versions", {"run": run}))
        return made

    def export_case(self, case: str, form: CaseExportFormat) -> Flow[Download]:
        return (yield from self._download(_get(f"/cases/{_part(case)}/export", format=form)))

    def _json(self, call: Call) -> Flow[Any]:
        return (yield from sent(call, self.retry)).json()

    def _download(self, call: Call) -> Flow[Download]:
        response = yield from sent(call, self.retry)
        return Download(_file_name(response), response.headers.get("content-type", ""), response.content)

    def _delete(self, path: str) -> Flow[None]:
        """What is gone already, perhaps by an attempt whose answer was lost, is as it should be."""
        try:
            yield from sent(Call("DELETE", _API + path, again=True), self.retry)
        except NotFound:
            return

    @staticmethod
    def _until_ended(look: Callable[[], Flow[Ending]], timeout_s: float | None) -> Flow[Ending]:
        end = math.inf if timeout_s is None else time.monotonic() + timeout_s
        pause = _POLL_FIRST_S
        while True:
            found = yield from look()
            if found.ended:
                return found
            left = end - time.monotonic()
            if left <= 0:
                raise WaitTimedOut("Noch nicht fertig; die Verarbeitung geht weiter.", found)
            yield Pause(min(pause, left))
            pause = min(_POLL_MOST_S, pause * 1.5)


def _get(path: str, **params: str) -> Call:
    return Call("GET", _API + path, again=True, params=params)


def _post(path: str, body: Json) -> Call:
    return Call("POST", _API + path, again=False, body=lambda: {"json": body})


def _part(value: str) -> str:
    """An id from outside stays one part of the path, whatever is in it."""
    if value in {"", ".", ".."}:
        raise ValueError("Das ist keine Kennung.")
    return quote(value, safe="")


def _file_name(response: httpx.Response) -> str:
    """By `filename*` (RFC 8187) where there is one; beside it `filename` is an ASCII makeshift."""
    header = response.headers.get("content-disposition", "")
    if found := re.search(r"filename\*=UTF-8''([^;\s]+)", header, re.IGNORECASE):
        return plain_name(unquote(found.group(1)))
    message = Message()
    message["content-disposition"] = header
    return plain_name(message.get_filename() or "")
