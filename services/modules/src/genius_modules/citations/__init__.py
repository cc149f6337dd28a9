# SPDX-License-Identifier: EUPL-1.2
"""Citations without trust in the model: markers mapped to real hits, quotes cut from their text, facts compared.

Pure functions on strings; nothing here calls a service. `check` is the way in: a sentence and the spans it cites.
`facts` reads what can be compared (numbers.py, dates.py, references.py, laws.py), `passage` holds it against a span.
"""

from genius_modules.citations.facts import Fact, Found, facts_of, read_facts
from genius_modules.citations.markers import CitationStream, Marked, numbers_in, without_markers
from genius_modules.citations.names import missing_names
from genius_modules.citations.quotes import Quote, best_quote, find_quotation
from genius_modules.citations.verify import Check, Evidence, check, is_supported, missing_in

__all__ = [
    "Check",
    "CitationStream",
    "Evidence",
    "Fact",
    "Found",
    "Marked",
    "Quote",
    "best_quote",
    "check",
    "facts_of",
    "find_quotation",
    "is_supported",
    "missing_in",
    "missing_names",
    "numbers_in",
    "read_facts",
    "without_markers",
]
