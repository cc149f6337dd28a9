# SPDX-License-Identifier: EUPL-1.2
"""The model servers: one `Replica` each with its `Breaker`, and the choice between them."""
