# SPDX-License-Identifier: EUPL-1.2
"""Headers and footers of DOCX and ODT: those that the program shows, once, behind the text and not searched."""

import io
from uuid import UUID

import docx as python_docx
import pytest

from genius_retrieval.chunking.structure import chunk
from tests.support.office import ODF, docx, odt, paragraph
from tests.unit.retrieval.parsing_helpers import codes, parse, shape

REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = "Der Antrag ist schriftlich zu stellen."


def word_file() -> bytes:
    """As a word processor writes it, with a header, a footer with a table, and another header on the first page."""
    document = python_docx.Document()
    document.add_paragraph(BODY)
    section = document.sections[0]
    section.header.paragraphs[0].text = "Ministerium für Inneres"
    section.header.add_paragraph("Referat 25")
    section.footer.add_table(1, 2, 1_000_000).cell(0, 0).text = "Stand: 01.03.2026"
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "Erlass"
    document.add_section()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_file_of_a_word_processor() -> None:
    found = parse(word_file(), "x.docx")
    assert shape(found)[0] == ("paragraph", BODY)
    assert sorted(shape(found)[1:]) == [
        ("page_footer", "Stand: 01.03.2026 |"),
        ("page_header", "Erlass"),
        ("page_header", "Ministerium für Inneres\nReferat 25"),
    ]
    assert [piece.text for piece in chunk(found, UUID(int=1), "v")] == [BODY]
    assert (found.text[: found.content_end], str(found.as_of)) == (BODY, "2026-03-01")


def part(kind: str, content: str) -> str:
    return f"<w:{kind} {W}>{content}</w:{kind}>"


def referred(*references: str, title_page: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    """A file whose only section has these references to its headers h1 to h3."""
    section = f'<w:sectPr xmlns:r="{REL}">{"".join(references)}{title_page}</w:sectPr>'
    relations = (
        "".join(f'<Relationship Id="h{n}" Type="{REL}/header" Target="header{n}.xml"/>' for n in (1, 2, 3))
        + f'<Relationship Id="away" Type="{REL}/header" Target="http://x.example/h.xml" TargetMode="External"/>'
    )
    parts: dict[str, str | bytes] = {f"word/header{n}.xml": part("hdr", paragraph(f"Kopf {n}")) for n in (1, 2)}
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    parts["word/_rels/document.xml.rels"] = f"<Relationships {package}>{relations}</Relationships>"
    return docx(paragraph(BODY), section, parts={**parts, **(more or {})})


def header(identifier: str, kind: str = "default") -> str:
    return f'<w:headerReference r:id="{identifier}" w:type="{kind}"/>'


BOTH = {"word/settings.xml": f"<w:settings {W}><w:evenAndOddHeaders/></w:settings>"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (referred(header("h1")), ["Kopf 1"]),
        (referred(), []),
        (referred(header("h1"), header("h2", "first")), ["Kopf 1"]),
        (referred(header("h1"), header("h2", "first"), title_page="<w:titlePg/>"), ["Kopf 1", "Kopf 2"]),
        (referred(header("h1"), header("h2", "first"), title_page='<w:titlePg w:val="0"/>'), ["Kopf 1"]),
        (referred(header("h1"), header("h2", "even")), ["Kopf 1"]),
        (referred(header("h1"), header("h2", "even"), more=BOTH), ["Kopf 1", "Kopf 2"]),
        (referred(header("h1"), header("h1", "even"), more=BOTH), ["Kopf 1"]),
        (referred(header("h3"), header("away"), header("none")), []),
        (referred(header("h1"), more={"word/header1.xml": part("hdr", "")}), []),
    ],
)  # fmt: skip
def test_headers_that_word_shows(content: bytes, expected: list[str]) -> None:
    found = parse(content, "x.docx")
    assert shape(found) == [("paragraph", BODY), *(("page_header", text) for text in expected)]


def test_hidden_text_in_a_header_is_left_out_and_said() -> None:
    """INJ-04."""
    hidden = paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>Kanarienvogel</w:t></w:r>")
    found = parse(referred(header("h1"), more={"word/header1.xml": part("hdr", hidden + paragraph("Kopf"))}), "x.docx")
    assert (found.text, codes(found)) == (f"{BODY}\n\nKopf", ["hidden_text"])


def master(*edges: str) -> dict[str, str | bytes]:
    pages = "".join(f"<style:master-page>{edge}</style:master-page>" for edge in edges)
    hidden = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    return {
        "styles.xml": f"<office:document-styles {ODF}><office:automatic-styles>{hidden}</office:automatic-styles>"
        f"<office:master-styles>{pages}</office:master-styles></office:document-styles>"
    }


def edge(name: str, text: str, attributes: str = "") -> str:
    return f"<style:{name} {attributes}><text:p>{text}</text:p></style:{name}>"


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ((edge("header", "Kopf") + edge("footer", "Fuß <text:page-number>3</text:page-number>"),),
         [("page_header", "Kopf"), ("page_footer", "Fuß 3")]),
        ((edge("header", "rechts") + edge("header-left", "links"), edge("header", "rechts")),
         [("page_header", "rechts"), ("page_header", "links")]),
        ((edge("header", "Kopf", 'style:display="false"') + edge("header-first", "Eins"),), [("page_header", "Eins")]),
        ((edge("footer", '<text:span text:style-name="H">Kanarienvogel</text:span>Fuß'),), [("page_footer", "Fuß")]),
        ((), []),
    ],
)  # fmt: skip
def test_headers_of_odt(edges: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    found = parse(odt(f"<text:p>{BODY}</text:p>", parts=master(*edges)), "x.odt")
    assert shape(found) == [("paragraph", BODY), *expected]
    assert [piece.text for piece in chunk(found, UUID(int=1), "v")] == [BODY]
