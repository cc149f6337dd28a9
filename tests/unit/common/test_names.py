# SPDX-License-Identifier: EUPL-1.2
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.names import MAX_NAME, attachment, display_name

DEVICES = ["CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "con.txt", "nul.pdf", "CLOCK$", "CONIN$"]
TRAVERSALS = [
    "../etc/passwd", "..\\..\\windows\\win.ini", "....//....//x", "..%2f..%2fx", "..%252fx", "/etc/shadow", "C:\\x.txt",
    "\\\\server\\share\\x", "//host/x", "./x", ".", "..", "...", "~/x", "~root", "file:///etc/passwd", "a/b/c.pdf",
    "a\\b\\c.pdf", "x/../../y", "..;/x", "..\u2215x", "..\uff0fx", "\u2025/x", "a/./b",
]  # fmt: skip
INVISIBLE = [
    "a\0b.pdf", "\0", "a\r\nX: y", "a\nb", "a\tb", "\x1b[31mrot", "\x7f", "a\u202egnp.exe",
    "a\u200bb.pdf", "\ufeffx.pdf",
    "a\u2066b\u2069", "a\u2028b", "a\u2029b", "\U000e0041x", "a\u00adb", "\u200d", "e\u0301.txt", "\x85x",
]  # fmt: skip
SHELL = [
    "-rf", "--help", "; rm -rf /", "$(id)", "`id`", "|x", "&& x", "%s%n", "{{7*7}}", "${x}", "<script>x</script>",
    '"quoted".pdf', "'x'", "a;b", "a&b", "*?.txt", "a b.txt", " lead", "trail ", "trail.", "x" * 300,
    "ü" * 300 + ".pdf",
    "x" * 300 + ".pdf", "", "   ", "%00", "%2e%2e%2f", "\ufffd\ufffd", "\ud800x", "CON:", "aux.h:stream", ".htaccess",
    "web.config", "Entwurf (2).docx.exe", "x.pdf.html",
]  # fmt: skip
NAMES = [*DEVICES, *TRAVERSALS, *INVISIBLE, *SHELL]


def test_corpus_is_large_enough() -> None:
    assert len(NAMES) >= 80


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_become_plain_text(name: str) -> None:
    """ING-04: what is left is one visible path component, and never a header of its own."""
    shown = display_name(name)
    assert 0 < len(shown) <= MAX_NAME
    assert not set("/\\\r\n\0") & set(shown)
    assert shown not in {".", ".."}
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in shown)
    header = attachment(shown)
    assert header.isascii()
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2
    assert not set("\r\n\0") & set(header)


@given(st.text(max_size=400))
def test_a_shown_name_stays_as_it_is(name: str) -> None:
    shown = display_name(name)
    assert display_name(shown) == shown


def test_ordinary_names_are_kept() -> None:
    assert display_name("Bescheid 2026 – Müller.pdf") == "Bescheid 2026 – Müller.pdf"
    assert display_name("x" * 300 + ".docx").endswith("….docx")
