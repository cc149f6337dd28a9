# SPDX-License-Identifier: EUPL-1.2
"""Clients of the other services, each acting with the token of the run it is called for."""
