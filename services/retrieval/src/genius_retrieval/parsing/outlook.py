# SPDX-License-Identifier: EUPL-1.2
"""Outlook messages (MSG) by olefile, which reads the container; the properties (MS-OXMSG, MS-OXPROPS) are read here.

What makes a message of them is the same as for EML: `messages`. Of the properties only those are kept that have a
header field kept there. A stream that is shorter than it claims is damage, never a shorter text.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import compressed_rtf
from striprtf.striprtf import rtf_to_text

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing import mail
from genius_retrieval.parsing.bodies import repeats
from genius_retrieval.parsing.builder import refuse_marked
from genius_retrieval.parsing.compound import CompoundFile, Path, Properties
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.mail_headers import date_of
from genius_retrieval.parsing.messages import Attachment, Body, Mail, Opener, Reader, safely, write_mail

# Property ids (MS-OXPROPS).
_CLASS, _SUBJECT, _HEADERS, _BODY, _HTML, _RTF = 0x001A, 0x0037, 0x007D, 0x1000, 0x1013, 0x1009
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
# Name, SMTP address, and an address with its kind: of the author, then of who sent it for them.
_AUTHOR, _SENDER = (0x0042, 0x5D02, 0x0065), (0x0C1A, 0x5D01, 0x0C1F)
_RECIPIENT, _RECIPIENT_KIND = (0x3001, 0x39FE, 0x3003), 0x0C15
_ATTACHED, _ATTACH_HOW, _NAMES = 0x3701, 0x3705, (0x3707, 0x3704, 0x3001)
_BY_REFERENCE = {2, 3, 4, 7}
_RECIPIENTS, _ATTACHMENTS = "__recip_version1.0_#", "__attach_version1.0_#"
_EMBEDDED = "__substg1.0_3701000D"
_ROOT_HEAD, _INNER_HEAD, _PART_HEAD = 32, 24, 8
"""Bytes before the properties of the file's message, of a message in it, of a recipient or attachment."""
_MOST_ATTACHMENTS, _LONGEST = 1_000, 4_000
_DATE = re.compile(r"^date:[ \t]*([^\r\n]{1,100})", re.IGNORECASE | re.MULTILINE)
_SINCE_1601 = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)


def parse(
    readers: Mapping[str, Reader],
    openers: Mapping[str, Opener],
    content: bytes,
    name: str,
    bounds: Bounds,
    readings: Mapping[str, Any] | None = None,
) -> CanonicalDocument:
    """`readers` and `openers` of attachments, see `messages.Writer`."""
    return write_mail(open_message(content), name, "application/vnd.ms-outlook", bounds, readers, openers, readings)


def open_message(content: bytes) -> Mail:
    """The message in `content`. Raises: Refused where it is damaged, built to waste memory or time, or encrypted."""
    return _message(CompoundFile(io.BytesIO(content)), (), _ROOT_HEAD)


def _message(file: CompoundFile, path: Path, head: int) -> Mail:
    properties = Properties(file, path, head)
    for text in properties.texts(apart=(_BODY, _HTML)):
        # A mark may stand in a property that is not kept.
        refuse_marked(text)
    attachments = _attachments(file, path)
    kind = properties.text(_CLASS).upper()
    if "SMIME" in kind:
        return _signed(properties, kind, attachments)
    return _mail(file, path, properties, _bodies(properties), attachments)


def _signed(properties: Properties, kind: str, attachments: list[Attachment]) -> Mail:
    """A message that is signed in clear is an EML file in its only attachment; any other is sealed."""
    if not kind.endswith("MULTIPARTSIGNED") or len(attachments) != 1:
        raise Refused("encrypted")
    inner = mail.open_mail(attachments[0].content)
    return _mail(properties.file, properties.path, properties, list(inner.bodies), list(inner.attachments))


