# SPDX-License-Identifier: EUPL-1.2
"""Hostile and unusable files, made here: name → (content, reason codes that are right answers)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.support import hostile_images, hostile_mails, hostile_outlook, hostile_sheets, hostile_slides, pdf
from tests.support.hostile_xml import LAUGHS, XXE
from tests.support.office import CONTENT_TYPES, archive, docx, odt, paragraph

PLAIN_PDF = pdf.build(pdf.text_page("Ein Satz."))


def _symlink() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("[Content_Types].xml", CONTENT_TYPES)
        entry = zipfile.ZipInfo("word/document.xml")
        entry.external_attr = 0o120777 << 16
        zipped.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _encrypted_zip() -> bytes:
    raw = bytearray(docx(paragraph("geheim")))
    start = raw.rindex(b"PK\x01\x02")
    raw[start + 8] |= 1
    return bytes(raw)


def _overlapping() -> bytes:
    """Two directory entries that share one local file."""
    raw = docx(paragraph("Text"), parts={"word/zwei.xml": "<a/>"})
    directory = raw.index(b"PK\x01\x02")
    entries = raw[directory:]
    second = entries.index(b"PK\x01\x02", 4)
    moved = bytearray(entries)
    moved[second + 42 : second + 46] = moved[42:46]
    return raw[:directory] + bytes(moved)


def _lying_size() -> bytes:
    """An entry that unpacks to more than its directory says."""
    raw = bytearray(docx("<w:p/>" * 200_000))
    at = raw.index(b"word/document.xml", raw.index(b"PK\x01\x02")) - 46
    struct.pack_into("<I", raw, at + 24, 1000)
    return bytes(raw)


def _page_loop() -> bytes:
    return PLAIN_PDF.replace(b"/Kids [10 0 R]", b"/Kids [ 2 0 R]")


def _deflate_bomb_pdf() -> bytes:
    bomb = zlib.compress(b"BT (x) Tj ET " * 6_000_000, 9)
    return (
        b"%%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n"
        b"4 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n"
        b"trailer\n<< /Root 1 0 R /Size 5 >>\n%%%%EOF\n" % (len(bomb), bomb)
    )


def _deep_html() -> bytes:
    return b"<html><body>" + b"<div>" * 50_000 + b"x"


UNREADABLE = {"broken", "no_content", "too_complex"}

FILES: dict[str, tuple[bytes, set[str]]] = {
    "leer.txt": (b"", {"empty"}),
    "nur-leerzeichen.txt": (b" \n\t \r\n", {"empty"}),
    "nullen.bin": (b"\0" * 5000, {"empty"}),
    "nur-unsichtbar.txt": ("\u200b\u2060\ufeff".encode(), {"no_content", "empty"}),
    "zufall.bin": (bytes(range(256)) * 40, {"unknown_type"}),
    "bild.gif": (b"GIF89a/*" + b"x" * 100 + b"*/=1;alert(1)", {"unknown_type"}),
    "programm.pdf": (b"MZ" + b"\x90" * 400, {"unknown_type"}),
    "elf.txt": (b"\x7fELF" + b"\1" * 400, {"unknown_type"}),
    "alt.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, {"unknown_type"}),
    "passwort.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"),
        {"encrypted"},
    ),
    "rtf.rtf": (b"{\\rtf1 Text}", {"unknown_type"}),
    "svg.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>", {"unknown_type"}),
    "xxe.svg": ((XXE + "<svg>&e;</svg>").encode(), {"unsafe_xml"}),
    "passwort.pdf": (pdf.build(pdf.text_page("x"), encrypt=True), {"encrypted"}),
    "abgeschnitten.pdf": (PLAIN_PDF[:300], {"broken"}),
    "nur-kopf.pdf": (b"%PDF-1.7\n", {"broken"}),
    "scan.pdf": (pdf.build(pdf.Page(picture=True)), {"no_text", "ocr_missing"}),
    "seitenschleife.pdf": (_page_loop(), UNREADABLE),
    "flate-bombe.pdf": (_deflate_bomb_pdf(), UNREADABLE | {"too_much_text"}),
    "zu-viele-seiten.pdf": (pdf.build(*[pdf.text_page("x")] * 60), {"too_many_pages"}),
    "html-vor-pdf.pdf": (b"<html><script>x</script></html>\n" + PLAIN_PDF, {"ambiguous_type"}),
    "pdf-mit-zip.pdf": (PLAIN_PDF + archive({"a.txt": "x"}), {"ambiguous_type"}),
    "text-mit-zip.txt": (b"harmlos\n" + archive({"a.txt": "x"}), {"ambiguous_type"}),
    "docx-und-jar.docx": (docx(paragraph("x"), parts={"META-INF/MANIFEST.MF": "Main-Class: X"}), {"ambiguous_type"}),
    "docx-und-odt.docx": (docx(paragraph("x"), parts={"content.xml": "<a/>"}), {"ambiguous_type"}),
    "leeres-archiv.zip": (archive({"ordner/": ""}), {"no_content"}),
    "kein-zip.docx": (b"PK\x03\x04" + b"quatsch" * 50, {"broken"}),
    "abgeschnitten.docx": (docx(paragraph("x" * 5000))[:400], {"broken"}),
    "bombe.docx": (docx(paragraph("x"), parts={"word/media/a.bin": b"\0" * 30_000_000}), {"archive_bomb"}),
    "bombe-hauptteil.docx": (docx("<w:p/>" * 6_000_000), {"archive_bomb"}),
    "gelogene-groesse.docx": (_lying_size(), {"broken", "archive_bomb"}),
    "ueberlappend.docx": (_overlapping(), {"archive_bomb", "broken"}),
    "viele-teile.docx": (docx(paragraph("x"), parts={f"a/{n}": "" for n in range(5_100)}), {"archive_bomb"}),
    "pfad.docx": (docx(paragraph("x"), parts={"../../etc/cron.d/x": "x"}), {"unsafe_archive"}),
    "absolut.docx": (docx(paragraph("x"), parts={"/etc/x": "x"}), {"unsafe_archive"}),
    "verweis.docx": (_symlink(), {"unsafe_archive"}),
    "verschluesselt.docx": (_encrypted_zip(), {"encrypted"}),
    "xxe.docx": (docx(paragraph("&e;"), prolog=XXE), {"unsafe_xml"}),
    "lachen.docx": (docx(paragraph("&j;"), prolog=LAUGHS), {"unsafe_xml"}),
    "lachen-utf16.docx": (
        docx(parts={"word/document.xml": (LAUGHS + "<x>&j;</x>").encode("utf-16")}),
        {"unsafe_xml"},
    ),
    "xxe-kern.docx": (docx(paragraph("x"), parts={"docProps/core.xml": XXE + "<a>&e;</a>"}), {"unsafe_xml"}),
    "xxe.odt": (odt("<text:p>&e;</text:p>", prolog=XXE), {"unsafe_xml"}),
    "lachen.odt": (odt("<text:p>&j;</text:p>", prolog=LAUGHS), {"unsafe_xml"}),
    "kaputt.odt": (odt("<text:p>offen"), {"broken"}),
    "verschluesselt.odt": (
        odt("<text:p>x</text:p>", parts={"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        {"encrypted"},
    ),
    "tief.docx": (docx("<w:sdt><w:sdtContent>" * 3000 + "<w:p/>" + "</w:sdtContent></w:sdt>" * 3000), UNREADABLE),
    "tief.html": (_deep_html(), UNREADABLE),
    "entitaeten.html": (b"<!DOCTYPE html [<!ENTITY a 'b'>]><html><body>&a;</body></html>", {"unsafe_xml"}),
    "vs.txt": (b"VS-NUR F\xc3\x9cR DEN DIENSTGEBRAUCH\n\nInhalt der Verschlusssache", {"vs_marking"}),
    "vs-kurz.md": (b"# Lage\n\nVS-NfD\n\nInhalt", {"vs_marking"}),
    "vs-getarnt.txt": ("V\u200bS - N\u200bfD\n\nInhalt".encode(), {"vs_marking"}),
    "vs.pdf": (pdf.build(pdf.text_page("VS – Nur für den Dienstgebrauch", "", "Inhalt")), {"vs_marking"}),
    "vs-titel.pdf": (pdf.build(pdf.text_page("Inhalt"), title="VS-NfD Lagebild"), {"vs_marking"}),
    "vs-kopfzeile.docx": (
        docx(
            paragraph("Inhalt"),
            parts={
                "word/header1.xml": '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                "<w:p><w:r><w:t>VS-NUR FÜR DEN </w:t></w:r><w:r><w:t>DIENSTGEBRAUCH</w:t></w:r></w:p></w:hdr>"
            },
        ),
        {"vs_marking"},
    ),
    **hostile_images.FILES,
    **hostile_mails.FILES,
    **hostile_outlook.FILES,
    **hostile_sheets.FILES,
    **hostile_slides.FILES,
}
