# SPDX-License-Identifier: EUPL-1.2
"""The development identity provider: real OpenID Connect with Keycloak's claim layout, for one machine only."""
