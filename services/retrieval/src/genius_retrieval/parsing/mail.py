# SPDX-License-Identifier: EUPL-1.2
"""EML (RFC 5322, MIME) by Python's email package with its oldest policy, which leaves the values of headers alone."""

from __future__ import annotations

import email
import email.charset
import email.encoders
import email.parser
import email.policy
import quopri
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from functools import partial
from typing import Any

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.bodies import repeats
from genius_retrieval.parsing.builder import refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.mail_headers import date, decode_text, field, file_name
from genius_retrieval.parsing.messages import Attachment, Body, Mail, Opener, Reader, write_mail

_LATE = (email.parser.BytesParser, email.charset.Charset, email.encoders.encode_base64, quopri.decodestring)
"""The package imports these only when it needs them, which the cage would refuse."""
_CONTENT_FIELD = re.compile(rb"(?im)^content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*")
# The package takes quadratic time over one field, and over lines times parts.
_LONGEST_FIELD, _MOST_WORK, _MOST_PARTS = 8_192, 30_000_000, 1_000
_MAX_DEPTH = 20
_KEPT = (("Von", "from"), ("An", "to"), ("Kopie", "cc"), ("Datum", "date"))
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}


def parse(
    readers: Mapping[str, Reader],
    openers: Mapping[str, Opener],
    content: bytes,
    name: str,
    bounds: Bounds,
    readings: Mapping[str, Any] | None = None,
) -> CanonicalDocument:
    """`readers` and `openers` of attachments, see `messages.Writer`."""
    mail = open_mail(content)
    return write_mail(mail, name, "message/rfc822", bounds, readers, openers, readings)


def open_mail(content: bytes) -> Mail:
    """The message in `content`. Raises: Refused where it is built to waste time, or encrypted."""
    _check(content)
    return _mail(email.message_from_bytes(content, policy=email.policy.compat32))


def _check(content: bytes) -> None:
    parts = 0
    for found in _CONTENT_FIELD.finditer(content):
        parts += 1
        if parts > _MOST_PARTS or len(found[0]) > _LONGEST_FIELD:
            raise Refused("too_complex")
    if parts * content.count(b"\n") > _MOST_WORK and parts > 100:
        raise Refused("too_complex")


def _mail(message: Message) -> Mail:
    leaves = list(_leaves(message, 0))
    if leaves and all(leaf.get_content_type() in _SEALED for leaf in leaves):
        raise Refused("encrypted")
    for _, value in message.raw_items():
        # A mark may stand in a field that is not kept.
        refuse_marked(str(value)[:2000])
    bodies: list[Body] = []
    attachments: list[Attachment] = []
    guessed = False
    for leaf in leaves:
        if kind := _body_kind(leaf):
            text, unsure = decode_text(_payload(leaf), leaf.get_content_charset())
            guessed = guessed or unsure
            bodies.append(Body("html" if kind == "html" else "plain", text))
        elif leaf.get_content_type() not in _SIGNATURES:
            attachments.append(_attachment(leaf))
    sent = date(message)
    head = [(german, sent if name == "date" else field(message, name)) for german, name in _KEPT]
    warnings = ["guessed_encoding"] if guessed else []
    return Mail(field(message, "subject"), head[0][1], sent, head, bodies, attachments, warnings)


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    """The parts in their order; of alternatives what `bodies` chooses."""
    if depth > _MAX_DEPTH:
        raise Refused("too_complex")
    if part.get_content_maintype() != "multipart" or not part.is_multipart():
        yield part
        return
    found = [leaf for child in part.get_payload() for leaf in _leaves(child, depth + 1)]  # type: ignore[arg-type]
    said = sum(len(_payload(leaf).strip()) for leaf in found if _body_kind(leaf) == "plain")
    alternative = part.get_content_subtype() == "alternative"
    yield from (
        leaf for leaf in found if not (alternative and _body_kind(leaf) == "html" and repeats(_payload(leaf), said))
    )


def _body_kind(leaf: Message) -> str | None:
    """`plain` or `html` for a text that is shown as part of the message."""
    maintype, _, subtype = leaf.get_content_type().partition("/")
    if maintype != "text" or subtype not in {"plain", "html"} or leaf.is_multipart():
        return None
    return None if leaf.get_content_disposition() == "attachment" or file_name(leaf) else subtype


def _attachment(leaf: Message) -> Attachment:
    kind = leaf.get_content_type()
    name = file_name(leaf)
    if kind in _SEALED:
        return Attachment(name, unread="encrypted")
    if kind == "message/rfc822" and leaf.is_multipart():
        inner = leaf.get_payload(0)
        return Attachment(name or field(inner, "subject"), opened=partial(_mail, inner))  # type: ignore[arg-type]
    return Attachment(name, _payload(leaf))


def _payload(leaf: Message) -> bytes:
    if leaf.is_multipart():
        # Reports on delivery: messages of headers alone.
        children = [child for child in leaf.get_payload() if isinstance(child, Message)]
        return "\n\n".join(
            "\n".join(f"{name}: {field(child, name.lower())}" for name, _ in child.raw_items()) for child in children
        ).encode()
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
