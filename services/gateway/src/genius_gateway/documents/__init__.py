# SPDX-License-Identifier: EUPL-1.2
"""Documents and files of retrieval, relayed after the access decision."""
