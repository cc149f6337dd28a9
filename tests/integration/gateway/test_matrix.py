# SPDX-License-Identifier: EUPL-1.2
"""The authorisation matrix over the running gateway: every line of the policy × callers × every target.

`make test` asks each line with one caller of each relation who may and one who may not, in turn; `make test-thorough`
with all.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from genius_common.principal import Role
from genius_gateway.policy.table import RULES, UUID_PARAMETERS, Rule
from tests.support.gateway import Gateway
from tests.support.http import Answer, QuickClient
from tests.support.matrix import (
    ENDS_THE_CALLER,
    PARAMETER,
    TARGETS,
    Caller,
    Objects,
    Passport,
    all_lines,
    answer,
    drawn_lines,
    expected,
    planned_callers,
    planned_cells,
    rights,
)

# Bodies that a request passes with; a route that is not here gets none.
BODIES: dict[str, dict[str, Any]] = {
    "knowledge_base.change": {"json": {"name": "Umbenannt"}},
    "session.switch": {"json": {"authority": "00000000-0000-4000-8000-000000000000"}},
    "knowledge_base.move": {"json": {"owner": "person"}},
    "house_style.change": {"json": {"number": 0}},
    "callback_target.create": {"json": {"application": "niemand", "url": "https://fachverfahren.example/"}},
    "share.offer": {"json": {"authority": "00000000-0000-4000-8000-000000000000"}},
    "grant.change": {"json": {"items": []}},
    "knowledge_base.import": {"json": {"source": "nichts"}},
    "search": {"json": {"query": "Kanarie"}},
    "case_file.search": {"json": {"query": "Kanarie"}},
    "document.upload": {"files": {"file": ("a.txt", b"Text")}},
    "case.change": {"json": {"title": "x"}},
    "case.hand_over": {"json": {"username": "niemand"}},
    "case_grant.change": {"json": {"items": []}},
    "case_file.add": {"json": {"file": "00000000-0000-4000-8000-000000000000"}},
    "case_version.add": {"json": {"run": "00000000-0000-4000-8000-000000000000"}},
    "case_version.correct": {"json": {"version": 1, "accepted": ["nichts"]}},
    "case.sign_off": {"json": {"version": 1, "sha256": "0" * 64}},
    "snapshot.create": {"json": {"recipients": [{"username": "niemand"}]}},
    "run.export": {"json": {"format": "docx"}},
    "conversation.change": {"json": {"pinned": False}},
}
# What ends or removes something that other cells need; such an object is made again afterwards.
REMOVES = {
    "knowledge_base.delete", "document.delete", "file.delete", "case.delete", "conversation.delete", "snapshot.end",
    "case_grant.change", "api_token.revoke", "api_token.revoke_other",
}  # fmt: skip
NAMING_NOTHING = {
    "case_file.add", "case_file.remove", "case_version.add", "case_version.correct", "case.sign_off",
}  # fmt: skip
"""They name a file, run or version that is not there: who may call them gets to know that, as of the unknown."""


def targets(rule: Rule, objects: Objects) -> list[tuple[str | None, str]]:
    """(target, path) of every cell of a line."""
    names = [name for name in PARAMETER.findall(rule.path) if name in TARGETS]
    path = PARAMETER.sub(lambda match: match[0] if match[1] in names[:1] else _filler(match[1]), rule.path)
    if not names:
        return [(None, path)]
    name = names[0]
    return [(target, path.replace("{" + name + "}", found)) for target, found in objects.ids[name].items()]


def _filler(parameter: str) -> str:
    if parameter in UUID_PARAMETERS:
        return "00000000-0000-4000-8000-000000000000"
    return {"module": "summarise"}.get(parameter, "1")


class Sheet:
    """Asks cell after cell and keeps what is wrong."""

    def __init__(self, client: QuickClient, objects: Objects) -> None:
        self.client = client
        self.objects = objects
        self.wrong: list[str] = []
        self.cells: Counter[str] = Counter()

    async def row(self, rule: Rule, caller: Caller) -> None:
        """All cells of one line for one caller; what is not there for them must look like the unknown."""
        cells = targets(rule, self.objects)
        if rule.changes:
            answers = [(target, await self._cell(rule, caller, target, path)) for target, path in cells]
        else:  # what only reads is asked at once
            read = await asyncio.gather(*(self._cell(rule, caller, target, path) for target, path in cells))
            answers = [(target, found) for (target, _), found in zip(cells, read, strict=True)]
        refused = [
            (target, found)
            for target, found in answers
            if target is not None and expected(rule, caller, target) and not rights(caller, target)
        ]
        for target, found in refused[1:]:
            if answer(found) != answer(refused[0][1]):
                self.wrong.append(f"{rule.method} {rule.path} by {caller.name}: {target} differs from {refused[0][0]}")

    async def _cell(self, rule: Rule, caller: Caller, target: str | None, path: str) -> Answer:
        found = await self.client.request(rule.method, path, headers=caller.headers, **BODIES.get(rule.action, {}))
        self.cells[caller.kind] += 1
        right = expected(rule, caller, target)
        status = found.status_code
        if status not in right if right else status in {401, 403, 404} and not _empty(rule, target, status):
            self.wrong.append(f"{rule.method} {path} ({target}) by {caller.name}: {status}, not {right or 'let in'}")
        self._look_for_canaries(rule, caller, found)
        if not right and rule.action in REMOVES and status < 300 and target is not None:
            await self._again(rule, target)
        return found

    def _look_for_canaries(self, rule: Rule, caller: Caller, found: Answer) -> None:
        for target, word in self.objects.canaries.items():
            if not rights(caller, target) and word in found.text:
                self.wrong.append(f"{rule.method} {rule.path} shows {caller.name} what is of a {target}")

    async def _again(self, rule: Rule, target: str) -> None:
        name = next(name for name in PARAMETER.findall(rule.path) if name in self.objects.ids)
        self.objects.ids[name][target] = await self.objects.make(name, target)
        if name == "kb":
            self.objects.ids["document"][target] = await self.objects.make("document", target)
        if name == "case" and target in self.objects.ids["file"]:
            self.objects.ids["file"][target] = await self.objects.make("file", target)


def _empty(rule: Rule, target: str | None, status: int) -> bool:
    """A 404 that is no refusal: the route has no object of ours, or the document has no such page yet."""
    return status == 404 and (
        target is None
        or rule.objects == "tenant"
        or rule.action in NAMING_NOTHING
        or "{n}" in rule.path
        or "{number}" in rule.path
        or rule.path.endswith(("/text", "/content"))
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["drawn", "whole"])
async def test_every_cell_is_decided_by_table_and_owner(gateway: Gateway, objects: Objects, whole: bool) -> None:
    """TEN-01, TEN-02, TEN-13, TEN-14, AUTH-13: all lines × roles × relations × credentials × targets."""
    passport = Passport(gateway)
    callers = [caller async for caller in passport.callers()]
    lines = all_lines(callers) if whole else drawn_lines(callers)
    asking = [caller for caller in callers if lines[caller]]
    assert {caller.kind for caller in asking} == {"session", "bearer", "application", "on behalf", "api token"}
    assert {caller.role for caller in asking} == {*Role, None}
    started = time.monotonic()
    async with QuickClient(gateway.url) as client:
        sheet = Sheet(client, objects)
        for caller in asking:
            if caller.kind == "api token":
                await passport.take_role(caller)
            for rule in lines[caller]:
                await sheet.row(rule, caller)
    total = sum(sheet.cells.values())
    seconds = time.monotonic() - started
    print(f"{total} cells in {seconds:.0f} s: {len(RULES)} routes, {len(asking)} callers, {dict(sheet.cells)}")
    assert not sheet.wrong, f"{len(sheet.wrong)} of {total} cells: " + "\n".join(sheet.wrong[:20])
    asked = {rule.action for rules in lines.values() for rule in rules}
    assert asked == {rule.action for rule in RULES} - ENDS_THE_CALLER
    assert len(callers) == planned_callers()
    if whole:
        assert total == planned_cells(len(callers))
