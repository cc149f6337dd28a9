# SPDX-License-Identifier: EUPL-1.2
"""Mails as mail programs write them (EML), also hostile ones."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from email.message import EmailMessage

HEAD = "From: Erika Muster <erika@amt.example>\r\nDate: Thu, 12 Mar 2026 10:15:00 +0100\r\n"


def mail(
    text: str | None = None,
    *,
    subject: str = "Wohngeld",
    html: str | None = None,
    files: Mapping[str, bytes] | None = None,
    inner: Mapping[str, bytes] | None = None,
) -> bytes:
    """A mail with alternatives, attached `files`, and messages `inner` attached as such."""
    message = EmailMessage()
    message["From"] = "Erika Müster <erika@amt.example>"
    message["To"] = "poststelle@amt.example"
    message["Date"] = "Thu, 12 Mar 2026 10:15:00 +0100"
    message["Subject"] = subject
    message["X-Originating-IP"] = "192.0.2.77"
    if text is not None:
        message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    for name, content in (inner or {}).items():
        message.add_attachment(email.message_from_bytes(content, policy=email.policy.default), filename=name)
    return message.as_bytes()


def nested(depth: int) -> bytes:
    """A mail in a mail in a mail …"""
    made = mail("Innerstes.", subject="Tiefe 0")
    for level in range(1, depth + 1):
        made = mail(f"Ebene {level}.", subject=f"Tiefe {level}", inner={"weiter.eml": made})
    return made
