# SPDX-License-Identifier: EUPL-1.2
"""Sample authorities, people and applications, and the laws as their common knowledge base."""
