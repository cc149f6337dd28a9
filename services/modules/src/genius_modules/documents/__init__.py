# SPDX-License-Identifier: EUPL-1.2
"""Answering from documents, shared by ask-documents and chat."""
