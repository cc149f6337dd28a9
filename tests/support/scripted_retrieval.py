# SPDX-License-Identifier: EUPL-1.2
"""A small server that speaks retrieval's contract over real HTTP, with real paragraphs, for tests of its callers.

Search is by shared words; the files' states and the faults are scripted by the test.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request
from starlette.responses import Response

from genius_common.contracts.layout import DocumentLayout, LayoutField, LayoutLine
from genius_common.contracts.retrieval import (
    DocumentState,
    DocumentText,
    Hit,
    Passage,
    Reason,
    Searched,
    SearchRequest,
    SearchResult,
    Verdict,
)
from genius_common.errors import NotFound, Unavailable
from genius_common.web import install
from tests.support.inference import served

LAW = UUID(int=100)
BUNDESRECHT = UUID(int=200)
SECTIONS = (
    (
        "§ 25 WoGG Bewilligungszeitraum",
        "(1) Das Wohngeld soll für zwölf Monate bewilligt werden. Der Bewilligungszeitraum kann unter Berücksichtigung "
        "der zu erwartenden maßgeblichen Verhältnisse verkürzt, geteilt oder bei voraussichtlich gleichbleibenden "
        "Verhältnissen auf bis zu 24 Monate verlängert werden.\n\n(2) Der Bewilligungszeitraum beginnt am Ersten des "
        "Monats, in dem der Wohngeldantrag gestellt worden ist.",
    ),
    ("§ 1 WoGG Zweck des Wohngeldes", "(1) Das Wohngeld dient der wirtschaftlichen Sicherung angemessenen Wohnens."),
    (
        "§ 22 WoGG Wohngeldantrag",
        "(1) Wohngeld wird nur auf Antrag der wohngeldberechtigten Person geleistet. (3) Zieht eine Person aus, gilt "
        "der Antrag für die Monate danach als nicht gestellt.",
    ),
    (
        "§ 27 WoGG Änderung des Wohngeldes",
        "(1) Das Wohngeld ist auf Antrag neu zu bewilligen, wenn sich die Miete um mehr als 10 Prozent erhöht.",
    ),
)
_WORD = re.compile(r"\w{4,}")
_SENTENCE = re.compile(r"[^.]+\.")


def _stems(text: str) -> set[str]:
    return {word[:7].lower() for word in _WORD.findall(text)}


@dataclass
class ScriptedFile:
    """`states` are answered one after the other, the last one from then on."""

    id: UUID
    name: str
    text: str
    states: list[str]
    reason: Reason | None = None
    page_chars: int | None = None
    fields: tuple[LayoutField, ...] = ()

    @property
    def pages(self) -> int | None:
        return -(-len(self.text) // self.page_chars) if self.page_chars else None

    def layout(self) -> DocumentLayout:
        """Lines of its pages, one below the other; `fields` of a form."""
        size = self.page_chars or max(len(self.text), 1)
        lines = [
            LayoutLine(text=text, page=page, box=(50.0, 700.0 - at, 500.0, 710.0 - at) if self.page_chars else None)
            for page, start in enumerate(range(0, len(self.text), size), 1)
            for at, text in enumerate(self.text[start : start + size].split("\n"))
        ]
        media_type = "application/pdf" if self.page_chars else "text/plain"
        return DocumentLayout(media_type=media_type, lines=lines, fields=list(self.fields))

    def state(self) -> DocumentState:
        current: Any = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return DocumentState(
            id=self.id,
            name=self.name,
            state=current,
            reason=self.reason if current == "failed" else None,
            pages=self.pages,
            size=len(self.text),
            version="f" * 64,
            created_at=dt.datetime(2026, 11, 25, tzinfo=dt.UTC),
        )


@dataclass
class ScriptedRetrieval:
    url: str = ""
    down: bool = False
    answerable: bool | None = None
    doubt: float = 0.05
    elsewhere: str | None = None
    delay_s: float = 0.0
    hits: list[Hit] | None = None
    files: dict[UUID, ScriptedFile] = field(default_factory=dict)
    searches: list[SearchRequest] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    abandoned: int = 0

    def clear(self) -> None:
        self.down, self.answerable, self.delay_s, self.hits = False, None, 0.0, None
        self.doubt, self.elsewhere = 0.05, None
        for log in (self.files, self.searches, self.authorizations, self.paths):
            log.clear()
        self.abandoned = 0

    def add_file(
        self,
        text: str,
        *states: str,
        name: str = "bescheid.txt",
        reason: Reason | None = None,
        page_chars: int | None = None,
        fields: tuple[LayoutField, ...] = (),
    ) -> UUID:
        file = ScriptedFile(uuid4(), name, text, list(states or ("ready",)), reason, page_chars, fields)
        self.files[file.id] = file
        return file.id

    def search(self, request: SearchRequest) -> SearchResult:
        wanted = _stems(request.query)
        found = sorted(self._candidates(request), key=lambda hit: -len(wanted & _stems(hit.text)))
        scored = [_scored(hit, wanted) for hit in found]
        hits = [hit for hit in scored if hit.score > 0][: request.limit]
        answerable = self.answerable if self.answerable is not None else bool(hits) and hits[0].score > 0.3
        verdict = Verdict(answerable=answerable, confidence=0.9 if answerable else self.doubt, elsewhere=self.elsewhere)
        searched = Searched(knowledge_bases=1, documents=len(found), filter=request.filter)
        return SearchResult(hits=hits, verdict=verdict, searched=searched)

    def _candidates(self, request: SearchRequest) -> list[Hit]:
        if self.hits is not None:
            return self.hits
        if request.files:
            return [
                make_hit(self.files[file].name, self.files[file].text, document=file, file=file)
                for file in request.files
            ]
        return law_hits()


def make_hit(section: str, text: str, **values: Any) -> Hit:
    defaults: dict[str, Any] = {
        "document": LAW,
        "title": "Wohngeldgesetz",
        "version": "a" * 64,
        "char_from": 0,
        "as_of": dt.date(2026, 4, 16),
    }
    given = {**defaults, **values}
    return Hit(text=text, score=1.0, section_path=[section], char_to=int(given["char_from"]) + len(text), **given)


def law_hits() -> list[Hit]:
    hits, position = [], 0
    for number, (section, text) in enumerate(SECTIONS):
        source = f"wogg-{number}"
        hits.append(make_hit(section, text, char_from=position, source_id=source, knowledge_base=BUNDESRECHT))
        position += len(text) + 2
    return hits


def _scored(hit: Hit, wanted: set[str]) -> Hit:
    passages = [
        Passage(
            char_from=hit.char_from + match.start(),
            char_to=hit.char_from + match.end(),
            score=len(wanted & _stems(match.group())) / max(len(wanted), 1),
        )
        for match in _SENTENCE.finditer(hit.text)
    ]
    score = len(wanted & _stems(hit.text)) / max(len(wanted), 1)
    return hit.model_copy(update={"score": score, "passages": sorted(passages, key=lambda p: -p.score)[:3]})


async def _delay(script: ScriptedRetrieval, request: Request) -> None:
    deadline = asyncio.get_running_loop().time() + script.delay_s
    while asyncio.get_running_loop().time() < deadline:
        if await request.is_disconnected():
            script.abandoned += 1
            return
        await asyncio.sleep(0.02)


def _add_files(app: FastAPI, script: ScriptedRetrieval, note: Callable[[Request], Awaitable[None]]) -> None:
    @app.get("/files/{file}")
    async def state(file: UUID, request: Request) -> DocumentState:
        await note(request)
        if file not in script.files:
            raise NotFound
        return script.files[file].state()

    @app.get("/files/{file}/text")
    async def text(file: UUID, request: Request) -> Response:
        await note(request)
        content, size = script.files[file].text, script.files[file].page_chars
        starts = list(range(0, len(content), size)) if size else []
        body = DocumentText(text=content, char_from=0, char_to=len(content), length=len(content), page_starts=starts)
        return Response(body.model_dump_json(), media_type="application/json")

    @app.get("/files/{file}/layout")
    async def layout(file: UUID, request: Request) -> DocumentLayout:
        await note(request)
        return script.files[file].layout()


def create_app(script: ScriptedRetrieval) -> FastAPI:
    app = FastAPI()
    install(app)

    async def note(request: Request) -> None:
        script.authorizations.append(request.headers.get("authorization", ""))
        script.paths.append(request.url.path)
        if script.down:
            raise Unavailable

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/search")
    async def search(body: SearchRequest, request: Request) -> SearchResult:
        await note(request)
        script.searches.append(body)
        await _delay(script, request)
        if any(file not in script.files for file in body.files or []):
            raise NotFound
        return script.search(body)

    _add_files(app, script, note)
    return app


@contextlib.contextmanager
def scripted_retrieval() -> Iterator[ScriptedRetrieval]:
    script = ScriptedRetrieval()
    with served(create_app(script)) as url:
        script.url = url
        yield script
