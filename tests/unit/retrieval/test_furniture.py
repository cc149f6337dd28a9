# SPDX-License-Identifier: EUPL-1.2
"""Headers and footers of PDFs: set apart where they repeat, kept in the document, and never a heading or table head."""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest

from genius_retrieval.chunking.structure import chunk
from genius_retrieval.chunks import FURNITURE, CanonicalDocument
from genius_retrieval.documents.content import Wanted, _page_text, _text
from genius_retrieval.parsing import codec
from genius_retrieval.parsing.pdf import parse as read_pdf
from genius_retrieval.parsing.spans import boxes_of
from tests.support import pdf
from tests.unit.retrieval.parsing_helpers import BOUNDS, check, outcome, parse

WORDS = "Antrag Behörde Frist Gebühr Wohnung Miete Bescheid Auskunft Nachweis Einkommen Haushalt Prüfung".split()  # noqa: SIM905
TOP, BOTTOM = 805.0, 40.0


def prose(page: int, lines: int = 38, top: float = 760, leading: float = 17) -> list[pdf.Text]:
    """Lines of one paragraph that are the same on no other page; it ends with a full stop."""
    said = [
        f"{page:02d}{at:02d} " + " ".join(WORDS[(page * 7 + at * 5 + k * (page + 1)) % len(WORDS)] for k in range(8))
        for at in range(lines)
    ]
    said[-1] += "."
    return [pdf.Text(line, y=top - at * leading) for at, line in enumerate(said)]


def pages(count: int, edge: Callable[[int], Sequence[pdf.Text]], **body: float) -> CanonicalDocument:
    """Pages 1 to `count` with what `edge` puts on them beside their prose."""
    sheets = [pdf.Page([*edge(n), *prose(n, **body)]) for n in range(1, count + 1)]  # type: ignore[arg-type]
    found = parse(pdf.build(*sheets), "x.pdf")
    check(found)
    return found


def aside(document: CanonicalDocument) -> list[tuple[str, int | None, str]]:
    return [(block.kind, block.page, block.text) for block in document.blocks if block.kind in FURNITURE]


def searched(document: CanonicalDocument) -> str:
    return "\n".join(piece.text for piece in chunk(document, UUID(int=1), "v"))


FEES = "Gebührenverzeichnis der Stadt"
ROMAN = ("i", "ii", "iii", "iv", "v", "vi")


@pytest.mark.parametrize(
    "line",
    [
        lambda n: f"Seite {n} von 6",
        lambda n: f"- {n} -",
        lambda n: str(n + 16),
        lambda n: ROMAN[n - 1],
        lambda n: f"Seite {ROMAN[n - 1].upper()}",
        lambda n: f"Ministerium für Inneres · Stand 01.03.2026 · Seite {n} von 6",
        lambda n: "Ministerium für Inneres und Bau",
        lambda n: f"Handbuch Wohngeld {n}" if n % 2 else f"{n} Kapitel 3 Verfahren",
        lambda n: "Kapitel 2 Zuständigkeit" if n <= 3 else "Kapitel 3 Verfahren",
    ],
)
@pytest.mark.parametrize(("height", "kind"), [(TOP, "page_header"), (BOTTOM, "page_footer")])
def test_lines_that_repeat_at_the_edge_are_set_apart(line: Callable[[int], str], height: float, kind: str) -> None:
    found = pages(6, lambda n: [pdf.Text(line(n), y=height, size=9)])
    assert aside(found) == [(kind, n, line(n)) for n in range(1, 7)]
    assert all(line(n) not in searched(found) for n in range(1, 7) if len(line(n)) > 4)
    assert searched(found).count("Wohnung") == sum(
        "\n".join(t.text for t in prose(n)).count("Wohnung") for n in range(1, 7)
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("§ as a heading", lambda n: pdf.Text(f"§ {n} Höhe", y=TOP)),
        ("annexes", lambda n: pdf.Text(f"Anlage {n}", y=TOP)),
        ("large headings", lambda n: pdf.Text(f"Recht und Verfahren {n}", y=TOP, size=15)),
        ("a large heading on some pages", lambda n: pdf.Text("Ergebnisse" if n <= 3 else WORDS[n], y=TOP, size=15)),
        ("footnotes", lambda n: pdf.Text(f"{n} Vgl. {WORDS[n]} und {WORDS[n + 3]}.", y=BOTTOM, size=8)),
        ("amounts", lambda n: pdf.Text(f"{n * 317}.{n}50,00", y=BOTTOM)),
        ("in the middle", lambda n: pdf.Text(f"Seite {n} von 6", x=400, y=420)),
    ],
)
def test_what_is_content_stays(name: str, line: Callable[[int], pdf.Text]) -> None:
    found = pages(6, lambda n: [line(n)])
    assert aside(found) == [], name
    assert all(line(n).text in searched(found) for n in range(1, 7)), name


