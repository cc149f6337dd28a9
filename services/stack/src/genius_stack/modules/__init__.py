# SPDX-License-Identifier: EUPL-1.2
"""External modules as the operator handles them: the register file, and modules that are being written."""
