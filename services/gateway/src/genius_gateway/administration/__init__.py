# SPDX-License-Identifier: EUPL-1.2
"""What the administration of an authority sees and decides: no content (TEN-14), nothing that a person did (PER-01)."""
