# SPDX-License-Identifier: EUPL-1.2
import io

import pytest
from PIL import Image, ImageChops

from tests.support import pdf
from tests.support.retrieval import Office, upload, wait_for

CONTENT = pdf.build(
    pdf.text_page("Bescheid", "", "Die Frist beträgt einen Monat.", "Stand: 16.04.2026"),
    pdf.text_page("Die Rechtsbehelfsbelehrung."),
)


@pytest.fixture
def path(office: Office) -> str:
    with office.client() as client:
        state = wait_for(client, f"/documents/{upload(client, office.documents, 'bescheid.pdf', CONTENT)['id']}")
    assert (state["state"], state["pages"], state["as_of"]) == ("ready", 2, "2026-04-16")
    return f"/documents/{state['id']}"


def test_a_hit_opens_on_its_page(office: Office, path: str) -> None:
    """INJ-04 in part: what a hit cites is shown in its place on the page, as picture and as text."""
    with office.client() as client:
        hit = client.post("/search", json={"query": "Wie lange ist die Frist?"}).json()["hits"][0]
        assert hit["page"] == 1
        plain = client.get(f"{path}/pages/1")
        assert plain.headers["content-type"] == "image/png"
        span = f"{hit['char_from']}-{hit['char_to']}"
        marked = client.get(f"{path}/pages/1", params={"highlight": f"{span},0-3"})
        assert Image.open(io.BytesIO(marked.content)).size == Image.open(io.BytesIO(plain.content)).size
        assert marked.content != plain.content
        assert client.get(f"{path}/pages/2").content != plain.content
        text = client.get(f"{path}/pages/2/text").json()
        assert (text["text"], text["pages"]) == ("Die Rechtsbehelfsbelehrung.", 2)
        spans = [(block["kind"], block["char_from"], block["char_to"]) for block in text["blocks"]]
        assert spans == [("paragraph", text["char_from"], text["char_to"])]
        whole = client.get(f"{path}/text").json()["text"]
        assert whole[text["char_from"] : text["char_to"]] == text["text"]


def sheet(number: int, *lines: str) -> pdf.Page:
    """A page with header and footer; `lines` begin at its top."""
    edges = [pdf.Text("Kanarienvogel-Ministerium", y=810), pdf.Text(f"Seite {number} von 3", y=40)]
    return pdf.Page([*edges, *(pdf.Text(line, y=750 - 15 * at) for at, line in enumerate(lines))])


def test_a_sentence_over_two_pages_is_found_and_marked_on_both(office: Office) -> None:
    """Header and footer between its halves are shown with their pages, and neither searched nor part of the hit."""
    sentence = "Der Zuschuss zur Kleingartenpacht beträgt nach Maßgabe der örtlichen Richtlinie höchstens vierzig Euro."
    halves = sentence[: sentence.index(" Richtlinie")], sentence[sentence.index("Richtlinie") :]
    content = pdf.build(
        sheet(1, "Die Gemeinde fördert Vereine und ihre Mitglieder.", halves[0]),
        sheet(2, halves[1], "Er ist bis zum Ende des Jahres zu beantragen."),
        sheet(3, "Über Ausnahmen entscheidet der Rat der Gemeinde."),
    )
    with office.client() as client:
        state = wait_for(client, f"/documents/{upload(client, office.documents, 'Zuschuss.pdf', content)['id']}")
        path = f"/documents/{state['id']}"
        assert state["processing"]["furniture"] == 6
        [hit] = client.post("/search", json={"query": "Zuschuss Kleingartenpacht Richtlinie"}).json()["hits"]
        assert sentence in hit["text"]
        assert "Seite" not in hit["text"]
        assert client.post("/search", json={"query": "Kanarienvogel"}).json()["hits"] == []
        start = hit["char_from"] + hit["text"].index(sentence)
        span = f"{start}-{start + len(sentence)}"
        for number, half in enumerate(halves, 1):
            marked = client.get(f"{path}/pages/{number}", params={"highlight": span})
            plain = client.get(f"{path}/pages/{number}")
            changed = ImageChops.difference(*(Image.open(io.BytesIO(one.content)) for one in (plain, marked))).getbbox()
            assert changed
            # 144 dpi: one line high, where it stands.
            assert changed[3] - changed[1] < 40
            text = client.get(f"{path}/pages/{number}/text").json()
            assert half in text["text"]
            assert (text["header"], text["footer"]) == (["Kanarienvogel-Ministerium"], [f"Seite {number} von 3"])
        assert (
            client.get(f"{path}/pages/3", params={"highlight": span}).content == client.get(f"{path}/pages/3").content
        )
        assert "Kanarienvogel" not in client.get(f"{path}/text").json()["text"]


@pytest.mark.parametrize("highlight", ["x", "3", "5-2", "1-2,", "-1-2", ",".join(["1-2"] * 51)])
def test_wrong_highlights_are_named(office: Office, path: str, highlight: str) -> None:
    with office.client() as client:
        answer = client.get(f"{path}/pages/1", params={"highlight": highlight})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/highlight")


def test_a_kind_without_pages_has_no_picture(office: Office) -> None:
    with office.client() as client:
        state = wait_for(client, f"/documents/{upload(client, office.documents, 'a.txt', b'Ein Satz.')['id']}")
        for part in ("/pages/1", "/pages/1/text"):
            answer = client.get(f"/documents/{state['id']}{part}")
            assert (answer.status_code, answer.json()["code"]) == (404, "no_page_picture")


@pytest.mark.parametrize(
    ("char_from", "char_to", "status"), [(0, 0, 200), (5, 2, 400), (9999, 99999, 200), (-1, 2, 400)]
)
def test_spans_of_the_text(office: Office, path: str, char_from: int, char_to: int, status: int) -> None:
    with office.client() as client:
        params = {"char_from": char_from, "char_to": char_to}
        assert client.get(f"{path}/text", params=params).status_code == status


def test_a_long_document_without_pages_is_read_in_parts(office: Office) -> None:
    """Each part says where the others begin; together they are the text, and each is asked for by a place in it."""
    content = "\n\n".join(f"Nummer {n}: Der Antrag ist binnen eines Monats zu stellen." for n in range(600))
    with office.client() as client:
        state = wait_for(client, f"/documents/{upload(client, office.documents, 'lang.txt', content.encode())['id']}")
        address = f"/documents/{state['id']}/text"
        whole = client.get(address).json()
        parts = [client.get(address, params={"part_at": start}).json() for start in whole["part_starts"]]
        assert len(parts) > 3
        assert [part["char_from"] for part in parts] == whole["part_starts"]
        assert "".join(part["text"] for part in parts) == whole["text"] == content
        assert sum(len(part["blocks"]) for part in parts) == len(whole["blocks"]) == 600
        beyond = client.get(address, params={"part_at": 10**9}).json()
        assert beyond == parts[-1]
        for params in ({"part_at": -1}, {"part_at": 3, "char_to": 9}, {"part_at": "x"}):
            assert client.get(address, params=params).status_code == 400
