# SPDX-License-Identifier: EUPL-1.2
"""Questions in everyday German to passages of documents, and whether they answer at all."""
