# SPDX-License-Identifier: EUPL-1.2
"""The subject index of the shipped laws: everyday words for what a § regulates (`data/subjects*.txt`)."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from genius_retrieval.laws.source import law_index

# Between a document's names and the parts and chapters in a chunk's context.
ABOVE = " > "
# In a chunk's context (indexed, never cited) the subjects stand behind this.
SEPARATOR = "\n"
_ENTRY = re.compile(r"(\d+)([a-z]?): (.+)")


FIRST, TOLD = "subjects.txt", "subjects_told.txt"
"""Terms of subjects, of which the frozen vocabulary was made, and what people tell."""


@cache
def subjects(*files: str) -> dict[str, str]:
    """Id of a section ("BJNR185610008/0025") → its everyday words, of these files or of all."""
    keys = {law.citation: law.key for law in law_index()}
    found: dict[str, str] = {}
    for file in files or (FIRST, TOLD):
        law = ""
        for line in resources.files("genius_retrieval.laws").joinpath("data", file).read_text("utf-8").splitlines():
            if line.startswith("["):
                law = line.strip("[]")
            elif entry := _ENTRY.fullmatch(line):
                kind = "art-" if law == "GG" else ""
                section = f"{keys[law]}/{kind}{int(entry[1]):04}{entry[2]}"
                found[section] = f"{found[section]} {entry[3]}" if section in found else entry[3]
    return found
