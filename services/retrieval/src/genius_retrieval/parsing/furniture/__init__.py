# SPDX-License-Identifier: EUPL-1.2
"""Running heads, page numbers and footers of documents with pages: which lines they are."""
