# SPDX-License-Identifier: EUPL-1.2
"""The minter of the Qdrant server: a process of its own that alone holds the server's API key (docs/adr/0004)."""
