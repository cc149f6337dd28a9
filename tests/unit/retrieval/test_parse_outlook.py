# SPDX-License-Identifier: EUPL-1.2
"""MSG: what Outlook saves is the same mail as its EML, with its attachments; nothing of it is lost or believed."""

import time
from typing import Any

import compressed_rtf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genius_retrieval.ingest.reasons import warnings
from genius_retrieval.parsing.guards import family
from tests.support import pdf
from tests.support.hostile_outlook import FILES, as_list
from tests.support.mails import mail
from tests.support.outlook import INNER_HEAD, PART_HEAD, compound, message, msg, nested, properties
from tests.unit.retrieval.parsing_helpers import codes, outcome, parse, shape

HEADERS = "Received: from x\r\nDate: Thu, 12 Mar 2026 10:15:00 +0100\r\nX-Originating-IP: 192.0.2.77\r\n"


def lines(content: bytes) -> list[str]:
    return [line for line in parse(content, "x.msg").text.splitlines() if line]


def test_head_and_text() -> None:
    """ING-12: of the properties only who, to whom and when; no blind copies."""
    found = parse(msg("Guten Tag,\r\n\r\nbis morgen.", more={0x007D: HEADERS}), "x.msg")
    assert (found.title, found.media_type, codes(found)) == ("Wohngeld", "application/vnd.ms-outlook", [])
    assert shape(found) == [
        ("heading", 1, "Wohngeld"),
        ("paragraph", "Von: Erika Müster <erika@amt.example>\nAn: Poststelle <poststelle@amt.example>\n"
                      "Kopie: Max <max@amt.example>\nDatum: 12.03.2026 10:15"),
        ("paragraph", "Guten Tag,"),
        ("paragraph", "bis morgen."),
    ]  # fmt: skip
    assert [section.place for section in found.sections] == ["Nachricht von Erika Müster am 12.03.2026"]


def test_the_name_plays_no_part() -> None:
    """ING-05."""
    assert family(msg("Text")) == "outlook"
    assert parse(msg("Text"), "brief.pdf").media_type == "application/vnd.ms-outlook"
    assert parse(msg("Text", files={"a.pdf": b"%PDF-1.7 " * 9}), "x.msg").title == "Wohngeld"


def test_without_a_transport_header_the_time_is_utc_and_says_so() -> None:
    assert "Datum: 12.03.2026 09:15 UTC" in lines(msg("Text"))
    assert not any(line.startswith("Datum") for line in lines(msg("Text", more={0x0039: (2**63,), 0x0E06: (0,)})))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({0x0042: "", 0x5D02: "", 0x0C1A: "Max", 0x5D01: "m@x.example"}, "Von: Max <m@x.example>"),
        ({0x5D02: "", 0x0065: "/O=LAND/CN=MUESTER"}, "Von: Erika Müster"),
        ({0x5D02: "", 0x0065: "e@x.example"}, "Von: Erika Müster <e@x.example>"),
        ({0x0042: "erika@amt.example"}, "Von: erika@amt.example"),
    ],
)
def test_senders(more: dict[int, Any], said: str) -> None:
    assert said in lines(msg("Text", more=more))


def test_quoted_messages_are_told_apart() -> None:
    text = "Gerne.\r\n\r\nVon: Max Müller\r\nGesendet: 11. März\r\nAn: Amt\r\n\r\nWann?"
    places = [section.place for section in parse(msg(text), "x.msg").sections]
    assert places[-1] == "Nachricht von Max Müller am 11. März"


def test_html_where_there_is_no_plain_text_or_a_stub() -> None:
    """ING-10, INJ-04: nothing that was written is lost without a word, nothing hidden is taken."""
    letter = "<p>Der Bescheid für Größe wird aufgehoben.</p>" * 30
    hidden = "<p style='display:none'>Kanarienvogel</p>"
    found = parse(msg(html=(letter + hidden).encode()), "x.msg")
    assert found.text.count("Der Bescheid für Größe") == 30
    assert "Kanarienvogel" not in found.text
    assert codes(found) == ["hidden_text"]
    both = parse(msg("Ihr Programm zeigt kein HTML.", html=letter.encode()), "x.msg").text
    assert "zeigt kein HTML" in both
    assert both.count("Der Bescheid") == 30
    assert parse(msg("Der Bescheid ist da.", html=b"<p>Der Bescheid ist da.</p>"), "x.msg").text.count("Bescheid") == 1


def test_encodings_of_older_messages() -> None:
    tree = message(html="<p>Größe</p>".encode("cp1252"), more={0x3FDE: 28591})
    assert "Größe" in parse(compound(tree), "x.msg").text
    old = {**message(more={0x3FFD: 1250}), "__substg1.0_1000001E": "Čeněk".encode("cp1250")}
    assert "Čeněk" in parse(compound(old), "x.msg").text
    odd = {**message(more={0x3FDE: 0, 0x3FFD: 99_999}), "__substg1.0_1000001E": "Größe".encode("cp1252")}
    found = parse(compound(odd), "x.msg")
    assert "Größe" in found.text
    assert codes(found) == ["guessed_encoding"]


def test_rtf_is_the_last_resort() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Der Antrag wurde gepr\'fcft.\par Gru\'df\par}"
    packed = compressed_rtf.compress(rtf)
    found = parse(msg(more={0x1009: packed}), "x.msg")
    assert "Der Antrag wurde geprüft." in found.text
    assert codes(found) == []
    assert "Antrag" not in parse(msg("Anderes.", more={0x1009: packed}), "x.msg").text
    empty = parse(msg(more={0x1009: compressed_rtf.compress(rb"{\rtf1\ansi\pard\par}")}), "x.msg")
    assert codes(empty) == []


