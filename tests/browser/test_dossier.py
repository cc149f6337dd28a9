# SPDX-License-Identifier: EUPL-1.2
"""The whole way of a scanned application in real Chromium, by keyboard, with the real module and real recognition.

The dossier is a development one: a form and its evidence as pictures of pages, read by Tesseract.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.dossiers import ROOT, contents
from tests.support.platform import Platform

from .conftest import sign_in
from .test_case_work import keep, press
from .test_tax import looks

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.ocr, pytest.mark.timeout(900)]
OpenPage = Callable[..., Page]
DOSSIER = "03-lohnabrechnung-veraltet"
READ_MS = 240_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """`genius up` without a language model and without the laws, which this needs neither of."""
    running = Platform(tmp_path_factory.mktemp("dossier") / "data", options=("--no-laws",)).start()
    yield running
    assert running.stop() == 0


def files() -> list[Path]:
    return [ROOT / DOSSIER / name for name in contents(DOSSIER)]


def choose(page: Page, button: str) -> None:
    """Through the browser's own file chooser, opened by keyboard."""
    with page.expect_file_chooser() as chooser:
        press(page, button)
    chooser.value.set_files(files())


def field(page: Page, label: str, text: str) -> None:
    page.get_by_role("textbox", name=label).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def new_case(page: Page) -> None:
    press(page, "Vorgänge", "link")
    expect(page.get_by_role("heading", level=1, name="Vorgänge")).to_be_focused()
    press(page, "Neuer Vorgang")
    expect(page.get_by_label("Aktenzeichen")).to_be_focused()
    page.keyboard.type("50.11-W 0815/2026")
    field(page, "Bezeichnung", "Wohngeld, Sonnenklee")
    # The highest is offered first, and what has it stays inside; an application may be held by less.
    page.get_by_label("Schutzklasse").focus()
    page.keyboard.type("Personen")
    expect(page.get_by_label("Schutzklasse")).to_have_value("personenbezogen")
    press(page, "Vorgang anlegen")
    expect(page.get_by_role("heading", level=1, name="50.11-W 0815/2026")).to_be_visible()
    choose(page, "Dateien hinzufügen")
    listed = page.get_by_role("list", name="Dateien").get_by_role("listitem")
    expect(listed).to_have_count(len(files()))
    expect(listed.filter(has_text="bereit")).to_have_count(len(files()), timeout=READ_MS)


def as_truth_says(page: Page) -> None:
    """Every requirement in its group, as `expected.json` of the dossier has it; the old pay slips are unclear."""
    wanted = json.loads((ROOT / DOSSIER / "expected.json").read_text())["requirements"]
    for status, title in (("unclear", "Unklar"), ("present", "Liegt vor"), ("not_applicable", "Nicht erforderlich")):
        count = sum(one["status"] == status for one in wanted.values())
        expect(page.get_by_role("heading", level=3, name=f"{title}: {count}")).to_be_visible()
    expect(page.get_by_role("heading", level=3, name=re.compile("^Fehlt"))).to_have_count(0)
    unclear = page.get_by_role("region", name="Unklar: 1")
    expect(unclear).to_contain_text("nicht mehr aktuell")
    expect(unclear).to_contain_text("Rechtsgrundlage: § 14 Abs. 1 WoGG")


def evidence(page: Page) -> None:
    """The scanned page beside the requirement that it falls short of."""
    press(page, "Fundstelle zeigen: Lohn.pdf, Seite 2")
    image = page.get_by_role("img", name=re.compile("^Seite 2"))
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 400
    press(page, "Als Text")
    expect(page.get_by_role("region", name="Text von Seite 2")).to_contain_text(re.compile("abrechnung", re.IGNORECASE))
    press(page, "Als Text")


