# SPDX-License-Identifier: EUPL-1.2
"""What people share inside their authority: who is meant, who has a grant on what."""
