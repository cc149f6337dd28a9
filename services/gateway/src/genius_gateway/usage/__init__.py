# SPDX-License-Identifier: EUPL-1.2
"""Quotas and use per authority, never per person."""
