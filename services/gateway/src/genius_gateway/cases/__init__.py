# SPDX-License-Identifier: EUPL-1.2
"""Cases: what belongs to one Aktenzeichen."""