def test_unreadable_rtf_is_said() -> None:
    """ING-10: the rest of the message is read."""
    found = parse(msg(more={0x1009: b"\x10\0\0\0" * 9}, files={"a.txt": b"Anhangtext"}), "x.msg")
    assert "Anhangtext" in found.text
    assert codes(found) == ["rtf_not_read"]
    assert "nur als RTF" in warnings(codes(found))[0].detail


def test_attachments_are_read_by_their_content() -> None:
    """ING-05: as those of an EML file, by the same code."""
    files = {
        "größe.bin": pdf.build(pdf.text_page("Eine Seite")),
        "../../etc/x.pdf": b"Art;Betrag\nA;1\nB;2\n",
        "x.docx": b"MZ" + b"\x90" * 40,
        "scan.pdf": pdf.build(pdf.Page(picture=True)),
        "brief.eml": mail("Aus einer EML-Datei."),
        "brief.msg": msg("Aus einer MSG-Datei."),
        "kaputt.msg": FILES["halb.msg"][0],
        "tief.msg": FILES["liste.msg"][0],
    }
    found = parse(msg("Anbei.", files=files), "x.msg")
    headings = [block.text for block in found.blocks if block.kind == "heading" and block.text.startswith("Anhang")]
    assert headings == [f"Anhang: {name}" for name in files]
    assert "Aus einer EML-Datei." in found.text
    assert "Aus einer MSG-Datei." in found.text
    assert codes(found) == [
        "attachments:broken:1", "attachments:scan:1", "attachments:too_complex:1", "attachments:unknown_type:1",
    ]  # fmt: skip
    places = [section.full_path for section in found.sections]
    assert ("Wohngeld", "Anhang: größe.bin", "Seite 1") in places
    assert "Aus einer MSG-Datei." in parse(mail("Anbei.", files={"b.msg": files["brief.msg"]}), "x.eml").text


def test_attachments_without_content_are_said() -> None:
    link = properties(PART_HEAD, {0x3707: "plan.pdf", 0x3705: 7})
    drawing = {**properties(PART_HEAD, {0x3704: "skizze", 0x3705: 6}), "__substg1.0_3701000D": {"CONTENTS": b"x"}}
    parts = {"__attach_version1.0_#00000000": link, "__attach_version1.0_#00000001": drawing}
    found = parse(msg("Anbei.", parts=parts), "x.msg")
    assert lines(msg("Anbei.", parts=parts))[-2:] == ["Anhang: plan.pdf", "Anhang: skizze"]
    told = [reason.detail for reason in warnings(codes(found))]
    assert [text.split("(")[1].split(")")[0] for text in told] == [
        "eingebettetes Objekt aus einem anderen Programm", "nur als Verweis auf einen anderen Ort enthalten",
    ]  # fmt: skip


def test_messages_inside_of_messages() -> None:
    found = parse(compound(nested(4)), "x.msg")
    assert [line for line in found.text.splitlines() if line.startswith("Ebene")] == [
        "Ebene 4.",
        "Ebene 3.",
        "Ebene 2.",
    ]
    assert codes(found) == ["attachments:too_deep:1"]
    sealed = message(head=INNER_HEAD, more={0x001A: "IPM.Note.SMIME"}, files={"smime.p7m": b"0\x80"})
    assert codes(parse(msg("Anbei.", inner={"zu.msg": sealed}), "x.msg")) == ["attachments:encrypted:1"]


def test_a_clear_signature_hides_no_text() -> None:
    signed = mail("Unterschriebener Text.", files={"a.txt": b"Beilage"})
    found = parse(msg(more={0x001A: "IPM.Note.SMIME.MultipartSigned"}, files={"smime.p7m": signed}), "x.msg")
    assert "Unterschriebener Text." in found.text
    assert "Beilage" in found.text
    assert found.text.count("Von: Erika Müster") == 1


def test_a_directory_that_is_no_balanced_tree_is_read_too() -> None:
    """Some programs write a list; the bound is that of entries in one storage (4,096), not the shape."""
    assert lines(as_list(3_000)) == lines(msg("x"))


def test_many_recipients_are_cut_with_a_sign() -> None:
    people = {
        f"__recip_version1.0_#{n:08X}": properties(PART_HEAD, {0x3001: f"Person {n:04}", 0x0C15: 1}) for n in range(900)
    }
    to = next(line for line in lines(msg("Text", parts=people)) if line.startswith("An:"))
    assert to.endswith(", …")
    assert len(to) < 5_500


@pytest.mark.parametrize("name", FILES)
def test_hostile_messages(name: str) -> None:
    """ING-05, ING-06, ING-11: refused with a reason, in little time."""
    content, right = FILES[name]
    started = time.process_time()
    assert outcome(content, name) in right
    assert time.process_time() - started < 10


WHOLE = msg("Text " * 900, html=b"<p>x</p>", files={"a.csv": b"a;b\n1;2\n"}, inner={"b.msg": message("x", head=24)})


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_damaged_messages_are_refused_or_read(junk: bytes, at: int) -> None:
    """ING-06: whatever stands in the middle of the file."""
    outcome(WHOLE[:at] + junk + WHOLE[at + len(junk) :], "x.msg")
