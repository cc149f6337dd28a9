# SPDX-License-Identifier: EUPL-1.2
"""A case worker's way through a checked case in real Chromium, by keyboard: evidence, correction, sign-off, download.

The gateway and retrieval are the real ones; behind the gateway a modules service speaks the contract and answers each
check with the same result, in the shape of the specification.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from playwright.sync_api import Page, expect
from typing_extensions import override

from tests.support import pdf
from tests.support.checked import finished_check, result
from tests.support.gateway import Gateway, running_gateway
from tests.support.personal_data import ready
from tests.support.postgres import TestPostgres
from tests.support.scripted_module import SCRIPTED_INPUT, ScriptedModules, manifest, send

from .conftest import IMAGES, accept_terms, to_the_terms
from .test_tax import looks

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
OpenPage = Callable[..., Page]
OWNER = "a.weber"


class Checking(ScriptedModules):
    """Offers `completeness` beside the chat; `requests` tell what a check was asked for."""

    def __init__(self) -> None:
        super().__init__()
        inputs = {"rule_set": {"type": "string"}, "facts": {"type": "object"}, "files": SCRIPTED_INPUT["files"]}
        offered = manifest("completeness", inputs, ["rule_set", "files"])
        classes = [*offered["protection_classes"], "sozialdaten"]
        more = {"result_schema": {"type": "object"}, "title": {"de": "Vollständigkeit", "en": "Completeness"}}
        chat = next(one for one in self.manifests if one["id"] == "chat")
        self.manifests = [chat, {**offered, **more, "protection_classes": classes}]

    @override
    async def _run(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["module"] != "completeness":
            return await super()._run(request)
        self.requests.append(await request.json())
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await send(response, {"type": "done", "result": result()})
        return response


class Desk:
    """A gateway in a thread of its own; `do` runs a coroutine there."""

    def __init__(self, folder: Path, server: TestPostgres) -> None:
        self._loop = asyncio.new_event_loop()
        self._there, self._end = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._live(folder, server)))
        self._thread.start()
        assert self._there.wait(60)

    async def _live(self, folder: Path, server: TestPostgres) -> None:
        self.modules = Checking()
        async with running_gateway(folder, server) as self.gateway:
            await self.modules.start(urlsplit(self.gateway.settings.modules_url).port or 0)
            self._there.set()
            await self._end.wait()
            await self.modules.stop()

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)
        self._loop.close()

    @property
    def platform(self) -> Any:
        return SimpleNamespace(url=self.gateway.url, stack={"issuer": self.gateway.issuer})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> Iterator[Desk]:
    running = Desk(tmp_path_factory.mktemp("desk"), postgres_server)
    yield running
    running.stop()


async def checked(gateway: Gateway) -> None:
    """A case with a form in it and the result of a check."""
    async with await gateway.client(OWNER) as client:
        made = await client.post("/api/v1/cases", json={"reference": "W 4711/2026", "title": "Wohngeld, Musterfrau"})
        case = made.json()["id"]
        content = pdf.build(pdf.text_page("Antrag auf Wohngeld", "Gesamtmiete 612,00 EUR", "Lohnabrechnung Juli 2026"))
        file = (await client.post("/api/v1/files", files={"file": ("antrag.pdf", content)})).json()["id"]
        await ready(client, f"/api/v1/files/{file}")
        assert (await client.post(f"/api/v1/cases/{case}/files", json={"file": file})).status_code == 201
        run = await finished_check(gateway, OWNER, case, {file: "antrag.pdf"}, None, result())
        added = await client.post(f"/api/v1/cases/{case}/versions", json={"run": run})
        assert added.status_code == 201, added.text


def keep(page: Page, name: str) -> None:
    """Write docs/images/<name>.png, only on demand; and undo what `looks` has left."""
    page.evaluate("document.documentElement.style.fontSize = ''")
    if os.environ.get("GENIUS_DOC_IMAGES"):
        page.screenshot(path=IMAGES / f"{name}.png")


def press(page: Page, name: str, role: Any = "button") -> None:
    """By keyboard alone: the focus goes there, Enter acts."""
    target = page.get_by_role(role, name=name).first
    target.focus()
    page.keyboard.press("Enter")


def rewrite(page: Page) -> None:
    """The letter in other words, with a reason, as version 4; and what that has changed."""
    press(page, "Schreiben bearbeiten")
    text = page.get_by_label("Text des Schreibens")
    expect(text).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" der Wohnung am Markt")
    page.get_by_label("Grund der Änderung").focus()
    page.keyboard.type("Klarer gesagt")
    looks(page, "case-letter")
    press(page, "Als neue Fassung speichern")
    expect(page.get_by_text("Klarer gesagt")).to_be_visible()
    changes = page.get_by_role("region", name="Was sich in Fassung 4 geändert hat")
    expect(changes.get_by_role("insertion")).to_contain_text("der Wohnung am Markt")
    changes.get_by_label("Verglichen mit").select_option("1")
    expect(changes.get_by_role("listitem").filter(has_text="wohnkosten_cent")).to_contain_text("64.000")
    looks(page, "case-changes")


def test_a_case_from_the_result_to_the_letter(open_page: OpenPage, desk: Desk) -> None:
    """KI-04, A11Y-01, A11Y-02, A11Y-05, A11Y-06: evidence, correction with a reason, sign-off of one version, files."""
    desk.do(checked(desk.gateway))
    page = open_page(desk.platform, accept_downloads=True)
    to_the_terms(page, {"username": OWNER, "password": desk.gateway.secrets.login(OWNER)})
    accept_terms(page)
    press(page, "Vorgänge", "link")
    expect(page.get_by_role("heading", level=1, name="Vorgänge")).to_be_focused()
    looks(page, "cases")
    keep(page, "cases")
    press(page, "W 4711/2026", "link")
    expect(page.get_by_role("heading", level=3, name="Fehlt: 1")).to_be_visible()
    assert [one.inner_text() for one in page.get_by_role("heading", level=3).all()[:4]] == [
        "Fehlt: 1", "Unklar: 1", "Liegt vor: 1", "Nicht erforderlich: 1",
    ]  # fmt: skip
    press(page, "Fundstelle zeigen: antrag.pdf, Seite 1")
    expect(page.get_by_role("img", name="Seite 1")).to_be_visible()
    looks(page, "case-work")
    keep(page, "case-work")
    press(page, "wohnkosten_cent korrigieren")
    expect(page.get_by_label("Neuer Wert")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("64000")
    press(page, "Als neue Fassung speichern")
    expect(page.get_by_text("Bitte nennen Sie den Grund.")).to_be_visible()
    page.get_by_label("Grund").focus()
    page.keyboard.type("Mietvertrag, Seite 2")
    press(page, "Als neue Fassung speichern")
    expect(page.get_by_text("festgelegt von Anna Weber: Mietvertrag, Seite 2")).to_be_visible()
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 3")).to_be_visible()
    assert [one["input"].get("facts") for one in desk.modules.requests] == [{"wohnkosten_cent": 64000}]
    rewrite(page)
    press(page, "Fassung 4 freigeben")
    expect(page.get_by_text("Bitte setzen Sie einen Tag in der Zukunft.")).to_be_visible()
    deadline = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=28)
    page.get_by_label("Frist für die Antwort").fill(deadline.isoformat())
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    press(page, "Fassung 4 freigeben")
    expect(page.get_by_text("Freigegeben von Anna Weber")).to_be_visible()
    expect(page.get_by_role("region", name="Schreiben")).to_contain_text(f"bis zum {deadline:%d.%m.%Y}")
    looks(page, "case-signed")
    page.get_by_role("heading", level=2, name="Schreiben").scroll_into_view_if_needed()
    keep(page, "case-signed")
    for name, end in (("Schreiben als DOCX", "docx"), ("Vorgang für die E-Akte (ZIP)", "zip")):
        with page.expect_download() as download:
            press(page, name)
        assert download.value.suggested_filename == f"Fassung 4.{end}"
        assert Path(download.value.path()).stat().st_size > 1000
    press(page, "Fassung 1", "link")
    expect(page.get_by_text("Dies ist eine ältere Fassung.")).to_be_visible()


def test_a_new_case_is_checked_corrected_and_checked_again(open_page: OpenPage, desk: Desk) -> None:
    """A11Y-02, APP-02: made by keyboard; a check has all files, the next one what the person has set."""
    page = open_page(desk.platform)
    to_the_terms(page, {"username": OWNER, "password": desk.gateway.secrets.login(OWNER)})
    accept_terms(page)
    page.goto("/cases")
    press(page, "Neuer Vorgang")
    expect(page.get_by_label("Aktenzeichen")).to_be_focused()
    page.keyboard.type("W 12/2026")
    press(page, "Vorgang anlegen")
    expect(page.get_by_role("heading", level=1, name="W 12/2026")).to_be_visible()
    expect(page.get_by_text("Noch keine Datei.")).to_be_visible()
    file = {"name": "Anlage.txt", "mimeType": "text/plain", "buffer": b"Eine Anlage zum Antrag."}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    chip = page.get_by_role("list", name="Dateien").get_by_role("listitem")
    expect(chip).to_contain_text("Anlage.txt")
    expect(chip).to_contain_text("bereit")
    press(page, "Vollständigkeit prüfen")
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 1")).to_be_visible()
    press(page, "Zustimmen: mietbescheinigung")
    expect(page.get_by_text("Zugestimmt: Anna Weber")).to_be_visible()
    press(page, "Angabe hinzufügen")
    page.get_by_label("Name der Angabe im Regelwerk").fill("haushalt_anzahl")
    page.get_by_label("Art des Werts").select_option("number")
    page.get_by_label("Neuer Wert").fill("2")
    page.get_by_label("Grund").fill("Am Telefon erfragt.")
    press(page, "Als neue Fassung speichern")
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 3")).to_be_visible()
    # The check after a correction starts by itself; so does the one after it is taken back.
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 4")).to_be_visible()
    press(page, "Korrektur von haushalt_anzahl zurücknehmen")
    expect(page.get_by_label("Grund")).to_be_focused()
    page.keyboard.type("Doch nicht sicher.")
    press(page, "Zurücknehmen")
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 6")).to_be_visible()
    press(page, "Erneut prüfen")
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 7")).to_be_visible()
    given = [one["input"].get("facts") for one in desk.modules.requests[-4:]]
    assert given == [None, {"haushalt_anzahl": 2}, None, None]
    assert {len(one["input"]["files"]) for one in desk.modules.requests} == {1}
    expect(page.get_by_text("Zugestimmt: Anna Weber")).to_be_visible()
    expect(page.get_by_role("button", name="Fassung 7 freigeben")).to_be_visible()
    press(page, "Anlage.txt aus dem Vorgang nehmen")
    expect(page.get_by_text("Die Dateien haben sich seit dieser Prüfung geändert.")).to_be_visible()
    expect(page.get_by_text("Noch keine Datei.")).to_be_visible()
