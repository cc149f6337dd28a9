# SPDX-License-Identifier: EUPL-1.2
"""The catalogue of modules: read rarely, kept while the modules service is away, never stopped by one bad module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from genius_common.errors import NotFound
from genius_common.http import ServiceClient, create_session
from genius_gateway.modules import catalogue as catalogue_module
from genius_gateway.modules.catalogue import Catalogue
from genius_gateway.modules.errors import ModulesUnavailable, ModuleVersionMismatch, ModuleWithheld
from tests.support.scripted_module import SCRIPTED_INPUT, manifest


class Tokens:
    def for_service(self, audience: str) -> str:
        return f"token for {audience}"


class Publisher:
    """A modules service that publishes `answer`; `asked` counts how often."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.status = 200
        self.asked: list[str] = []
        self.url = ""

    def publish(self, *modules: dict[str, Any]) -> None:
        self.answer = {"items": list(modules)}

    async def manifests(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers["authorization"])
        await asyncio.sleep(0.01)
        if isinstance(self.answer, bytes):
            return web.Response(body=self.answer, status=self.status)
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/manifests", publisher.manifests)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    publisher.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield publisher
    await runner.cleanup()


@pytest.fixture
async def catalogue(publisher: Publisher) -> AsyncIterator[Catalogue]:
    async with create_session() as session:
        yield Catalogue(ServiceClient(session, publisher.url, "Module"), Tokens())


@pytest.fixture
def always_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is one to the modules service."""
    monkeypatch.setattr(catalogue_module, "FRESH_S", 0.0)


def module(name: str, **changes: Any) -> dict[str, Any]:
    return {**manifest(name, SCRIPTED_INPUT, ["script"]), **changes}


async def offered(catalogue: Catalogue) -> list[str]:
    return [module.manifest.id for module in await catalogue.all()]


async def test_many_requests_at_once_ask_once(publisher: Publisher, catalogue: Catalogue) -> None:
    publisher.publish(module("eins"), module("zwei"))
    found = await asyncio.gather(*(catalogue.get("zwei") for _ in range(50)))
    assert len(set(map(id, found))) == 1
    assert publisher.asked == ["Bearer token for modules"]
    assert await offered(catalogue) == ["eins", "zwei"]
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(("module_id", "version"), [("nichts", None), ("", None), ("../eins", None)])
async def test_an_unknown_module(
    publisher: Publisher, catalogue: Catalogue, module_id: str, version: str | None
) -> None:
    publisher.publish(module("eins"))
    with pytest.raises(NotFound):
        await catalogue.get(module_id, version)


@pytest.mark.parametrize("version", ["1.2", "1.2.1", "1.2.0 ", "", "*", "01.2.0"])
async def test_a_pinned_version_is_exact(publisher: Publisher, catalogue: Catalogue, version: str) -> None:
    publisher.publish(module("eins"))
    assert (await catalogue.get("eins", "1.2.0")).manifest.version == "1.2.0"
    with pytest.raises(ModuleVersionMismatch):
        await catalogue.get("eins", version)


@pytest.mark.usefixtures("always_stale")
async def test_changes_are_taken_and_what_is_equal_is_kept(publisher: Publisher, catalogue: Catalogue) -> None:
    """Compiling schemas costs: an unchanged module keeps them."""
    publisher.publish(module("eins"), module("zwei"))
    same, old = await catalogue.get("eins"), await catalogue.get("zwei")
    publisher.publish(module("eins"), module("zwei", version="2.0.0"), module("drei"))
    assert await catalogue.get("eins") is same
    assert (await catalogue.get("zwei")).manifest.version == "2.0.0"
    assert await catalogue.get("zwei") is not old
    publisher.publish(module("drei"))
    assert await offered(catalogue) == ["drei"]


FAULTS: list[tuple[Any, int]] = [
    ({"items": [module("eins", version="1")]}, 200),
    ({"items": [{**module("eins"), "evil": 1}]}, 200),
    ({"modules": []}, 200),
    ([], 200),
    (None, 200),
    (b"\xff\xfe{", 200),
    (b"", 200),
    ({"code": "x", "detail": "y"}, 500),
    (b"<html>", 502),
    ({"code": "not_authenticated"}, 401),
]


@pytest.mark.usefixtures("always_stale")
@pytest.mark.parametrize(("answer", "status"), FAULTS)
async def test_a_faulty_answer_keeps_what_is_known(
    publisher: Publisher, catalogue: Catalogue, answer: Any, status: int
) -> None:
    """REL-06: before anything is known, it is one typed error that may be tried again."""
    publisher.answer, publisher.status = answer, status
    with pytest.raises(ModulesUnavailable) as caught:
        await catalogue.all()
    assert (caught.value.status, caught.value.retryable, caught.value.retry_after) == (503, True, 5)
    publisher.status = 200
    publisher.publish(module("eins"))
    known = await catalogue.get("eins")
    publisher.answer, publisher.status = answer, status
    assert await catalogue.get("eins") is known


async def test_while_it_is_away_not_every_request_waits_for_it(publisher: Publisher, catalogue: Catalogue) -> None:
    publisher.publish(module("eins"))
    await catalogue.all()
    publisher.status = 500
    catalogue._read_at = float("-inf")  # some time has passed
    for _ in range(5):
        assert await offered(catalogue) == ["eins"]
    assert len(publisher.asked) == 2


@pytest.mark.usefixtures("always_stale")
@pytest.mark.parametrize(
    "schema",
    [{"type": "nichts"}, {"$ref": "http://127.0.0.1:9/x"}, {"properties": {"a": {"pattern": "("}}}],
    ids=str,
)
@pytest.mark.parametrize("which", ["input_schema", "result_schema"])
async def test_one_module_with_a_bad_schema_is_left_out(
    publisher: Publisher, catalogue: Catalogue, schema: dict[str, Any], which: str
) -> None:
    """INJ-07: a module of others can't take the built-in ones away, nor make the gateway fetch something."""
    publisher.publish(module("eins"), module("fremd", **{which: schema}), module("zwei"))
    assert await offered(catalogue) == ["eins", "zwei"]
    with pytest.raises(ModuleWithheld) as refused:
        await catalogue.get("fremd")
    assert "Schema" in refused.value.detail
    publisher.publish(module("eins"), module("fremd"))  # repaired
    assert await offered(catalogue) == ["eins", "fremd"]
