# SPDX-License-Identifier: EUPL-1.2
"""Right and wrong sentences about generated letters and the shipped laws, for `make eval-citations`."""
