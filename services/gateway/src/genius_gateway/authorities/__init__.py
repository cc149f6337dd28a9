# SPDX-License-Identifier: EUPL-1.2
"""Authorities, their units and the people and applications that belong to them."""
