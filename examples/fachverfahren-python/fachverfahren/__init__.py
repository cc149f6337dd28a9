# SPDX-License-Identifier: EUPL-1.2
"""A worked example: a specialist application that has incoming Wohngeld applications checked by Genius."""
