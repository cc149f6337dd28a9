# SPDX-License-Identifier: EUPL-1.2
"""Conversations: trees of messages; a turn is a run of module `chat`."""
