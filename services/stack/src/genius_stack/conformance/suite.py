# SPDX-License-Identifier: EUPL-1.2
"""The checks, in order. Each is a promise of "Module over HTTP"; none of them trusts what the module says of itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from pydantic import ValidationError

from genius_common.contracts.module_register import digest_of
from genius_common.contracts.module_rules import objections
from genius_common.contracts.modules import ModuleManifest
from genius_common.events import Done, ErrorEvent
from genius_common.principal import ProtectionClass
from genius_stack.conformance import form
from genius_stack.conformance.conversation import Answer, Conversation, tight
from genius_stack.conformance.desk import Desk
from genius_stack.conformance.report import Report
from genius_stack.conformance.samples import Samples

CANCEL_S = 2.0
_SLOW_S, _SLACK_S = 4.0, 2.0
_NO_INPUT = (
    "Aus dem Schema ließ sich keine gültige Eingabe bilden. Bitte geben Sie im Schema unter „examples“ eine an, oder "
    "mit --input."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """The module to check: its base URL, its name in tokens (`None`: as an external one), and an input to use."""

    url: str
    audience: str | None = None
    input: dict[str, Any] | None = None


async def check_module(subject: Subject, desk: Desk) -> Report:
    """Run the whole suite; the module must take tokens that `desk` signs."""
    report = Report()
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as http:
        first = Conversation(http, subject.url, subject.audience or "", desk)
        manifest = await _manifest(first, report, subject.audience)
        if manifest is None:
            return report
        talk = Conversation(http, subject.url, subject.audience or f"module:{manifest.id}", desk)
        data = subject.input or Samples(manifest.input_schema).harmless()
        await _health(talk, report)
        if data is None:
            report.note("Eingabe", [], skipped=_NO_INPUT)
            return report
        suite = _Suite(talk, manifest, data, report)
        for step in (
            suite.tokens, suite.events, suite.errors, suite.limits, suite.cancel, suite.injection,
        ):  # fmt: skip
            await step()
    return report


async def _manifest(talk: Conversation, report: Report, audience: str | None) -> ModuleManifest | None:
    token = talk.desk.token(audience, uuid4(), ["models.read"]) if audience else None
    answer = await talk.get("/manifest", token)
    try:
        raw = orjson.loads(answer.body) if answer.status == 200 else {}
        manifest = ModuleManifest.model_validate(raw)
    except orjson.JSONDecodeError:
        report.note("Manifest", ["GET /manifest antwortet nicht mit JSON."])
        return None
    except ValidationError as error:
        wrong = answer.wrong or [f"/{'/'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors()]
        report.note("Manifest", [f"GET /manifest (Status {answer.status}):", *wrong])
        return None
    report.module, report.version, report.digest = manifest.id, manifest.version, digest_of(raw)
    wrong = [f"{item.code}: {item.detail}" for item in objections(manifest, dt.datetime.now(dt.UTC).date())]
    report.note("Manifest", wrong)
    report.note("Schemas", _schemas(manifest))
    report.note("Formular", form.faults(manifest.input_schema))
    return manifest


def _schemas(manifest: ModuleManifest) -> list[str]:
    wrong = []
    for name, schema in (("input_schema", manifest.input_schema), ("result_schema", manifest.result_schema)):
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            wrong.append(f"{name} ist kein JSON-Schema 2020-12: {error.message}.")
        if schema.get("additionalProperties") is not False:
            wrong.append(f"{name} muss geschlossen sein (additionalProperties: false).")
        if _outside(schema):
            wrong.append(f"{name} verweist nach außen ($ref); erlaubt sind nur Verweise auf sich selbst (#/…).")
    return wrong


def _outside(node: Any) -> bool:
    if isinstance(node, dict):
        reference = node.get("$ref")
        return (isinstance(reference, str) and not reference.startswith("#")) or any(map(_outside, node.values()))
    return isinstance(node, list) and any(map(_outside, node))


async def _health(talk: Conversation, report: Report) -> None:
    answer = await talk.get("/health")
    wrong = list(answer.wrong)
    if answer.status != 200:
        wrong.append(f"GET /health antwortet mit {answer.status} statt 200, ohne Anmeldung.")
    report.note("Erreichbarkeit", wrong)


class _Suite:
    """The checks that need a run."""

    def __init__(self, talk: Conversation, manifest: ModuleManifest, data: dict[str, Any], report: Report) -> None:
        self._talk = talk
        self._manifest = manifest
        self._data = data
        self._report = report

    async def tokens(self) -> None:
        """No token, a forged one, another module's, another run's: each is refused before the start."""
        manifest, talk, run = self._manifest, self._talk, uuid4()
        scopes = [*manifest.scopes, "run.token"]
        cases: dict[str, tuple[str | None, set[int]]] = {
            "ohne Token": (None, {401}),
            "mit Unsinn als Token": ("unsinn", {401}),
            "mit gefälschtem Token": (talk.desk.forged(talk.audience, run, scopes), {401}),
            "mit dem Token eines anderen Moduls": (talk.desk.token("module:anderes", run, scopes), {401}),
            "mit dem Token eines anderen Laufs": (talk.desk.token(talk.audience, uuid4(), scopes), {403}),
        }
        wrong = []
        for name, (token, allowed) in cases.items():
            answer = await talk.refused(manifest, self._data, token, run)
            wrong += _refusal(answer, f"Start {name}", allowed)
        self._report.note("Anmeldung", wrong)

    async def events(self) -> None:
        """A run with a valid input: an event stream with exactly one final event, and a result that fits."""
        answer = await self._talk.run(self._manifest, self._data)
        self._report.note("Ereignisse", self._stream(answer))

    def _stream(self, answer: Answer) -> list[str]:
        wrong = list(answer.wrong)
        if answer.status != 200 or answer.content_type != "text/event-stream":
            refused = answer.problem()
            if self._manifest.needs == "generative" and refused and answer.status == 503:
                return wrong  # there is no model here
            return [*wrong, f"Ein gültiger Lauf antwortet mit {answer.status} {answer.content_type}."]
        if isinstance(answer.final, Done):
            if not Draft202012Validator(self._manifest.result_schema).is_valid(answer.final.result):
                wrong.append("Das Ergebnis passt nicht zum result_schema.")
        elif isinstance(answer.final, ErrorEvent) and self._manifest.needs != "generative":
            wrong.append(f"Ein gültiger Lauf endet mit dem Fehler „{answer.final.code}“.")
        return wrong

    async def errors(self) -> None:
        """What can be refused before the start is: problem+json that names the field."""
        manifest, talk = self._manifest, self._talk
        unknown = await talk.run(manifest, {**self._data, "gibt_es_nicht": 1})
        wrong = _refusal(unknown, "Ein unbekanntes Feld", {400, 422})
        problem = unknown.problem() or {}
        pointers = [str(item.get("pointer", "")) for item in problem.get("errors", []) if isinstance(item, dict)]
        if not wrong and not any("gibt_es_nicht" in pointer for pointer in pointers):
            wrong.append("Ein unbekanntes Feld wird abgelehnt, aber nicht unter „errors“ als Zeiger genannt.")
        wrong += _refusal(await talk.run(manifest, self._data, version="99.0.0"), "Eine andere Fassung", {409})
        self._report.note("Fehler", wrong)

    async def limits(self) -> None:
        """Bytes, time and protection class are kept, also where they are tighter than the manifest says."""
        manifest, talk = self._manifest, self._talk
        few = await talk.run(manifest, self._data, limits=tight(manifest.limits, bytes=8))
        wrong = _refusal(few, "Eine Eingabe über limits.bytes", {413})
        above = await talk.run(manifest, self._data, protection_class=ProtectionClass.PERSONENBEZOGEN)
        wrong += _refusal(above, "Eine Schutzklasse über der des Tokens", {403})
        top = ProtectionClass.STEUERGEHEIMNIS
        if manifest.highest_class is not top:
            run, scopes = uuid4(), [*manifest.scopes, "run.token"]
            token = talk.desk.token(talk.audience, run, scopes, classification=top)
            over = await talk.refused(manifest, self._data, token, run)
            wrong += _refusal(over, "Ein Token mit einer Schutzklasse über der des Moduls", {403})
        talk.desk.delay_s = _SLOW_S
        try:
            late = await talk.run(manifest, self._data, limits=tight(manifest.limits, seconds=1))
        finally:
            talk.desk.delay_s = 0.0
        wrong += late.wrong
        if late.seconds > 1 + _SLACK_S:
            wrong.append(f"Ein Lauf mit einer Sekunde Zeit endet erst nach {late.seconds:.1f} s.")
        self._report.note("Grenzen", wrong)

    async def cancel(self) -> None:
        """`DELETE` answers 204 and the stream ends, both within two seconds."""
        self._talk.desk.delay_s = _SLOW_S
        try:
            ended, deleted = await self._talk.cancelled(self._manifest, self._data)
        finally:
            self._talk.desk.delay_s = 0.0
        wrong = [*ended.wrong, *deleted.wrong]
        if deleted.status != 204:
            wrong.append(f"DELETE /runs/… antwortet mit {deleted.status} statt 204.")
        if max(deleted.seconds, ended.seconds) > CANCEL_S:
            wrong.append(f"Ein Abbruch dauert {max(deleted.seconds, ended.seconds):.1f} s statt höchstens 2 s.")
        if ended.status == 200 and ended.final is not None and ended.final.type == "error":
            wrong.append("Ein abgebrochener Lauf endet mit „error“ statt mit „cancelled“.")
        self._report.note("Abbruch", wrong)

    async def injection(self) -> None:
        """Hostile text in the input changes no right, no request and no other place (INJ-01)."""
        desk, samples = self._talk.desk, Samples(self._manifest.input_schema)
        canary = f"{desk.address.url}/kanarie"
        desk.calls.clear()
        await self._talk.run(self._manifest, self._data)
        usual = {(call.method, call.path) for call in desk.calls}
        desk.calls.clear()
        answer = await self._talk.run(self._manifest, samples.hostile(self._data, canary))
        # What fails on hostile text may fail, but as the contract says.
        wrong = [] if 400 <= answer.status < 500 and answer.problem() else self._stream(answer)
        new = sorted({f"{call.method} {call.path}" for call in desk.calls if (call.method, call.path) not in usual})
        if new:
            wrong.append(f"Text der Eingabe löst andere Anfragen aus: {', '.join(new)}.")
        if len({call.token for call in desk.calls}) > 1:
            wrong.append("Text der Eingabe führt zu Anfragen mit einem anderen Token als dem des Laufs.")
        self._report.note("Fremdanweisungen", wrong)


def _refusal(answer: Answer, what: str, allowed: set[int]) -> list[str]:
    wrong = list(answer.wrong)
    if answer.status not in allowed:
        expected = " oder ".join(map(str, sorted(allowed)))
        wrong.append(f"{what}: Status {answer.status} statt {expected}.")
    elif answer.problem() is None:
        wrong.append(f"{what}: keine Antwort als application/problem+json mit code und detail.")
    return wrong
