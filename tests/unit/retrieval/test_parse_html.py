# SPDX-License-Identifier: EUPL-1.2
"""HTML: structure, what nobody sees, what must never run, and broken markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.parsing.errors import Refused
from tests.unit.retrieval.parsing_helpers import codes, outcome, parse, shape


def body(inner: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{inner}</body></html>".encode()


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<h1>A</h1><h3>B</h3><p>c</p>", [("heading", 1, "A"), ("heading", 3, "B"), ("paragraph", "c")]),
        ("<p>eins<br>zwei</p>", [("paragraph", "eins\nzwei")]),
        ("<div>a<div>b</div>c</div>", [("paragraph", "a"), ("paragraph", "b"), ("paragraph", "c")]),
        ("<p>ein <b>fett</b>er <a href='x'>Link</a></p>", [("paragraph", "ein fetter Link")]),
        ("<ul><li>a<li>b</ul>", [("list", "- a\n- b")]),
        ("<ol><li>a</li><li></li><li>c</li></ol>", [("list", "1. a\n3. c")]),
        ("Nötig:<ul><li>a</li></ul>", [("list", "Nötig:\n- a")]),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", [("list", "- a\n- b\n- c")]),
        ("<table><tr><th>a<th>b<tr><td>1<td></table>", [("table", "a | b\n1 |")]),
        ("<table><tr><td><p>x</p><p>y</p></td></tr></table>", [("table", "x y")]),
        ("<blockquote>Zitat</blockquote><pre>a  b</pre>", [("paragraph", "Zitat"), ("paragraph", "a b")]),
        ("<dl><dt>W</dt><dd>Wert</dd></dl>", [("paragraph", "W"), ("paragraph", "Wert")]),
        ("&sect;&nbsp;12 &Ouml;&amp;&lt;b&gt;", [("paragraph", "§ 12 Ö&<b>")]),
        ("<p>offen<p>weiter", [("paragraph", "offen"), ("paragraph", "weiter")]),
        ("</p></div>Rest", [("paragraph", "Rest")]),
        ("<p>a\n   b\t c</p>", [("paragraph", "a b c")]),
    ],
)
def test_structure(inner: str, expected: list[tuple[object, ...]]) -> None:
    assert shape(parse(body(inner), "a.html")) == expected


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        "<style>p{color:red}</style>",
        "<noscript>nein</noscript>",
        "<template><p>nein</p></template>",
        "<iframe srcdoc='<p>nein</p>'>nein</iframe>",
        "<object data='file:///etc/passwd'>nein</object>",
        "<svg><text>nein</text></svg>",
        "<math><mi>nein</mi></math>",
        "<textarea>nein</textarea><button>nein</button><select><option>nein</select>",
        "<img src='http://127.0.0.1:9/x' alt='nein' onerror='nein()'>",
        "<?php nein ?>",
        "<p title='nein' data-x='nein'></p>",
    ],
)
def test_what_is_no_text_of_the_page(inner: str) -> None:
    """ING-02 in part: neither code nor embedded things become text, and nothing is opened for them."""
    document = parse(body(f"<p>vor</p>{inner}<p>nach</p>"), "a.html")
    assert document.text == "vor\n\nnach"


@pytest.mark.parametrize(
    "style",
    ["display:none", "DISPLAY : None", "visibility:hidden", "font-size:0", "opacity:0", "color:#fff", "color: white",
     "color:#FFFFFF"],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["p", "span", "div", "h2", "table"])
def test_what_nobody_sees_is_left_out_and_said(style: str, tag: str) -> None:
    """INJ-04 in part."""
    document = parse(body(f"<p>da</p><{tag} style='{style}'>versteckt</{tag}>"), "a.html")
    assert document.text == "da"
    assert codes(document) == ["hidden_text"]


@pytest.mark.parametrize("style", ["opacity:0.5", "background-color:#fff", "color:#ffe", "display:block"])
def test_what_is_seen_stays(style: str) -> None:
    document = parse(body(f"<p style='{style}'>da</p>"), "a.html")
    assert (document.text, codes(document)) == ("da", [])


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", None), ("utf-16", None), ("cp1252", None), ("cp1252", "windows-1252"), ("iso8859-15", "ISO-8859-15"),
     ("utf-8", "iso-8859-1"), ("cp1252", "utf-7"), ("cp1252", "utf-8")],
)  # fmt: skip
def test_encodings(encoding: str, declared: str | None) -> None:
    """A declared encoding is believed only where the bytes are no UTF-8 and the encoding is a harmless one."""
    head = f"<meta charset='{declared}'>" if declared else ""
    raw = body("<p>Größe der Straße</p>", head).decode().encode(encoding)
    assert parse(raw, "a.html").text == "Größe der Straße"


@pytest.mark.parametrize(
    ("head", "title"),
    [("<title> Merk\nblatt </title>", "Merk blatt"), ("<title></title>", "Kopf"), ("", "Kopf"),
     ("<title>" + "x" * 900 + "</title>", "x" * 300)],
)  # fmt: skip
def test_titles(head: str, title: str) -> None:
    assert parse(body("<h1>Kopf</h1><p>x</p>", head), "datei.html").title == title


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html><body></body></html>", "no_content"),
        (b"<html><body><script>x</script></body></html>", "no_content"),
        (b"<!DOCTYPE html [<!ENTITY a 'b'>]><html><body>&a;</body></html>", "unsafe_xml"),
        (b"<html><head><meta name='k' content='VS-NfD'></head><body>x</body></html>", "vs_marking"),
        (b"<html><body>" + b"<i>" * 400 + b"x", "too_complex"),
        (b"<?xml version='1.0'?><rss><a/></rss>", "unknown_type"),
        (b"<!DOCTYPE svg><svg/>", "unsafe_xml"),
    ],
)
def test_refused(content: bytes, code: str) -> None:
    """ING-07 in part: entities; ING-11 in part: a mark in the metadata."""
    with pytest.raises(Refused) as refused:
        parse(content, "a.html")
    assert refused.value.code == code


PIECES = ["<p>", "</p>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "<!--", "-->", "<h1>", "</h1>", "Wort ",
          "&amp;", "&#0;", "&#xD800;", "<", ">", "'", "<b", "</b>", "<![CDATA[", "]]>", "\x00", "ü"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_markup_is_read_or_refused_with_a_code(inner: str) -> None:
    outcome(body(inner), "a.html")
