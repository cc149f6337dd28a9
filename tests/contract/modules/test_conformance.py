# SPDX-License-Identifier: EUPL-1.2
"""The conformance suite over every built-in module and the examples: all of them hold the same contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree

import pytest

from genius_modules.app import create_app
from genius_modules.registry import built_in
from genius_modules.settings import Settings
from genius_stack.conformance import Desk, Report, Subject, check_module
from genius_stack.conformance.desk import TENANT
from tests.support.inference import served
from tests.support.node_example import NODE_EXAMPLE, node_example

MODULES = [module.spec.id for module in built_in()]
PROMISES = {
    "Manifest", "Schemas", "Formular", "Erreichbarkeit", "Anmeldung", "Ereignisse", "Fehler", "Grenzen", "Abbruch",
    "Fremdanweisungen",
}  # fmt: skip


@asynccontextmanager
async def hosted(desk: Desk) -> AsyncIterator[str]:
    """The real modules service with the desk around it."""
    settings = Settings(
        profile="local",
        tenant=TENANT,
        jwks_url=desk.address.jwks_url,
        inference_url=desk.address.services.inference,
        retrieval_url=desk.address.services.retrieval,
        gateway_url=desk.address.url,
    )
    with served(create_app(settings)) as url:
        yield url


def assert_passed(report: Report) -> None:
    assert report.failed == []
    assert {item.check for item in report.findings} == PROMISES
    assert {item.outcome for item in report.findings} == {"passed"}


@pytest.mark.parametrize("module", MODULES)
async def test_a_built_in_module_holds_the_contract(module: str) -> None:
    """INJ-01, INJ-02, INJ-07, KI-03: the same checks as for third parties."""
    async with Desk().open() as desk, hosted(desk) as url:
        assert_passed(await check_module(Subject(f"{url}/modules/{module}", audience="modules"), desk))


async def test_the_example_in_another_language_holds_the_contract() -> None:
    async with Desk().open() as desk, node_example(desk.address.jwks_url) as url:
        assert_passed(await check_module(Subject(url), desk))


WEAK_SPOTS = {
    "Manifest": ("manifest.mjs", "expires_on: '2028-11-30'", "expires_on: '2026-11-26', approved_on: '2026-11-27'"),
    "Schemas": ("manifest.mjs", "additionalProperties: false,\n    examples", "examples"),
    "Formular": ("manifest.mjs", "'x-labels': { de: 'Dauer', en: 'Length' },", ""),
    "Erreichbarkeit": ("server.mjs", "pathname === '/health'", "pathname === '/gesund'"),
    "Anmeldung": ("server.mjs", "if (claims.run !== body.run)", "if (false)"),
    "Ereignisse": ("contract.mjs", "this.#open = false", "this.response.write(this.response.last = 'data: {}\\n\\n')"),
    "Fehler": ("server.mjs", "wrong(name, 'Dieses Feld gibt es nicht.')", "found.push()"),
    "Grenzen": ("server.mjs", "asked > allowed", "false"),
    "Abbruch": ("server.mjs", "response.writeHead(204).end()", "setTimeout(() => response.writeHead(204).end(), 2500)"),
    "Fremdanweisungen": (
        "server.mjs",
        "stream.send({ type: 'status', phase: 'checking' })",
        "for (const url of (note ?? '').match(/http[^ ]+/g) ?? []) await fetch(url).catch(() => {})",
    ),
}


@pytest.mark.parametrize("promise", WEAK_SPOTS)
async def test_the_suite_finds_a_module_that_breaks_a_promise(promise: str, tmp_path: Path) -> None:
    """A copy of the example with one fault each: the suite names the promise, so that nobody passes by accident."""
    name, good, bad = WEAK_SPOTS[promise]
    folder = copytree(NODE_EXAMPLE, tmp_path / "module")
    source = (folder / name).read_text("utf-8")
    assert source.count(good) == 1
    (folder / name).write_text(source.replace(good, bad), "utf-8")
    async with Desk().open() as desk, node_example(desk.address.jwks_url, folder) as url:
        report = await check_module(Subject(url), desk)
    assert promise in [item.check for item in report.failed], report
    assert all(item.detail for item in report.failed)
