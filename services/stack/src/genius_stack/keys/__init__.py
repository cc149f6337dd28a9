# SPDX-License-Identifier: EUPL-1.2
"""Keys of the platform on the side of operators and key holders: files, signatures, the order of a rotation."""
