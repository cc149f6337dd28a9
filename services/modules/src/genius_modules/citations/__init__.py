# SPDX-License-Identifier: EUPL-1.2
"""Citations without trust in the model: markers mapped to real hits, quotes cut from their text, facts compared.

Pure functions on strings; nothing here calls a service.
"""

from genius_modules.citations.facts import Fact, facts_of
from genius_modules.citations.markers import CitationStream, Marked
from genius_modules.citations.quotes import Quote, best_quote
from genius_modules.citations.sentences import Span, split_sentences
from genius_modules.citations.verify import Evidence, is_supported

__all__ = [
    "CitationStream",
    "Evidence",
    "Fact",
    "Marked",
    "Quote",
    "Span",
    "best_quote",
    "facts_of",
    "is_supported",
    "split_sentences",
]
