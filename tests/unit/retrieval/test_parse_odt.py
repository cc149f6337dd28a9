# SPDX-License-Identifier: EUPL-1.2
"""ODT: what becomes text, in which order and role, and what must never become text."""

import pytest

from tests.support.office import odt
from tests.unit.retrieval.parsing_helpers import codes, outcome, parse, shape

SECRET = "Kanarienvogel"
DRAW = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
OFFICE = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>' if style else f"<text:p>{text}</text:p>"


def items(*content: str) -> str:
    return f"<text:list>{''.join(f'<text:list-item>{item}</text:list-item>' for item in content)}</text:list>"


def table(*rows: str) -> str:
    return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in rows)}</table:table>"


def cell(*content: str, spans: str = "") -> str:
    return f"<table:table-cell {spans}>{''.join(content)}</table:table-cell>"


def place(kind: str, content: str) -> str:
    """`content` inside of a paragraph that stands in a body, list item, table cell or section."""
    inner = p("sichtbar " + content)
    if kind == "list":
        return items(inner)
    if kind == "cell":
        return table(cell(inner))
    return f"<text:section>{inner}</text:section>" if kind == "section" else inner


PLACES = ["body", "list", "cell", "section"]


@pytest.mark.parametrize(("given", "level"), [("1", 1), ("3", 3), ("6", 6), ("10", 6), ("x", 1), ("-1", 1), ("", 1)])
def test_levels_of_headings(given: str, level: int) -> None:
    found = parse(odt(f'<text:h text:outline-level="{given}">Überschrift</text:h>', p("Text")), "x.odt")
    assert shape(found) == [("heading", level, "Überschrift"), ("paragraph", "Text")]


def test_order_sections_and_title() -> None:
    meta = f'<m {OFFICE} xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Satzung der Stadt Jülich</dc:title></m>'
    found = parse(
        odt(
            "<text:section><text:h>Gebühren</text:h></text:section>",
            p("Stand: 1.3.2026"),
            "<text:table-of-content><text:index-body>" + p("Inhalt") + "</text:index-body></text:table-of-content>",
            items(p("eins") + items(p("eins a"), p("eins b")), p("zwei")),
            parts={"meta.xml": meta},
        ),
        "x.odt",
    )
    assert shape(found) == [
        ("heading", 1, "Gebühren"),
        ("paragraph", "Stand: 1.3.2026"),
        ("paragraph", "Inhalt"),
        ("list", "- eins\n- eins a\n- eins b\n- zwei"),
    ]
    assert found.title == "Satzung der Stadt Jülich"
    assert found.as_of is not None
    assert found.as_of.isoformat() == "2026-03-01"
    assert found.media_type == "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (table(cell(p("a")) + cell(p("b")), cell(p("c")) + cell(p("d"))), "a | b\nc | d"),
        (table(cell(p("breit"), spans='table:number-columns-spanned="2"') + "<table:covered-table-cell/>"), "breit"),
        (table(cell(p("a"), p("b")) + cell(items(p("c"), p("d")))), "a b | c d"),
        (table(cell() + cell(), cell(p("z"))), "z"),
        (f"<table:table><table:table-header-rows><table:table-row>{cell(p('Kopf'))}</table:table-row>"
         f"</table:table-header-rows><table:table-row>{cell(p('Zeile'))}</table:table-row></table:table>",
         "Kopf\nZeile"),
        (table(cell(p("außen"), table(cell(p("innen")))) + cell(p("b"))), "außen innen | b"),
    ],
)  # fmt: skip
def test_tables(made: str, text: str) -> None:
    """Also merged cells, header rows, lists in cells; a nested table is read once, in its cell."""
    assert shape(parse(odt(made), "x.odt")) == [("table", text)]


@pytest.mark.parametrize("kind", PLACES)
def test_comments_do_not_leak(kind: str) -> None:
    """INJ-04: what a colleague remarked is no content, wherever the remark is anchored."""
    found = parse(odt(place(kind, f"<office:annotation>{p(SECRET)}</office:annotation>")), "x.odt")
    assert "sichtbar" in found.text
    assert SECRET not in found.text
    assert codes(found) == ["tracked_changes"]


@pytest.mark.parametrize("kind", PLACES)
def test_footnotes_are_read_once(kind: str) -> None:
    note = (
        f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p('Fußnotentext')}"
        "</text:note-body></text:note>"
    )
    assert parse(odt(place(kind, note)), "x.odt").text.count("Fußnotentext") == 1


