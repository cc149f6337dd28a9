# SPDX-License-Identifier: EUPL-1.2
"""German text as every service cuts it: spans and sentences."""

from genius_common.text.sentences import ends_sentence, split_sentences
from genius_common.text.spans import Span

__all__ = ["Span", "ends_sentence", "split_sentences"]