def _mail(
    file: CompoundFile, path: Path, properties: Properties, bodies: list[Body], attachments: list[Attachment]
) -> Mail:
    sender = _address(properties, _AUTHOR) or _address(properties, _SENDER)
    to, copies = _recipients(file, path)
    sent = _date(properties)
    fields = [("Von", sender), ("An", to), ("Kopie", copies), ("Datum", sent)]
    subject = " ".join(properties.text(_SUBJECT).split())[:_LONGEST]
    return Mail(subject, sender, sent, fields, bodies, attachments, properties.warnings)


def _bodies(properties: Properties) -> list[Body]:
    plain, html = properties.text(_BODY), properties.html(_HTML)
    found = [Body("plain", plain)] if plain.strip() else []
    if html.strip() and not repeats(html.encode(errors="replace"), len(plain.strip().encode(errors="replace"))):
        found.append(Body("html", html))
    if not found and (packed := properties.binary(_RTF)):
        found.append(Body("plain", _rtf(packed, properties)))
    return found


def _rtf(packed: bytes, properties: Properties) -> str:
    """The last resort: Outlook writes the plain text beside it as a rule. What can't be read of it is said."""
    try:
        rtf = safely(lambda: compressed_rtf.decompress(packed).decode("latin-1"))
        text: str = safely(lambda: rtf_to_text(rtf, errors="replace"))  # type: ignore[no-untyped-call]
    except Refused:
        properties.warnings.append("rtf_not_read")
        return ""
    return text


def _address(properties: Properties, ids: tuple[int, int, int]) -> str:
    name, smtp, other = (" ".join(properties.text(one).split())[:300] for one in ids)
    # Inside of an organisation the third is a path of its directory.
    address = smtp or (other if "@" in other else "")
    if not address or address == name:
        return name or address
    return f"{name} <{address}>" if name else address


def _recipients(file: CompoundFile, path: Path) -> tuple[str, str]:
    """Those whom it was sent to and those with a copy, as long as a header field; blind copies are left out."""
    found: dict[int, list[str]] = {1: [], 2: []}
    length = 0
    for part in file.storages(path, _RECIPIENTS):
        if length > _LONGEST:
            found[1].append("…")
            break
        recipient = Properties(file, (*path, part), _PART_HEAD)
        kind = recipient.number(_RECIPIENT_KIND)
        if kind in found and (said := _address(recipient, _RECIPIENT)):
            found[kind].append(said)
            length += len(said)
    return ", ".join(found[1]), ", ".join(found[2])


def _date(properties: Properties) -> str:
    """By the sender's clock where the header of the transport is kept, else as UTC, and then it says so."""
    if named := _DATE.search(properties.text(_HEADERS)):
        return date_of(named[1])
    ticks = properties.number(_SUBMITTED) or properties.number(_DELIVERED)
    try:
        moment = _SINCE_1601 + dt.timedelta(microseconds=ticks // 10)
    except OverflowError:
        return ""
    return moment.strftime("%d.%m.%Y %H:%M UTC") if ticks else ""


def _attachments(file: CompoundFile, path: Path) -> list[Attachment]:
    parts = file.storages(path, _ATTACHMENTS)
    if len(parts) > _MOST_ATTACHMENTS:
        raise Refused("too_complex")
    return [_attachment(file, (*path, part)) for part in parts]


def _attachment(file: CompoundFile, path: Path) -> Attachment:
    properties = Properties(file, path, _PART_HEAD)
    name = next((found for one in _NAMES if (found := " ".join(properties.text(one).split())[:200])), "")
    content = properties.binary(_ATTACHED)
    if content is not None:
        return Attachment(name, content)
    if properties.number(_ATTACH_HOW) in _BY_REFERENCE:
        return Attachment(name, unread="only_a_link")
    inner = (*path, _EMBEDDED)
    if not file.has_properties(inner):
        return Attachment(name, unread="embedded_object")
    return Attachment(name, opened=partial(_message, file, inner, _INNER_HEAD))
