# SPDX-License-Identifier: EUPL-1.2
"""Conversations shared inside the authority: frozen copies that others read with their own rights to its sources."""
