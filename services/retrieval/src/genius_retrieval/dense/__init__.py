# SPDX-License-Identifier: EUPL-1.2
"""Passages and questions as vectors of a model, in a process of its own or behind inference; off without one."""
