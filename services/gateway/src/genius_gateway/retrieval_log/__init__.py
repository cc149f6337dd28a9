# SPDX-License-Identifier: EUPL-1.2
"""The profile of the Steuergeheimnis: every retrieval names a case, is logged (§ 6 StDAV) and inspected (§ 7 StDAV)."""
