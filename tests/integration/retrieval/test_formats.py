# SPDX-License-Identifier: EUPL-1.2
"""Tables, slides and mails through the whole service: uploaded, read in the cage, found, and the hit says where."""

import compressed_rtf
import pytest

from tests.support.mails import mail
from tests.support.outlook import INNER_HEAD, message, msg
from tests.support.retrieval import Office, upload, wait_for
from tests.support.sheets import cell, ods, ods_row, ods_table, row, sheet, styles, xlsx
from tests.support.slides import pptx, shape, slide

FEES = [("Leistung", "Gebühr"), *((f"Beglaubigung Nummer {n} je angefangene Seite", f"{n},00 €") for n in range(2, 40))]
FEES[32] = ("Wunschkennzeichen für ein Kraftfahrzeug", "33,00 €")
QUERY = "Was kostet ein Wunschkennzeichen?"


def fees_xlsx() -> bytes:
    rows = [row(1, *FEES[0])]
    rows += [row(n, FEES[n - 1][0], cell(f"B{n}", str(n), style=1)) for n in range(2, 40)]
    return xlsx({"Gebühren": sheet(*rows)}, parts={"xl/styles.xml": styles("General", '0.00 "€"')})


def fees_csv() -> bytes:
    return "".join(";".join(line) + "\r\n" for line in FEES).encode("cp1252")


THREAD = "Die Liste hängt an.\n\nAm 11.03.2026 um 9:00 schrieb Max Maier:\n> Was kostet\n> die Zulassung?"
RTF = message(head=INNER_HEAD, more={0x1009: compressed_rtf.compress(rb"{\rtf1\ansicpg1252 Gru\'df}")})
FILES = {
    "gebuehren.xlsx": (fees_xlsx(), QUERY, ["Gebühren", "Zeilen"], "33,00 €"),
    "gebuehren.ods": (ods(ods_table("Gebühren", *(ods_row(*line) for line in FEES))), QUERY,
                      ["Gebühren", "Zeilen"], "33,00 €"),
    "gebuehren.csv": (fees_csv(), QUERY, ["Zeilen"], "33,00 €"),
    "gebuehren.pptx": (pptx(*(slide(shape(what, kind="title"), shape(f"Es fallen {fee} an.")) for what, fee in FEES)),
                       QUERY, ["Wunschkennzeichen", "Folie 33"], "33,00 €"),
    "gebuehren.eml": (mail(THREAD, files={"liste.csv": fees_csv()}), QUERY,
                      ["Wohngeld", "Anhang: liste.csv", "Zeilen"], "33,00 €"),
    "gebuehren.msg": (msg(THREAD, files={"liste.csv": fees_csv()}, inner={"alt.msg": RTF}), QUERY,
                      ["Wohngeld", "Anhang: liste.csv", "Zeilen"], "33,00 €"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_hit_says_its_place(office: Office, name: str) -> None:
    """The real parser in its cage, the real index; the place names the rows that the text shows."""
    content, query, path, said = FILES[name]
    with office.client() as client:
        state = wait_for(client, f"/documents/{upload(client, office.documents, name, content)['id']}")
        assert (state["state"], state["pages"]) == ("ready", None), state
        assert {warning["code"] for warning in state["warnings"]} <= {"guessed_encoding"}
        hit = client.post("/search", json={"query": query}).json()["hits"][0]
        assert said in hit["text"]
        assert hit["page"] is None
        assert all(part.startswith(start) for part, start in zip(hit["section_path"], path, strict=True))
        text = client.get(
            f"/documents/{state['id']}/text", params={"char_from": hit["char_from"], "char_to": hit["char_to"]}
        ).json()
        assert text["text"] == hit["text"]
        assert text["sections"][-1]["path"] == hit["section_path"]
        part = client.get(f"/documents/{state['id']}/text", params={"part_at": hit["char_from"]}).json()
        assert part["part_starts"] == [0]
        cited = next(block for block in part["blocks"] if block["char_to"] > hit["char_from"])
        assert cited["place"] == hit["section_path"][-1]
        shown = ("heading", "") if name.endswith(".pptx") else ("table", "Leistung | Gebühr")
        assert (cited["kind"], cited["columns"]) == shown
