# SPDX-License-Identifier: EUPL-1.2
"""Folders and ZIP files into a knowledge base, through the public API (`genius import`)."""
