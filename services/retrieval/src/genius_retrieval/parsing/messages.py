# SPDX-License-Identifier: EUPL-1.2
"""A message with its attachments as a document, whatever file it came in: head, turns, then attachment by attachment.

Of the head only sender, recipients, date and subject are kept (ING-12). An attachment is read by the parser of its
content, with the limits of a file of its own; one that can't be read keeps its name and is counted with its reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeVar

from genius_retrieval.chunks import FURNITURE, AttachedPart, CanonicalDocument
from genius_retrieval.parsing import html, plain
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.errors import Refused, Scanned, ScannedPart, ScannedParts
from genius_retrieval.parsing.guards import Bounds, family
from genius_retrieval.parsing.turns import Turns, label

DEEPEST = 2
"""Messages inside of messages inside of the file."""
_MOST_ATTACHMENTS = 100
_UNNAMED = "ohne Namen"
_UNDONE = {"installed": True, "pages": {}}
Reader = Callable[..., CanonicalDocument]
_Read = TypeVar("_Read")
Opener = Callable[[bytes], "Mail"]


@dataclass(frozen=True, slots=True)
class Body:
    """A text of a message in its order."""

    kind: Literal["plain", "html"]
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """`opened` where it is a message that was taken apart with the file; `unread` a reason not even to try."""

    name: str
    content: bytes = b""
    opened: Callable[[], Mail] | None = None
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """`head`: label and value of each field that is kept; `warnings`: codes of `reasons.WARNINGS`."""

    subject: str
    sender: str
    date: str
    head: Sequence[tuple[str, str]]
    bodies: Sequence[Body]
    attachments: Sequence[Attachment]
    warnings: Sequence[str] = ()


class _Unread(Refused):
    """An attachment is left out for a reason that no file of its own can have (`reasons.UNREAD_ATTACHMENTS`)."""


class Writer:
    """Writes messages into one builder. `readers` by family of files, `openers` those of messages.

    `readings`: None in the first pass, then those of scanned attachments by their number (`ocr.scans.Scans`).
    """

    def __init__(
        self,
        builder: DocumentBuilder,
        bounds: Bounds,
        readers: Mapping[str, Reader],
        openers: Mapping[str, Opener],
        readings: Mapping[str, Any] | None = None,
    ) -> None:
        self._readings = readings
        self._scanned: list[ScannedPart] = []
        self._builder = builder
        self._bounds = bounds
        self._readers = readers
        self._openers = openers
        self._taken = 0
        self._path: tuple[str, ...] = ()
        self.parts: list[AttachedPart] = []
        self._unread: Counter[str] = Counter()

    def write(self, mail: Mail) -> None:
        """The whole of the file's message, and what could not be read of it.

        Raises: ScannedParts in the first pass, where attachments have pages that are pictures.
        """
        self._message(mail, 1)
        if self._scanned and self._readings is None:
            raise ScannedParts(self._scanned)
        for reason, count in sorted(self._unread.items()):
            self._builder.warn(f"attachments:{reason}:{count}")

    def _message(self, mail: Mail, level: int) -> None:
        for warning in mail.warnings:
            self._builder.warn(warning)
        own = label(mail.sender, mail.date.partition(" ")[0])
        self._builder.place(own, ends=level)
        self._builder.add("heading", mail.subject, level=min(level, 6))
        self._builder.add("paragraph", "\n".join(f"{name}: {value}" for name, value in mail.head if value))
        turns = Turns(own)
        for body in mail.bodies:
            if body.kind == "plain":
                self._turns(turns, body.text, level)
            elif body.text.strip():
                self._html(turns, body.text, level)
        for attachment in mail.attachments:
            self._builder.place("", ends=level + 1)
            self._attachment(attachment, level + 1)

    def _turns(self, turns: Turns, text: str, level: int) -> None:
        for name, part in turns.split(text.replace("\r\n", "\n").replace("\r", "\n")):
            self._builder.place(name, ends=level + 1)
            plain.add_text(self._builder, part)

    def _html(self, turns: Turns, text: str, level: int) -> None:
        try:
            found = html.parse(text.encode("utf-8", "replace"), "", self._bounds)
        except Refused as refused:
            if refused.code == "no_content":
                return
            raise
        for warning in found.warnings:
            self._builder.warn(warning.code)
        for block in found.blocks:
            if block.kind == "paragraph":
                self._turns(turns, block.text, level)
            else:
                self._builder.add(block.kind, block.text, level=_below(block.level, level))

    def _attachment(self, attachment: Attachment, level: int) -> None:
        refuse_marked(attachment.name)
        self._builder.add("heading", f"Anhang: {attachment.name or _UNNAMED}", level=min(level, 6))
        self._taken += 1
        outside, self._path = self._path, (*self._path, attachment.name or _UNNAMED)
        try:
            if self._taken > _MOST_ATTACHMENTS:
                raise _Unread("too_many")
            if attachment.unread:
                raise Refused(attachment.unread)
            self._content(attachment, level)
        except Refused as refused:
            # A mark forbids the whole file; a document that is too long is refused and not cut.
            if refused.code == "vs_marking" or self._builder.length > self._bounds.text_chars:
                raise
            self._unread[refused.code] += 1
            self._keep(None, refused.code)
        finally:
            self._path = outside

    def _keep(self, document: CanonicalDocument | None, reason: str = "") -> None:
        self.parts.append(AttachedPart("#".join(self._path), document, reason))

    def _content(self, attachment: Attachment, level: int) -> None:
        opened = attachment.opened
        kind = family(attachment.content) if opened is None else ""
        if opened is not None or kind in self._openers:
            # Levels are two a message: its own and that of its attachments.
            if level // 2 >= DEEPEST + 1:
                raise _Unread("too_deep")
            self._message(safely(opened or partial(self._openers[kind], attachment.content)), level + 1)
            return
        self._adopt(self._read(kind, attachment), level)

    def _read(self, kind: str, attachment: Attachment) -> CanonicalDocument:
        name, reader = attachment.name or _UNNAMED, self._readers[kind]
        try:
            return safely(partial(reader, attachment.content, name, self._bounds))
        except Scanned as scanned:
            if self._readings is None:
                self._scanned.append(ScannedPart(self._taken, kind, scanned.pages, attachment.content))
            own = (self._readings or {}).get(str(self._taken))
            if own and own["installed"]:
                return safely(partial(reader, attachment.content, name, self._bounds, readings=own))
            return safely(partial(self._partly, reader, attachment.content, name))

    def _partly(self, reader: Reader, content: bytes, name: str) -> CanonicalDocument:
        """A document with pages that are pictures, without those. Raises: Refused where there are no others."""
        try:
            found = reader(content, name, self._bounds, readings=_UNDONE)
        except Refused as refused:
            if refused.code == "vs_marking":
                raise
            raise _Unread("scan") from refused
        self._unread["scan"] += 1
        return found

    def _adopt(self, document: CanonicalDocument, level: int) -> None:
        """Take over the blocks of a document below the heading of its attachment."""
        self._keep(document)
        for warning in document.warnings:
            if ":" not in warning.code:
                self._builder.warn(warning.code)
        starts = [section.char_from for section in document.sections]
        for block in document.blocks:
            if block.kind in FURNITURE:
                self._builder.add(block.kind, block.text)
                continue
            at = bisect_right(starts, block.char_from) - 1
            section = document.sections[at] if at >= 0 else None
            page = f"Seite {block.page}" if block.page else ""
            self._builder.place((section.place if section else "") or page, section.columns if section else "")
            self._builder.add(block.kind, block.text, level=_below(block.level, level))


def safely(read: Callable[[], _Read]) -> _Read:
    """As for a file of its own: what can't be read of an attachment is refused, and the mail is still read."""
    try:
        return read()
    except (Refused, Scanned):
        raise
    except (MemoryError, RecursionError) as error:
        raise Refused("too_complex") from error
    except Exception as error:
        # A parser may fail with anything on hostile input.
        raise Refused("broken") from error


def _below(own: int | None, level: int) -> int | None:
    return None if own is None else min(own + level, 6)


def write_mail(
    mail: Mail,
    name: str,
    media_type: str,
    bounds: Bounds,
    readers: Mapping[str, Reader],
    openers: Mapping[str, Opener],
    readings: Mapping[str, Any] | None = None,
) -> CanonicalDocument:
    """The canonical document of a message."""
    builder = DocumentBuilder(bounds, media_type)
    writer = Writer(builder, bounds, readers, openers, readings)
    writer.write(mail)
    return replace(builder.build(mail.subject, name), parts=tuple(writer.parts))