def correct(page: Page) -> None:
    press(page, "wohnkosten_cent korrigieren")
    expect(page.get_by_label("Neuer Wert")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("95000")
    field(page, "Grund", "Telefonat mit dem Vermieter, Vermerk vom heutigen Tag")
    press(page, "Als neue Fassung speichern")
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 3")).to_be_visible(timeout=READ_MS)
    # The check knows it: form and certificate of the landlord no longer say the same.
    expect(page.get_by_role("heading", level=3, name="Unklar: 2")).to_be_visible()
    changes = page.get_by_role("region", name="Was sich in Fassung 3 geändert hat")
    expect(changes.get_by_role("listitem").filter(has_text="Liegt vor")).to_contain_text("jetzt: Unklar")


def signed(page: Page) -> bytes:
    """Version 5 signed off; what its ZIP file for the E-Akte holds."""
    deadline = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=28)
    press(page, "Fassung 5 freigeben")
    expect(page.get_by_text("Bitte setzen Sie einen Tag in der Zukunft.")).to_be_visible()
    page.get_by_label("Frist für die Antwort").focus()
    # In the order of Chromium's own language, which is not the page's.
    page.keyboard.type(f"{deadline:%m%d%Y}")
    expect(page.get_by_label("Frist für die Antwort")).to_have_value(deadline.isoformat())
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    press(page, "Fassung 5 freigeben")
    expect(page.get_by_role("region", name="Schreiben")).to_contain_text(f"bis zum {deadline:%d.%m.%Y}")
    with page.expect_download() as download:
        press(page, "Vorgang für die E-Akte (ZIP)")
    return Path(download.value.path()).read_bytes()


def test_a_scanned_application_from_its_files_to_the_e_akte(open_page: OpenPage, office: Platform) -> None:
    """APP-02, APP-03, APP-04, KI-04, A11Y-01, A11Y-02: upload, check, evidence, correction, sign-off, export."""
    page = open_page(office, accept_downloads=True)
    sign_in(page, office)
    new_case(page)
    press(page, "Vollständigkeit prüfen")
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 1")).to_be_visible(timeout=READ_MS)
    as_truth_says(page)
    evidence(page)
    looks(page, "dossier-work")
    assert page.get_by_role("button", name=re.compile("DOCX|ZIP|Schreiben als Text")).count() == 0, "nothing leaves yet"
    correct(page)
    press(page, "Korrektur von wohnkosten_cent zurücknehmen")
    field(page, "Grund", "Der Vermieter hat sich geirrt.")
    press(page, "Zurücknehmen")
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung – Fassung 5")).to_be_visible(timeout=READ_MS)
    as_truth_says(page)
    archive = zipfile.ZipFile(io.BytesIO(signed(page)))
    names = archive.namelist()
    assert all(any(name.endswith(path.name) for name in names) for path in files()), names
    assert any(name.endswith(".docx") for name in names)
    looks(page, "dossier-signed")


def test_a_check_without_a_case_is_shown_as_a_task_list(open_page: OpenPage, office: Platform) -> None:
    """APP-03, KI-04, KI-02: the module's own page; says that no model is at work, and leads on to a case."""
    page = open_page(office)
    sign_in(page, office)
    page.goto("/modules/completeness")
    expect(page.get_by_text("Diese Funktion nutzt kein Sprachmodell")).to_be_visible()
    choose(page, "Dateien auswählen")
    expect(page.locator(".chip-state").filter(has_text="bereit")).to_have_count(len(files()), timeout=READ_MS)
    press(page, "Starten")
    result = page.get_by_role("region", name="Ergebnis", exact=True)
    expect(result.get_by_text("Noch offen: 0 fehlend, 1 unklar.")).to_be_visible(timeout=READ_MS)
    as_truth_says(page)
    evidence(page)
    assert "{" not in result.inner_text()
    expect(result.get_by_text("Er verlässt Genius nur aus einem Vorgang")).to_be_visible()
    looks(page, "checked-application")
    keep(page, "checked-application")
    if folder := os.environ.get("GENIUS_LOOK_AT"):
        page.screenshot(path=Path(folder) / "checked-application-whole.png", full_page=True)
    page.reload()
    expect(result.get_by_role("heading", level=3, name="Unklar: 1")).to_be_visible()
