# SPDX-License-Identifier: EUPL-1.2
"""The search index behind one port: Qdrant Edge in-process, later a Qdrant server."""
