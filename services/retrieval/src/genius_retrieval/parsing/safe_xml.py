# SPDX-License-Identifier: EUPL-1.2
"""XML parts of hostile files: no DTD, no entities, no network (ING-07)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from genius_retrieval.parsing.errors import Refused

_FORBIDDEN = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_LONGEST_MARK = max(map(len, _FORBIDDEN))


def parse_xml(content: bytes) -> Any:
    """The root element of a part. A DTD is refused before parsing, entities are never resolved, nothing is fetched."""
    if any(mark in content for mark in _FORBIDDEN):
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


class _Checked:
    """A stream that is refused at a DTD or an entity, before the XML parser sees it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._end = b""

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        seen = self._end + chunk
        if any(mark in seen for mark in _FORBIDDEN):
            raise Refused("unsafe_xml")
        self._end = seen[1 - _LONGEST_MARK :]
        return chunk


def iter_xml(stream: IO[bytes], begins: tuple[str, ...], ends: tuple[str, ...]) -> Iterator[tuple[bool, Any]]:
    """`(False, element)` at the start of each of `begins`, `(True, element)` at the end of each of `ends`, in order.

    For parts that are too large for a tree: an element of `ends` is emptied when the caller goes on, and what came
    before it goes; so its children are complete, but nothing else may be asked of the tree.
    """
    found = etree.iterparse(
        _Checked(stream), events=("start", "end"), tag=tuple({*begins, *ends}), resolve_entities=False,
        no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False, remove_comments=True,
    )  # fmt: skip
    try:
        for event, element in found:
            if event == "start" and element.tag in begins:
                yield False, element
            elif event == "end" and element.tag in ends:
                yield True, element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Refused("broken") from error
