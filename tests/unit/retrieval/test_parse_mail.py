# SPDX-License-Identifier: EUPL-1.2
"""EML: head, turns and attachments; nothing of a mail is lost, and nothing that it says is believed."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.ingest.reasons import warnings
from genius_retrieval.parsing.guards import family
from genius_retrieval.parsing.turns import Turns
from tests.support import pdf
from tests.support.hostile_mails import FILES
from tests.support.mails import HEAD, mail, nested
from tests.unit.retrieval.parsing_helpers import BOUNDS, codes, outcome, parse, shape

OWN = "Nachricht von Erika Müster am 12.03.2026"
THREAD = """Gerne, der Bescheid ist unterwegs.

Am 11.03.2026 um 09:00 schrieb Max Müller
<max@buerger.example>:
> Wann kommt der Bescheid?
> Danke

Noch ein Nachtrag.

-----Ursprüngliche Nachricht-----
Von: Poststelle <post@amt.example>
Gesendet: Montag, 9. März 2026 08:00
An: Erika Müster
Betreff: Eingang

Bitte übernehmen."""


def places(content: bytes) -> list[tuple[str, ...]]:
    return [section.full_path for section in parse(content, "x.eml").sections]


def test_head_and_text() -> None:
    """ING-12: of the header only who, to whom and when."""
    found = parse(mail("Guten Tag,\n\nbis morgen."), "x.eml")
    assert (found.title, found.media_type, codes(found)) == ("Wohngeld", "message/rfc822", [])
    assert shape(found) == [
        ("heading", 1, "Wohngeld"),
        ("paragraph", "Von: Erika Müster <erika@amt.example>\nAn: poststelle@amt.example\nDatum: 12.03.2026 10:15"),
        ("paragraph", "Guten Tag,"),
        ("paragraph", "bis morgen."),
    ]


def test_turns_have_their_authors() -> None:
    assert places(mail(THREAD)) == [
        ("Wohngeld", OWN),
        ("Wohngeld", "Nachricht von Max Müller am 11.03.2026 um 09:00"),
        ("Wohngeld", OWN),
        ("Wohngeld", "Nachricht von Poststelle am Montag, 9. März 2026 08:00"),
    ]
    text = parse(mail(THREAD), "x.eml").text
    assert "Wann kommt der Bescheid?\nDanke" in text
    assert "> Wann" not in text


@pytest.mark.parametrize(
    ("intro", "label"),
    [
        ("On Wed, Mar 11, 2026 at 9:00 AM Max Müller <m@x.example> wrote:\n> Ja",
         "Nachricht von Max Müller am Wed, Mar 11, 2026 at 9:00 AM"),
        ("Max Müller schrieb am 11.03.2026 09:00:\n> Ja", "Nachricht von Max Müller am 11.03.2026 09:00"),
        ("Am 11.03.26 schrieb m@x.example:\nJa", "Nachricht von m@x.example am 11.03.26"),
        ("*Von:* Amt <a@x.example>\n*Gesendet:* 9. März\n\nJa", "Nachricht von Amt am 9. März"),
        ("---------- Forwarded message ---------\nFrom: A B <a@x.example>\nDate: Mon, 9 Mar\n\nJa",
         "Nachricht von A B am Mon, 9 Mar"),
        ("> Ja\n> doch", "Zitierte Nachricht"),
    ],
)  # fmt: skip
def test_forms_of_quotations(intro: str, label: str) -> None:
    turns = Turns("ich").split(f"Hallo\n\n{intro}")
    assert [name for name, _ in turns] == ["ich", label]
    assert "Ja" in turns[1][1]


@pytest.mark.parametrize(
    "text", ["> 5 Jahre Wartezeit", "Von: Köln nach Bonn", "Am Montag schrieb er mir.", "Am Ende:\nja"]
)
def test_ordinary_text_is_no_quotation(text: str) -> None:
    assert Turns("ich").split(f"Hallo\n\n{text}\n\nGruß") == [("ich", f"Hallo\n\n{text}\n\nGruß")]


def test_comparisons_keep_their_sign() -> None:
    text = "Wartezeit:\n> 5 Jahre\n> 10 Jahre bei Ausnahmen"
    assert "\n".join(part for _, part in Turns("ich").split(text)) == text


def test_html_only_where_there_is_no_plain_text() -> None:
    head = "<p><b>Von:</b> Max<br><b>Gesendet:</b> gestern<br></p>"
    html = f"<p>Aus HTML</p>{head}<table><tr><td>A</td><td>1</td></tr></table>"
    assert "HTML" not in parse(mail("Schlicht.", html=html), "x.eml").text
    only = HEAD.encode() + b"Subject: S\r\nContent-Type: text/html\r\n\r\n" + html.encode()
    found = parse(only, "x.eml")
    assert [s.place for s in found.sections] == [
        "Nachricht von Erika Muster am 12.03.2026",
        "Nachricht von Max am gestern",
    ]
    assert ("table", "A | 1") in shape(found)


def test_a_stub_beside_html_does_not_replace_it() -> None:
    """ING-10: nothing that was written is lost without a word."""
    letter = "<p>Der Bescheid vom 3. März wird aufgehoben.</p>" * 30
    found = parse(mail("Ihr Programm zeigt kein HTML.", html=f"<style>{'p {} ' * 900}</style>{letter}"), "x.eml").text
    assert "Ihr Programm zeigt kein HTML." in found
    assert found.count("Der Bescheid vom 3. März wird aufgehoben.") == 30
    once = parse(
        mail("Der Antrag fehlt. " * 9, html=f"<style>{'p {} ' * 900}</style><p>{'Der Antrag fehlt. ' * 9}</p>"), "x.eml"
    )
    assert once.text.count("Der Antrag fehlt.") == 9


def test_hidden_text_of_html_is_left_out() -> None:
    """INJ-04."""
    raw = HEAD.encode() + b"Content-Type: text/html\r\n\r\n<p>da</p><p style='display:none'>Kanarienvogel</p>"
    found = parse(raw, "x.eml")
    assert "Kanarienvogel" not in found.text
    assert codes(found) == ["hidden_text"]


def test_attachments_are_read_by_their_content() -> None:
    """ING-05: the names play no part."""
    files = {
        "größe.bin": pdf.build(pdf.text_page("Eine Seite")),
        "../../etc/x.pdf": b"Art;Betrag\nA;1\nB;2\n",
        "x.docx": b"MZ" + b"\x90" * 40,
        "scan.pdf": pdf.build(pdf.Page(picture=True)),
        "kaputt.pdf": b"%PDF-1.7\n",
    }
    content = mail("Anbei.", files=files)
    found = parse(content, "x.eml")
    headings = [block.text for block in found.blocks if block.kind == "heading"]
    assert headings[1:] == [f"Anhang: {name}" for name in files]
    assert ("Wohngeld", "Anhang: größe.bin", "Seite 1") in places(content)
    assert ("Wohngeld", "Anhang: ../../etc/x.pdf", "Zeilen 1–3") in places(content)
    assert codes(found) == ["attachments:broken:1", "attachments:scan:1", "attachments:unknown_type:1"]
    told = warnings(codes(found))
    assert {reason.code for reason in told} == {"attachments_unread"}
    assert "1 Anhang wurde nicht oder nur zum Teil gelesen (Dateiart nicht unterstützt)" in told[2].detail


def test_messages_inside_of_messages() -> None:
    found = parse(nested(4), "x.eml")
    assert [line for line in found.text.splitlines() if line.startswith("Ebene")] == [
        "Ebene 4.",
        "Ebene 3.",
        "Ebene 2.",
    ]
    assert codes(found) == ["attachments:too_deep:1"]
    attached = parse(mail("Anbei.", files={"alt.eml": nested(3)}), "x.eml")
    assert codes(attached) == ["attachments:too_deep:1"]


def test_many_attachments_are_counted() -> None:
    found = parse(mail("x", files={f"{n}.txt": b"Text" for n in range(103)}), "x.eml")
    assert codes(found) == ["attachments:too_many:3"]
    assert found.text.endswith("Anhang: 102.txt")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=B6=C3=9Fe?=", "Größe"),
        ("=?iso-8859-1?B?R3L232U=?= ist", "Größe ist"),
        ("=?x-unbekannt?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        ("=?utf-8?B?!!?=", "!!"),
        ("Gr\xf6\xdfe", "Größe"),
        ("A\r\n B", "A B"),
    ],
)
def test_subjects(raw: str, expected: str) -> None:
    content = HEAD.encode() + b"Subject: " + raw.encode("latin-1") + b"\r\n\r\nText"
    assert parse(content, "x.eml").title == expected


@pytest.mark.parametrize(
    "text", [b"From: ich\nAn: dich\n\nText", b"Hallo\nFrom: a\nDate: b\n\n", b"Date: heute\n\nText"]
)
def test_notes_are_no_mails(text: bytes) -> None:
    assert family(text) == "text"


@pytest.mark.parametrize("name", FILES)
def test_hostile_mails(name: str) -> None:
    """ING-05, ING-06, ING-11: refused with a reason, in little time."""
    content, right = FILES[name]
    started = time.process_time()
    assert outcome(content, name) in right
    assert time.process_time() - started < 10


def test_too_much_text_is_refused_and_not_cut() -> None:
    """Also where the attachments together are too long, though none of them is."""
    bounds = replace(BOUNDS, text_chars=5_000)
    assert outcome(mail("Wort " * 1_100), "x.eml", bounds) == "too_much_text"
    many = mail("kurz", files={f"{n}.txt": b"Wort " * 300 for n in range(5)})
    assert outcome(many, "x.eml", bounds) == "too_much_text"


@given(st.text(st.sampled_from("> \nAmVon:schriebx12.@<-"), max_size=300))
def test_turns_keep_every_letter(text: str) -> None:
    found = "\n".join(part for _, part in Turns("ich").split(text))
    kept = [char for char in found if char not in "> \n\t"]
    assert kept == [char for char in text if char not in "> \n\t"]


@given(st.binary(max_size=300), st.integers(0, 3000))
def test_damaged_mails_are_refused_or_read(junk: bytes, at: int) -> None:
    """ING-06: whatever stands in the middle of the file."""
    whole = mail(THREAD, html="<p>x</p>", files={"a.csv": b"a;b\n1;2\n3;4\n"}, inner={"b.eml": mail("innen")})
    outcome(whole[:at] + junk + whole[at + len(junk) :], "x.eml")
