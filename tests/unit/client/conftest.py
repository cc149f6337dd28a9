# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.both_clients import AnyClient
from tests.support.scripted_api import Answer, Received, ScriptedApi, scripted_api

Start = Callable[..., tuple[AnyClient, ScriptedApi]]


@pytest.fixture(params=["sync", "async"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """`start(*answers, **options)`: a client of either kind, and the far end that gives these answers."""
    with ExitStack() as stack:

        def begin(*answers: Answer | Callable[[Received], Answer], **options: object) -> tuple[AnyClient, ScriptedApi]:
            api = stack.enter_context(scripted_api(*answers))
            client = AnyClient(request.param, api.url, **options)  # type: ignore[arg-type]
            stack.callback(client.end)
            return client, api

        yield begin
