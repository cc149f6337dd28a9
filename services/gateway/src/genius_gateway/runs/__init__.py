# SPDX-License-Identifier: EUPL-1.2
"""Runs: executions of modules, owned by the server, with a resumable log of events."""
