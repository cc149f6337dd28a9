# SPDX-License-Identifier: EUPL-1.2
"""The content-free, hash-chained trail of what was done."""
