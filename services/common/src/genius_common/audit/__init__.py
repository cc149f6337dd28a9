# SPDX-License-Identifier: EUPL-1.2
"""The format of the audit trail, as it is written by the gateway and checked by `genius audit verify`."""