HIDING = {
    "weiß": '<style:text-properties fo:color="#FFFFFF"/>',
    "aus": '<style:text-properties text:display="none"/>',
    "winzig": '<style:text-properties fo:font-size="1pt"/>',
    "null": '<style:text-properties fo:font-size="0pt"/>',
}


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("style", HIDING)
def test_hidden_text_does_not_leak(kind: str, style: str) -> None:
    """INJ-04: white, switched off or tiny text is left out and said."""
    styles = f'<style:style style:name="H">{HIDING[style]}</style:style>'
    content = place(kind, f'<text:span text:style-name="H">{SECRET}</text:span>')
    found = parse(odt(content, styles=styles), "x.odt")
    assert "sichtbar" in found.text
    assert SECRET not in found.text
    assert codes(found) == ["hidden_text"]


def test_a_hidden_section_does_not_leak() -> None:
    hidden = f'<text:section text:display="none">{p(SECRET)}</text:section>'
    found = parse(odt(p("sichtbar"), hidden), "x.odt")
    assert (found.text, codes(found)) == ("sichtbar", ["hidden_text"])


@pytest.mark.parametrize(
    "properties",
    [
        '<style:text-properties fo:color="#ffffff" fo:background-color="#000000"/>',
        '<style:text-properties fo:color="#000000"/>',
        '<style:text-properties fo:font-size="8pt"/>',
        "",
    ],
)
def test_what_can_be_seen_stays(properties: str) -> None:
    styles = f'<style:style style:name="S">{properties}</style:style>'
    found = parse(odt(p("Weiß auf Schwarz", "S"), styles=styles), "x.odt")
    assert (found.text, codes(found)) == ("Weiß auf Schwarz", [])


def test_deleted_text_stays_deleted() -> None:
    changes = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"{p(SECRET)}</text:deletion></text:changed-region></text:tracked-changes>"
    )
    found = parse(odt(changes, p('Vor<text:change text:change-id="a"/>her')), "x.odt")
    assert (found.text, codes(found)) == ("Vorher", ["tracked_changes"])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('a<text:s text:c="3"/>b', "a b"),
        ("a<text:tab/>b", "a b"),
        ("a<text:line-break/>b", "a\nb"),
        ("<text:span>Groß</text:span>schreibung", "Großschreibung"),
        ("<text:a>Verweis</text:a> folgt", "Verweis folgt"),
        ("Mu\u0308ller &amp; Söhne", "Müller & Söhne"),
        ("Stra\u00adße", "Straße"),
        ("a<!-- Randbemerkung -->b", "ab"),
        ('<text:bookmark text:name="x"/>Text', "Text"),
    ],
)
def test_characters_of_a_paragraph(content: str, text: str) -> None:
    assert parse(odt(p(content)), "x.odt").text == text


def test_a_text_box_is_read_after_its_paragraph() -> None:
    box = f"<draw:frame {DRAW}><draw:text-box>{p('Kasten')}</draw:text-box></draw:frame>"
    assert shape(parse(odt(p("Absatz" + box)), "x.odt")) == [("paragraph", "Absatz"), ("paragraph", "Kasten")]


@pytest.mark.parametrize("part", ["meta.xml", "styles.xml"])
def test_a_classification_mark_outside_of_the_body_is_seen(part: str) -> None:
    """ING-11: styles.xml holds headers and footers, meta.xml the properties."""
    mark = "<a>VS-NfD</a>"
    assert outcome(odt(p("Harmlos"), parts={part: mark}), "x.odt") == "vs_marking"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"content.xml": ""}, "broken"),
        ({"content.xml": "<a/>"}, "broken"),
        ({"content.xml": f"<a {OFFICE}><office:body/></a>"}, "broken"),
        ({"content.xml": f"<a {OFFICE}><office:body><office:text/></office:body></a>"}, "no_content"),
        ({"META-INF/manifest.xml": "<m:encryption-data/>"}, "encrypted"),
        ({"styles.xml": "<offen>"}, "broken"),
        ({"mimetype": "application/vnd.oasis.opendocument.graphics"}, "unknown_type"),
    ],
)
def test_damaged_and_other_files_are_refused(parts: dict[str, str | bytes], code: str) -> None:
    assert outcome(odt(p("x"), parts=parts), "x.odt") == code


def test_a_template_is_a_document_and_depth_ends() -> None:
    template = odt(p("Vorlage"), parts={"mimetype": "application/vnd.oasis.opendocument.text-template\n"})
    assert parse(template, "x.ott").text == "Vorlage"
    deep = "<text:section>" * 120 + p("tief") + "</text:section>" * 120
    assert outcome(odt(deep), "x.odt") == "too_complex"