@pytest.mark.parametrize("rows", [12.0, 17.0, 22.0])
def test_the_head_of_a_table_that_goes_on_is_content(rows: float) -> None:
    """Below a running head, at the usual distance from its rows, on every page."""

    def edge(n: int) -> list[pdf.Text]:
        return [pdf.Text(FEES, y=760 + rows + 40), pdf.Text("Leistung Rechtsgrundlage Gebühr", y=760 + rows)]

    found = pages(5, edge, leading=rows, lines=24)
    assert aside(found) == [("page_header", n, FEES) for n in range(1, 6)]
    assert searched(found).count("Leistung Rechtsgrundlage Gebühr") == 5


def test_copies_of_one_form_keep_their_words() -> None:
    form = [pdf.Text("Antrag auf Wohngeld", y=TOP), *prose(1), pdf.Text("Ort, Datum, Unterschrift", y=BOTTOM)]
    numbers = [pdf.Text(f"Seite {n}", x=400, y=20, size=8) for n in range(1, 5)]
    found = parse(pdf.build(*(pdf.Page([*form, number]) for number in numbers)), "x.pdf")
    assert aside(found) == [("page_footer", n, f"Seite {n}") for n in range(1, 5)]
    assert searched(found).count("Ort, Datum, Unterschrift") == 4


def test_a_form_of_nothing_else_is_its_own_text() -> None:
    found = parse(pdf.build(*(pdf.text_page("Formular", "", f"Seite {n}") for n in range(1, 5))), "x.pdf")
    assert aside(found) == []


@pytest.mark.parametrize(("count", "with_head", "expected"), [(2, 2, 2), (3, 2, 2), (4, 2, 0), (40, 3, 3), (1, 1, 0)])
def test_three_pages_or_most_of_them(count: int, with_head: int, expected: int) -> None:
    found = pages(count, lambda n: [pdf.Text("Stadt Jülich", y=TOP)] if n <= with_head else [])
    assert len(aside(found)) == expected


def test_left_and_right_pages_count_together() -> None:
    """Two pages of each are most of the four only together."""
    found = pages(4, lambda n: [pdf.Text("Handbuch Wohngeld" if n % 2 else "Verfahren", y=TOP, size=9)])
    assert len(aside(found)) == 4


def test_a_running_title_names_a_document_that_has_no_other() -> None:
    found = pages(4, lambda n: [pdf.Text("Dienstanweisung Wohngeld", y=TOP, size=16)])
    assert found.title == "Dienstanweisung Wohngeld"
    assert len(aside(found)) == 4


def test_the_date_in_a_footer_is_the_documents() -> None:
    found = pages(3, lambda n: [pdf.Text(f"Stand: 01.03.2026 Seite {n}", y=BOTTOM)])
    assert str(found.as_of) == "2026-03-01"


@pytest.mark.parametrize("mark", ["VS - NUR FÜR DEN DIENSTGEBRAUCH", "VS-NfD Seite {}"])
def test_a_mark_in_a_header_still_refuses(mark: str) -> None:
    """ING-11: what is set apart is looked at like any text."""
    sheets = [pdf.Page([pdf.Text(mark.format(n), y=TOP), *prose(n)]) for n in range(1, 4)]
    assert outcome(pdf.build(*sheets), "x.pdf") == "vs_marking"


def test_a_mark_of_which_half_is_a_header_still_refuses() -> None:
    sheets = [pdf.Page([pdf.Text("VS - NUR FÜR", y=TOP), pdf.Text("DEN DIENSTGEBRAUCH" if n == 2 else WORDS[n], y=780),
                        *prose(n, 20, 720)]) for n in range(1, 5)]  # fmt: skip
    assert outcome(pdf.build(*sheets), "x.pdf") == "vs_marking"


def broken_off(first: str, second: str, *, size: float = 11) -> CanonicalDocument:
    """Two pages with header and footer; the text of the first ends with `first`, the second begins with `second`."""
    sheets = []
    for n, lines in ((1, [*prose(1, 20)[:-1], pdf.Text(first, y=400)]), (2, [pdf.Text(second, y=760, size=size)])):
        edge = [pdf.Text("Stadt Jülich", y=TOP), pdf.Text(f"Seite {n} von 2", y=BOTTOM)]
        sheets.append(
            pdf.Page([edge[0], *lines, *prose(2, 9, 700)[n - 1 :], edge[1]] if n == 2 else [edge[0], *lines, edge[1]])
        )
    found = parse(pdf.build(*sheets), "x.pdf")
    check(found)
    return found


LONG = "Der Antrag ist bei der zuständigen Wohngeldbehörde nach Maßgabe der"


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (LONG, "Verordnung zu stellen.", LONG + " Verordnung zu stellen."),
        (LONG + " Wohn-", "geldverordnung zu stellen.", LONG + " Wohngeldverordnung zu stellen."),
        ("Der Antrag ist", "schriftlich zu stellen.", "Der Antrag ist schriftlich zu stellen."),
    ],
)
def test_a_sentence_that_runs_over_the_page_is_one(first: str, second: str, joined: str) -> None:
    """And is marked on both pages, each in its line."""
    found = broken_off(first, second)
    assert aside(found) == [
        ("page_header", 1, "Stadt Jülich"), ("page_footer", 1, "Seite 1 von 2"),
        ("page_header", 2, "Stadt Jülich"), ("page_footer", 2, "Seite 2 von 2"),
    ]  # fmt: skip
    start = found.text.index(joined)
    piece = next(piece for piece in chunk(found, UUID(int=1), "v") if joined in piece.text)
    assert piece.text == found.text[piece.char_from : piece.char_to]
    assert piece.page == 1
    assert piece.page_breaks == (found.pages[1].char_from,)
    [upper], [lower] = (boxes_of(found, page, start, start + len(joined)) for page in (1, 2))
    assert abs(upper[1] - 400) < 4
    assert abs(lower[1] - 760) < 4
    assert found.text[found.pages[1].char_from :].startswith(second)


