# SPDX-License-Identifier: EUPL-1.2
"""Protection classes at the gateway: what may go into a run, to a model, and out of the platform (TEN-15)."""
