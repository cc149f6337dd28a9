# SPDX-License-Identifier: EUPL-1.2
"""Callbacks: an application is told by a signed request that one of its runs has ended (Standard Webhooks)."""
