# SPDX-License-Identifier: EUPL-1.2
"""The parser process: reads one request from stdin, answers on stdout, ends. Started by `runner` only.

Request and answer: one line of JSON, then bytes; lines before the answer ("+3/12") count pages that are read.
Request `{"do": "parse"|"render"|"ocr", "cage": …, …}` and the file; answer `{"ok": true, "caged": bool, …}` and the
canonical document or PNG, or `{"ok": false, "code": …}`. A parser that needs the text of scanned pages first answers
`{"ok": true, "scans": [3, 7], …}`; `ocr` answers with one line of JSON for each of `pages` as soon as it is read, and
the next `parse` is given them as `readings`. Of a message it answers `{"ok": true, "parts": [[number, kind, pages,
bytes], …], …}` and the scanned attachments one after the other; then `readings` are by their numbers.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from genius_common import cage
from genius_retrieval.parsing.codec import encode_document
from genius_retrieval.parsing.errors import Refused, Scanned, ScannedParts
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.kinds import PAGED, load_parser

_NICENESS = 10
_COUNT_EVERY_S = 0.2


def main() -> None:
    request = orjson.loads(sys.stdin.buffer.readline())
    if request["do"] == "ocr":
        _recognise(request)
        return
    # Imports open files, so they come before the cage; the file's bytes come after it.
    work = load_parser(request["kind"], request["do"])
    caged = cage.enter(cage.Limits(**request["cage"]))
    content = sys.stdin.buffer.read()
    _answer(request, work, content, caged)


def _answer(request: dict[str, Any], work: Any, content: bytes, caged: bool) -> None:
    head: dict[str, Any] = {"ok": True, "caged": caged}
    body = b""
    try:
        if request["do"] == "parse":
            options = {name: request[name] for name in ("readings",) if name in request}
            if request["kind"] in PAGED:
                options["seen"] = _counter()
            body = encode_document(work(content, request["name"], Bounds(**request["bounds"]), **options))
        else:
            body = work(content, request["picture"])
    except Scanned as scanned:
        head["scans"] = scanned.pages
    except ScannedParts as scanned:
        head["parts"] = [[part.number, part.kind, part.pages, len(part.content)] for part in scanned.parts]
        body = b"".join(part.content for part in scanned.parts)
    except Refused as refused:
        head = {"ok": False, "caged": caged, "code": refused.code}
    except (MemoryError, RecursionError):
        head = {"ok": False, "caged": caged, "code": "too_complex"}
    except Exception as error:  # noqa: BLE001
        # A parser may fail with anything on hostile input: for the user the file is broken. Only the type goes out.
        head = {"ok": False, "caged": caged, "code": "broken", "error": type(error).__name__}
    _write(head, body)


def _counter() -> Callable[[int, int], None]:
    """Tells how many pages of how many are read, five times a second at most."""
    last = time.monotonic()

    def seen(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _COUNT_EVERY_S:
            last = time.monotonic()
            sys.stdout.buffer.write(b"+%d/%d\n" % (done, total))
            sys.stdout.buffer.flush()

    return seen


def _recognise(request: dict[str, Any]) -> None:
    """Whatever ends this early leaves the page unread at which it ended; `ocr.reader` goes on with the next."""
    from genius_retrieval.parsing.ocr import pages

    # Whoever searches comes before who waits for a scan.
    os.nice(_NICENESS)
    try:
        work = pages.load(request["kind"], request["languages"])
    except Refused as refused:
        _write({"ok": False, "caged": cage.enter(cage.Limits(**request["cage"])), "code": refused.code})
        return
    _write({"ok": True, "caged": cage.enter(cage.Limits(**request["cage"]))})
    for page in work(sys.stdin.buffer.read(), request):
        _write(page)


def _write(head: Any, body: bytes = b"") -> None:
    sys.stdout.buffer.write(orjson.dumps(head) + b"\n" + body)
    sys.stdout.buffer.flush()


main()
