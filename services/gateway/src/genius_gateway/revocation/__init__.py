# SPDX-License-Identifier: EUPL-1.2
"""Rights that end before their tokens do: spread to every replica, stream, run and inner service (AUTH-08)."""
