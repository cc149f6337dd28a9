# SPDX-License-Identifier: EUPL-1.2
"""Principal tokens for the inner services."""
