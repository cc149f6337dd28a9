# SPDX-License-Identifier: EUPL-1.2
"""Parsers of untrusted files; they run in a caged child process only (`python -m genius_retrieval.parsing`)."""

PARSER_VERSION = "4"
