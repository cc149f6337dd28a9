# SPDX-License-Identifier: EUPL-1.2
"""What leaves of a signed version: its letter as a document, and its metadata for an E-Akte. Pure functions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from genius_gateway.case_versions.model import Signature, Version
from genius_gateway.cases.model import Case
from genius_gateway.export import Block, Document, Heading, Origin, Paragraph, plain_line

_ITEM = re.compile(r"\d+\. .")
NAMESPACE = "urn:genius:e-akte:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A member of the archive: `place` in it, or why it is not there. `checked`: the signed check has seen it."""

    name: str
    kind: str
    checked: bool
    place: str | None = None
    sha256: str | None = None
    size: int | None = None
    missing: str | None = None


def origin(version: Version, signature: Signature) -> Origin:
    """Where the letter is from: rules, perhaps a person's words, and who took responsibility for it."""
    content = version.content
    return Origin(
        way="rules",
        at=version.made_at,
        module="completeness",
        version=content.module_version,
        run=str(content.run),
        edited=content.rewritten is not None,
        signed_off=f"{signature.by.name}, {signature.by.at:%d.%m.%Y}",
        sources=tuple(one.name for one in content.files),
    )


def letter(case: Case, version: Version, signature: Signature) -> Document:
    """`signature.letter` must be there. Each numbered item has a heading, so that it is found without reading on."""
    title = f"Fehlende Angaben und Nachweise, Aktenzeichen {case.reference}"
    return Document(title=title, blocks=tuple(_blocks(signature.letter or "")), origin=origin(version, signature))


def plain(version: Version, signature: Signature) -> str:
    """The letter as text, with the note at its end (OUT-07)."""
    return f"{signature.letter}\n\n--\n{origin(version, signature).note}\n"


def metadata(
    case: Case, version: Version, signature: Signature, enclosed: Iterable[Enclosed], at: dt.datetime
) -> bytes:
    """XML in the order of XDOMEA's groups (Vorgang, its Dokumente), in a namespace of its own: it is not XDOMEA."""
    root = Element("EAkteExport", {"xmlns": NAMESPACE, "erstellt": _time(at)})
    _fields(
        SubElement(root, "Vorgang"),
        {
            "Kennung": case.id,
            "Aktenzeichen": case.reference,
            "Betreff": case.title,
            "Schutzklasse": version.protection_class.value,
            "AngelegtAm": _time(case.created_at),
        },
    )
    result = version.content.result
    part = SubElement(root, "Fassung")
    _fields(
        part,
        {
            "Nummer": version.number,
            "SHA256": version.digest,
            "ErstelltAm": _time(version.made_at),
            "ErstelltVon": version.content.by.name,
            "Regelwerk": result.rule_set,
            "RegelwerkSHA256": result.catalogue_sha256,
            "Stichtag": result.reference_date,
            "Vollstaendig": "true" if result.complete else "false",
        },
    )
    _fields(
        SubElement(part, "Freigabe"),
        {"Von": signature.by.name, "Am": _time(signature.by.at), "Frist": signature.deadline},
    )
    _fields(SubElement(root, "KIHinweis"), {"Text": origin(version, signature).note})
    machine = SubElement(root, "Herkunft")
    for name, value in origin(version, signature).properties.items():
        SubElement(machine, "Merkmal", {"name": name}).text = _printable(value)
    documents = SubElement(root, "Dokumente")
    for one in enclosed:
        _document(documents, one)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _document(documents: Element, one: Enclosed) -> None:
    there = {"art": one.kind, "geprueft": "true" if one.checked else "false"}
    _fields(
        SubElement(documents, "Dokument", there),
        {"Name": one.name, "Datei": one.place, "SHA256": one.sha256, "Bytes": one.size, "Fehlt": one.missing},
    )


def _blocks(text: str) -> Iterable[Block]:
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [line for line in part.split("\n") if line.strip()]
        if lines and _ITEM.match(lines[0]):
            yield Heading(1, plain_line(lines.pop(0)))
        if lines:
            yield Paragraph(tuple(plain_line(line) for line in lines))


def _fields(parent: Element, values: dict[str, object]) -> None:
    for name, value in values.items():
        if value is not None:
            SubElement(parent, name).text = _printable(str(value))


def _printable(value: str) -> str:
    """XML 1.0 has no control characters."""
    return "".join(sign if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff") else "�" for sign in value)


def _time(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")
