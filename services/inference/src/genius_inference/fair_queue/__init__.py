# SPDX-License-Identifier: EUPL-1.2
"""Who goes to a model next: `order` keeps the account of tokens, `gate` lets requests wait and go."""
