# SPDX-License-Identifier: EUPL-1.2
"""The letter that asks for what is open, as items and as text; the wording is the rule set's."""
