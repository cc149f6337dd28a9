# SPDX-License-Identifier: EUPL-1.2
"""German text as search sees it: words, stems, parts of compounds, sentences, legal references."""
