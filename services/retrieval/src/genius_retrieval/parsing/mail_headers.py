# SPDX-License-Identifier: EUPL-1.2
"""Header fields and texts of mails as Unicode (RFC 2047, RFC 2231): bounded, linear, with the encodings loaded here.

Own decoding instead of `email.policy.default`, whose parser of header values takes quadratic time on hostile ones, and
of `email.header`, which loads encodings by name; the cage lets nothing be loaded.
"""

from __future__ import annotations

import binascii
import codecs
import email.utils
import encodings
import encodings.aliases
import re
from email.message import Message

_ALLOWED = (
    *("ascii", "utf_8", "utf_16", "latin_1", "cp1250", "cp1251", "cp1252", "cp1254", "cp1257", "koi8_r", "mac_roman"),
    *(f"iso8859_{n}" for n in (2, 3, 4, 5, 7, 9, 10, 13, 14, 15, 16)),
)
for _name in _ALLOWED:
    codecs.lookup(_name)
_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]{1,20})?\?([bBqQ])\?([^?\s]{0,2000})\?=")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_LONGEST = 4_000


def decode_text(content: bytes, charset: str | None) -> tuple[str, bool]:
    """The text, and whether the encoding had to be guessed: named ones are believed where they fit."""
    normal = encodings.normalize_encoding((charset or "")[:40].lower())
    known = encodings.aliases.aliases.get(normal, normal)
    if known in _ALLOWED:
        try:
            # Windows programs call their own encoding by the name of its older sister.
            return content.decode("cp1252" if known == "latin_1" else known), False
        except UnicodeDecodeError:
            pass
    try:
        return content.decode("utf-8"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), True


def field(message: Message, name: str) -> str:
    """The first field of that name as one line; "" where there is none. After 4,000 characters stands "…"."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    return decode_field(raw)


def decode_field(raw: str) -> str:
    """Encoded words decoded; those that follow each other are joined before, because letters may be parted."""
    text = _FOLD.sub(" ", raw[:_LONGEST] + (" …" if len(raw) > _LONGEST else ""))
    parts: list[tuple[str, bytes]] = []
    end = 0
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        if between.strip() or not parts:
            parts.append(("", between.encode("utf-8", "surrogateescape")))
        _append(parts, word[1].lower(), _word(word[2], word[3]))
        end = word.end()
    parts.append(("", text[end:].encode("utf-8", "surrogateescape")))
    return " ".join("".join(decode_text(content, charset or None)[0] for charset, content in parts).split())


def _append(parts: list[tuple[str, bytes]], charset: str, content: bytes) -> None:
    if parts and parts[-1][0] == charset:
        parts[-1] = (charset, parts[-1][1] + content)
    else:
        parts.append((charset, content))


def _word(kind: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if kind in "qQ":
        return binascii.a2b_qp(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4)) or raw
    except binascii.Error:
        return raw


def date(message: Message) -> str:
    """When it was sent, by the sender's clock: "12.03.2026 10:15"; as it stands there where it is no date."""
    return date_of(field(message, "date"))


def date_of(raw: str) -> str:
    """`date` for the value of the field."""
    raw = raw[:100]
    try:
        return email.utils.parsedate_to_datetime(raw).strftime("%d.%m.%Y %H:%M")
    except (ValueError, TypeError, IndexError, OverflowError):
        return raw


def file_name(part: Message) -> str:
    """The name that the sender gave an attachment: data, never a path."""
    found = part.get_param("filename", header="content-disposition") or part.get_param("name")
    if isinstance(found, tuple):
        # The package answers the bytes as Latin-1, whatever was named.
        raw = found[2].encode("latin-1", "surrogateescape")
        return decode_text(raw, found[0])[0][:200]
    return decode_field(str(found or ""))[:200]
