# SPDX-License-Identifier: EUPL-1.2
"""Which of a message's bodies is read: the plain text, and HTML too where that says much more.

Some programs write a line such as "Ihr Programm zeigt kein HTML" as plain text, and nothing else.
"""

from __future__ import annotations

import re

_MARKUP = re.compile(rb"<[^<>]*>|\s+")
# A plain text may leave out addresses of links and the like, never three quarters of what is said.
_STUB, _STUB_RATIO = 100, 4


def repeats(html: bytes, said: int) -> bool:
    """Whether the plain text beside `html`, of `said` bytes, is more than a stub for it."""
    return said > 0 and len(_MARKUP.sub(b"", _without_styles(html))) <= _STUB_RATIO * max(said, _STUB)


def _without_styles(html: bytes) -> bytes:
    kept, at, lower = [], 0, html.lower()
    while (begin := lower.find(b"<style", at)) >= 0:
        kept.append(html[at:begin])
        at = end if (end := lower.find(b"</style", begin)) >= 0 else len(html)
    return b"".join([*kept, html[at:]])
