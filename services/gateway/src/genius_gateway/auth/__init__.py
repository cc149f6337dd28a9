# SPDX-License-Identifier: EUPL-1.2
"""Who calls: sessions, bearer tokens, login and logout, and the gate before routing."""
