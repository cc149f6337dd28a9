# SPDX-License-Identifier: EUPL-1.2
"""Uploads that must not be kept: told to the gateway's audit trail, whatever becomes of the upload's own row."""