@pytest.mark.parametrize(
    ("first", "second", "size"),
    [
        ("Der Antrag ist schriftlich zu stellen.", "Verordnung zu Wohngeld", 11.0),
        ("Er wird gestellt bei:", "der Wohngeldbehörde", 11.0),
        (LONG, "1. Verordnung", 11.0),
        (LONG, "§ 5 Höhe", 11.0),
        (LONG, "Verordnung", 16.0),
        ("Zuständigkeit", "Verordnung", 11.0),
        ("Meldeauskunft im Sinne der Gebührenordnung der Stadt für das Jahr 12", "Verordnung", 11.0),
    ],
)
def test_what_does_not_go_on_is_not_joined(first: str, second: str, size: float) -> None:
    found = broken_off(first, second, size=size)
    at = found.text.index(first) + len(first)
    assert found.text[at : at + 2] == "\n\n"


def test_readers_see_header_and_footer_with_their_page_and_the_text_without() -> None:
    found = pages(
        3, lambda n: [pdf.Text("Stadt Jülich", y=TOP), pdf.Text("Amt 50", y=790), pdf.Text(f"Seite {n}", y=BOTTOM)]
    )
    second = _page_text(found, found.pages[1])
    assert (second.header, second.footer) == (["Stadt Jülich", "Amt 50"], ["Seite 2"])
    assert {block.kind for block in second.blocks} == {"paragraph"}
    whole = _text(found, Wanted())
    assert (whole.char_to, whole.length) == (found.content_end, len(found.text))
    assert "Jülich" not in whole.text
    rest = _text(found, Wanted(found.content_end, len(found.text)))
    assert [block.kind for block in rest.blocks] == ["page_header", "page_footer"] * 3


def test_what_was_stored_before_is_still_read() -> None:
    """And has neither headers nor another end."""
    old = (
        b'{"title":"t","text":"eins","blocks":[["paragraph",0,4,1,null,[[1,0.0,0.0,9.0,9.0,0,4]]]],'
        b'"pages":[[1,0,4,595.0,842.0]],"sections":[],"as_of":null,"media_type":"application/pdf","warnings":[]}'
    )
    found = codec.decode_document(old)
    assert (found.content_end, aside(found)) == (4, [])
    assert searched(found) == "eins"


def test_what_is_stored_is_read_again() -> None:
    found = pages(3, lambda n: [pdf.Text(f"Seite {n}", y=BOTTOM)])
    assert codec.decode_document(codec.encode_document(found)) == found


def reading(number: int, shift: float, head: str) -> dict[str, object]:
    """A page as recognised: shifted by a few points, its lines of uneven heights."""
    said = [(head, TOP), *((text.text, text.y) for text in prose(number, 30)), (f"Seite {number} von 5", BOTTOM)]
    lines = [
        [at < 2 or y == BOTTOM, 11 + (at * number) % 3 / 2, 70.0, y + shift, 480.0, y + shift + 10 + at % 2, text]
        for at, (text, y) in enumerate(said)
    ]
    return {"confidence": 94.0, "lines": lines}


def test_scanned_pages_lie_askew_and_are_misread() -> None:
    """A header whose letters come out wrong on one page is still one; the heights differ by some points."""
    heads = ["Ministerium für Inneres und Bau"] * 5
    heads[2] = "Minlsterium fur lnneres und Bau"
    shifts = (0.0, 6.0, -5.0, 3.0, 9.0)
    given = {str(n): reading(n, shifts[n - 1], heads[n - 1]) for n in range(1, 6)}
    content = pdf.build(*[pdf.Page(picture=True)] * 5)
    found = read_pdf(content, "x.pdf", BOUNDS, readings={"installed": True, "pages": given})
    check(found)
    assert [text for kind, _, text in aside(found) if kind == "page_header"] == heads
    assert [text for kind, _, text in aside(found) if kind == "page_footer"] == [
        f"Seite {n} von 5" for n in range(1, 6)
    ]
    assert "inister" not in searched(found)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_pages_have_their_header_where_it_is_seen(degrees: int) -> None:
    """Text that stands upright in the file is not, on a turned page: nothing repeats at an edge that is seen."""
    sheets = [pdf.Page([pdf.Text("Stadt Jülich", y=TOP), *prose(n)]) for n in range(1, 5)]
    turned = pdf.build(*sheets).replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 595 842] /Rotate %d" % degrees)
    kinds = {kind for kind, _, _ in aside(parse(turned, "x.pdf"))}
    assert kinds == ({"page_footer"} if degrees == 180 else set())
