# SPDX-License-Identifier: EUPL-1.2
"""XML parts of hostile files: no DTD, no entities, no network (ING-07)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from genius_retrieval.parsing.errors import Refused


def parse_xml(content: bytes) -> Any:
    """The root element of a part. A DTD is refused before parsing, entities are never resolved, nothing is fetched."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        if "<!DOCTYPE".encode(encoding) in content or "<!ENTITY".encode(encoding) in content:
            raise Refused("unsafe_xml")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("broken") from error
    if root.getroottree().docinfo.doctype:
        raise Refused("unsafe_xml")
    return root
