# SPDX-License-Identifier: EUPL-1.2
"""Versions of a case: results of checks, corrections by people with a reason, sign-off of exactly one version."""
