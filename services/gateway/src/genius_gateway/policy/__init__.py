# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: one table, plain functions, one way to an object."""
