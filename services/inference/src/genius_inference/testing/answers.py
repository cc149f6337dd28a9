# SPDX-License-Identifier: EUPL-1.2
"""What the scripted model says: echo, obedience to any instruction it can find, citations from numbered sources."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Any

NOT_FOUND = "In den freigegebenen Dokumenten nicht gefunden."
_TOKEN = re.compile(r"\s*\S+")
_WORD = re.compile(r"\w{5,}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ(])")
_ORDER = re.compile(
    r"(?:antworte|sage?|schreibe?|gib|nenne|wiederhole|say|print|output|answer|reply|write|respond|repeat)\b"
    r"[^:\n]{0,80}:\s*(?P<text>[^\n]+)",
    re.IGNORECASE,
)
_REVEAL = re.compile(
    r"(?:system[- ]?(?:prompt|nachricht|anweisung\w*)|deine\w* anweisungen|your instructions)", re.IGNORECASE
)
# "[1] text", "Quelle 1: text", "<quelle nr="1">text</quelle>" up to the next source or a blank line before other text.
_SOURCE = re.compile(
    r"(?:^\s*\[(?P<bracket>\d{1,3})\]|^\s*(?:Quelle|Source|Dokument)\s+(?P<word>\d{1,3})\s*:?"
    r"|<\w+\b[^>\n]*?\b(?:nr|id|n|number|nummer)=\"?(?P<tag>\d{1,3})\"?[^>\n]*>)",
    re.MULTILINE | re.IGNORECASE,
)
_QUESTION = re.compile(r"(?:^|\n)\s*(?:Frage|Question|Nachricht)\s*:", re.IGNORECASE)


def content_text(content: Any) -> str:
    """The text of a message's content, also of the list form."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def last_user(messages: list[dict[str, Any]]) -> str:
    for message in reversed(messages):
        if message.get("role") == "user":
            return content_text(message.get("content"))
    return ""


def tokens(text: str) -> list[str]:
    """The tokens of the scripted model: words with the space before them."""
    return _TOKEN.findall(text)


def answer(kind: str, messages: list[dict[str, Any]]) -> str:
    """The full answer of behaviour `kind` to `messages`."""
    if kind == "echo":
        return last_user(messages)
    if kind == "obey":
        return obey(messages)
    if kind == "cite":
        return cite(messages)
    return kind


def obey(messages: list[dict[str, Any]]) -> str:
    """Do what the text says, wherever it says it: the last order that anyone but the system gave wins.

    The weakest model one could have: a prompt injection always works on it, so what holds against it holds by
    construction and not by the model's good will (INJ-01).
    """
    text = "\n".join(content_text(m.get("content")) for m in messages if m.get("role") != "system")
    orders = list(_ORDER.finditer(text))
    if orders:
        return orders[-1].group("text").strip().strip("\"'„“”")
    if _REVEAL.search(text):
        return "\n".join(content_text(m.get("content")) for m in messages if m.get("role") == "system")
    return last_user(messages)


def sources(text: str) -> dict[int, str]:
    """Numbered sources in a prompt."""
    found: dict[int, str] = {}
    marks = list(_SOURCE.finditer(text))
    for mark, following in zip_longest(marks, marks[1:]):
        number = int(mark.group("bracket") or mark.group("word") or mark.group("tag"))
        body = text[mark.end() : following.start() if following else len(text)]
        body = re.split(r"</\w+>|\n\s*\n(?=\S*(?:Frage|Question))", body, maxsplit=1)[0].strip()
        if body:
            found.setdefault(number, body)
    return found


def cite(messages: list[dict[str, Any]]) -> str:
    """Answer with the sentence that shares most words with the question, marked `[n]`, and a second one as good."""
    numbered = sources("\n\n".join(content_text(m.get("content")) for m in messages))
    wanted = _stems(_question(last_user(messages)))
    scored = []
    for number, body in numbered.items():
        for sentence in _SENTENCE.split(body):
            stems = _stems(sentence)
            shared = len(wanted & stems)
            if shared:
                scored.append((-shared + len(stems) / 40, number, " ".join(sentence.split())))
    if not scored:
        return NOT_FOUND
    scored.sort()
    best = [entry for entry in scored if entry[0] <= scored[0][0] * 0.8][:2]
    return " ".join(f"{sentence.rstrip('.')} [{number}]." for _, number, sentence in best)


def _question(text: str) -> str:
    """What stands after "Frage:", else the last paragraph."""
    marked = _QUESTION.split(text)
    return marked[-1] if len(marked) > 1 else re.split(r"\n\s*\n", text.strip())[-1]


def _stems(text: str) -> set[str]:
    return {word[:6].lower() for word in _WORD.findall(text)}
