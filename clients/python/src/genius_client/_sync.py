# SPDX-License-Identifier: EUPL-1.2
"""The client for programs without an event loop."""

from __future__ import annotations

import ssl
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Self, TypeVar, Unpack

import httpx

from genius_client._connection import HEADERS, STREAM_TIMEOUT, TIMEOUT, auth_of, request_of
from genius_client._events import Event
from genius_client._flow import Flow, Outcome, Retry, Send
from genius_client._models import Batch, Case, Download, Json, Module, Run, StoredFile
from genius_client._operations import CaseExportFormat, ExportFormat, Operations, RunOptions, start_call
from genius_client._streams import Following

T = TypeVar("T")


class EventStream:
    """Events of a run, to be read once; lost connections are taken up again until the final event is there.

    With `run_id` and `seen`, `Genius.events` goes on another day. Use it in `with`, so that the connection ends where
    you stop reading; the run does not end by that.
    """

    def __init__(self, client: httpx.Client, following: Following) -> None:
        self._client = client
        self._following = following
        self._events = self._read()

    @property
    def run_id(self) -> str | None:
        """Id of the run; None until the first answer."""
        return self._following.run

    @property
    def seen(self) -> int:
        """Id of the last event."""
        return self._following.seen

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._events.close()

    def _read(self) -> Generator[Event, None, None]:
        following = self._following
        while not following.ended:
            outcome: Outcome = None
            try:
                response = self._client.send(request_of(self._client, following.call(), STREAM_TIMEOUT), stream=True)
                try:
                    if following.opened(response):
                        for piece in response.iter_bytes():
                            yield from following.feed(piece)
                    elif not following.ended:
                        response.read()
                        outcome = response
                finally:
                    response.close()
            except httpx.RequestError as error:
                outcome = error
            if not following.ended:
                time.sleep(following.pause(outcome))


class Genius:
    """The platform at `url`, as `auth`: `ClientCredentials`, `BearerToken`, or a token.

    `verify`: a context that trusts the certificate authority of your administration. `language` of titles: de, en.
    Every method raises the errors of `genius_client` (ApiProblem, ConnectionFailed, CredentialsRefused) and is safe to
    use from several threads. Requests that can have no second effect are repeated by `retry`.
    """

    def __init__(
        self,
        url: str,
        auth: httpx.Auth | str,
        *,
        retry: Retry | None = None,
        language: str = "de",
        verify: ssl.SSLContext | bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._ask = Operations(retry or Retry(), language)
        self._http = httpx.Client(
            base_url=url, auth=auth_of(auth), headers=HEADERS, timeout=TIMEOUT, verify=verify, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give connections back; `with` does it."""
        self._http.close()

    def modules(self) -> list[Module]:
        """Those that are on for your authority."""
        return self._carry_out(self._ask.modules())

    def module(self, module: str) -> Module:
        """One with its schemas. Raises: NotFound."""
        return self._carry_out(self._ask.module(module))

    def run(self, module: str, given: Json | Batch, **options: Unpack[RunOptions]) -> Run:
        """Carry out and wait. Refusals raise; once started, look at `state` or call `require()`."""
        return self._carry_out(self._ask.run(module, given, options))

    def stream(self, module: str, given: Json | Batch, **options: Unpack[RunOptions]) -> EventStream:
        """Start, and read the events as they come."""
        start = start_call(module, given, options, {"accept": "text/event-stream"})
        return EventStream(self._http, Following(start, None, 0, self._ask.retry))

    def start(self, module: str, given: Json | Batch, **options: Unpack[RunOptions]) -> Run:
        """Start a job, which goes on by itself; the answer's `id` is what you keep."""
        return self._carry_out(self._ask.start(module, given, options))

    def get(self, run: str) -> Run:
        """State and result. Raises: NotFound."""
        return self._carry_out(self._ask.get(run))

    def wait(self, run: str, timeout_s: float | None = None) -> Run:
        """The run when it has ended, however. Raises: WaitTimedOut."""
        return self._carry_out(self._ask.wait(run, timeout_s))

    def events(self, run: str, after: int = 0) -> EventStream:
        """The events after the one with the id `after`, live until the final one."""
        return EventStream(self._http, Following(None, run, after, self._ask.retry))

    def cancel(self, run: str) -> None:
        """End it; for a run that has ended this does nothing."""
        self._carry_out(self._ask.cancel(run))

    def export(self, run: str, form: ExportFormat = "docx") -> Download:
        """The result as a document."""
        return self._carry_out(self._ask.export(run, form))

    def upload(self, file: Path | bytes, name: str | None = None, *, protection_class: str | None = None) -> StoredFile:
        """Store a file for runs and cases. A lost connection is not repeated: the file may have arrived."""
        return self._carry_out(self._ask.upload(file, name, protection_class))

    def file(self, file: str) -> StoredFile:
        """Its state. Raises: NotFound."""
        return self._carry_out(self._ask.file(file))

    def wait_file(self, file: str, timeout_s: float | None = None) -> StoredFile:
        """The file when it was read, or could not be. Runs wait by themselves. Raises: WaitTimedOut."""
        return self._carry_out(self._ask.wait_file(file, timeout_s))

    def delete_file(self, file: str) -> None:
        """Also one that is gone already."""
        self._carry_out(self._ask.delete_file(file))

    def create_case(self, reference: str, title: str | None = None, *, protection_class: str | None = None) -> Case:
        """A case (Vorgang) for an Aktenzeichen; two calls make two."""
        return self._carry_out(self._ask.create_case(reference, title, protection_class))

    def cases(self) -> list[Case]:
        """The application's own."""
        return self._carry_out(self._ask.cases())

    def delete_case(self, case: str) -> None:
        """With its versions; also one that is gone already."""
        self._carry_out(self._ask.delete_case(case))

    def add_to_case(self, case: str, file: str) -> None:
        """Put an own file into the case."""
        self._carry_out(self._ask.add_to_case(case, file))

    def take_over(self, case: str, run: str) -> Json:
        """Make the result of a completeness check the newest version of the case."""
        return self._carry_out(self._ask.take_over(case, run))

    def export_case(self, case: str, form: CaseExportFormat = "e-akte") -> Download:
        """The newest version that a person has signed off. Raises: Conflict while there is none."""
        return self._carry_out(self._ask.export_case(case, form))

    def _carry_out(self, flow: Flow[T]) -> T:
        outcome: Outcome = None
        try:
            while True:
                step = flow.send(outcome)
                outcome = None
                if not isinstance(step, Send):
                    time.sleep(step.seconds)
                    continue
                try:
                    outcome = self._http.send(request_of(self._http, step.call))
                except httpx.RequestError as error:
                    outcome = error
        except StopIteration as end:
            result: T = end.value
            return result
