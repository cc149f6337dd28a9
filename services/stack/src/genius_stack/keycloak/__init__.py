# SPDX-License-Identifier: EUPL-1.2
"""The realm of a Keycloak: what it has to be, what differs from that, and how it gets there."""
