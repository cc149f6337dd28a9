# SPDX-License-Identifier: EUPL-1.2
"""Judges what was read against a rule set: every requirement, always, by code alone. It knows no procedure."""
