# SPDX-License-Identifier: EUPL-1.2
"""Passages and questions as vectors of a local model; off without one. The model runs in a process of its own."""
