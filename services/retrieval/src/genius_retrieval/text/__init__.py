# SPDX-License-Identifier: EUPL-1.2
"""German administrative text as index terms: words, stems, parts of compounds, legal references, sentences."""
