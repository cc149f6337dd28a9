# SPDX-License-Identifier: EUPL-1.2
"""Rule sets of the completeness check: their format, their check, and the shipped ones (`sets/`)."""
