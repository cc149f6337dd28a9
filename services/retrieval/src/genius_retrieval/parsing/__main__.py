# SPDX-License-Identifier: EUPL-1.2
"""The parser process: reads one request from stdin, answers on stdout, ends. Started by `runner` only.

Request and answer: one line of JSON, then bytes. Request `{"do": "parse"|"render", "limits": …, …}` and the file;
answer `{"ok": true, "caged": bool, …}` and the canonical document or PNG, or `{"ok": false, "code": …}`.
"""

from __future__ import annotations

import sys
from typing import Any

import orjson

from genius_retrieval.parsing import cage
from genius_retrieval.parsing.codec import encode_document
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.kinds import load_parser


def main() -> None:
    request = orjson.loads(sys.stdin.buffer.readline())
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
            body = encode_document(work(content, request["name"], Bounds(**request["bounds"])))
        else:
            body = work(content, request["picture"])
    except Refused as refused:
        head = {"ok": False, "caged": caged, "code": refused.code}
    except (MemoryError, RecursionError):
        head = {"ok": False, "caged": caged, "code": "too_complex"}
    except Exception as error:  # noqa: BLE001
        # A parser may fail with anything on hostile input: for the user the file is broken. Only the type goes out.
        head = {"ok": False, "caged": caged, "code": "broken", "error": type(error).__name__}
    sys.stdout.buffer.write(orjson.dumps(head) + b"\n" + body)
    sys.stdout.buffer.flush()


main()
