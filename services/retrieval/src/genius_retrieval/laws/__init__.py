# SPDX-License-Identifier: EUPL-1.2
"""The federal laws that ship with the platform, and how they become a knowledge base."""
