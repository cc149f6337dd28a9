# SPDX-License-Identifier: EUPL-1.2
"""Authorities that join and leave, on the side of operators: the file for Keycloak, the archive of one that left."""
