# SPDX-License-Identifier: EUPL-1.2
"""The federal laws that come with the platform, as documents and chunks."""
